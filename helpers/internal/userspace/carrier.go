package userspace

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"mooring.dev/helpers/internal/datapath"
	"mooring.dev/helpers/internal/gretap"
	"mooring.dev/helpers/internal/link"
	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/wireguard"
)

// carrier is one tunnel's WireGuard with its two interfaces.
type carrier struct {
	machine machine
	device  *datapath.Device
	sockets *spacedBind
	end     *wireguard.End

	private plan.Key
	port    uint16
	hub     wireguard.Peer // as it was last told; its key is zero before
	moved   time.Time      // what was sent before that went another way
	link    nic
	tap     nic        // zero: not made yet
	quiet   *quietPort // the tap's; nil: not made yet
	frames  datapath.Tunnel
	options datapath.PortOptions // of tap
}

// start makes the link's interface and WireGuard over it, which knows no hub yet and says nothing.
func start(log *slog.Logger, m machine, n plan.Names, t plan.Tunnel, s plan.Secrets) (*carrier, error) {
	log = log.With("interface", n.Link)
	c := &carrier{
		machine: m,
		device:  datapath.New(log, plan.LinkMTU),
		sockets: newSpacedBind(log),
		private: s.PrivateKey,
		port:    t.ListenPort,
	}
	if err := c.attachLink(n); err != nil {
		return nil, errors.Join(err, c.device.Close())
	}
	end, err := wireguard.Start(log, c.device, c.device.Pace(c.sockets), wireguard.Config{
		PrivateKey: s.PrivateKey, ListenPort: t.ListenPort, Mark: n.Mark,
	})
	if err != nil {
		return nil, err
	}
	c.end = end
	return c, nil
}

// close ends everything. The interfaces are gone when it returns.
func (c *carrier) close() { c.end.Close() }

// ended reports whether WireGuard has ended by itself: it does when the datapath fails.
func (c *carrier) ended() bool {
	select {
	case <-c.end.Done():
		return true
	default:
		return false
	}
}

// runs reports whether this is what carries t, up to what may be changed while it runs.
func (c *carrier) runs(t plan.Tunnel, s plan.Secrets) bool {
	return !c.ended() && c.private == s.PrivateKey && c.port == t.ListenPort
}

func (c *carrier) attachLink(n plan.Names) error {
	nic, err := c.machine.openLink(n)
	if err != nil {
		return err
	}
	c.link = nic
	return c.device.AttachLink(nic.port)
}

// upLink puts back an interface that was taken away; the session goes on.
func (c *carrier) upLink(n plan.Names, t plan.Tunnel) error {
	stands, err := c.machine.stands(n.Link, c.link, nil)
	if err != nil {
		return err
	}
	if !stands {
		if err := c.device.DetachLink(); err != nil {
			return fmt.Errorf("let go of the lost %s: %w", n.Link, err)
		}
		if err := c.attachLink(n); err != nil {
			return err
		}
	}
	return c.machine.settleLink(n, t)
}

func (c *carrier) upTap(n plan.Names, t plan.Tunnel) error {
	if err := c.machine.ready(); err != nil {
		return err
	}
	frames := datapath.Tunnel{
		Tunnel:  gretap.Tunnel{Local: t.Address.Addr(), Remote: t.Hub.Address},
		TTL:     link.TapTTL,
		LinkMTU: plan.LinkMTU,
	}
	options := datapath.PortOptions{MTU: plan.TapMTU, MAC: t.MAC, NoTxOffload: t.TxOffload == plan.TxOffloadOff}
	stands, err := c.machine.stands(n.Tap, c.tap, t.HardwareAddr())
	if err != nil {
		return err
	}
	if !stands || frames != c.frames || options != c.options {
		if err := c.detachTap(); err != nil {
			return fmt.Errorf("let go of the old %s: %w", n.Tap, err)
		}
		nic, err := c.machine.openTap(n, options)
		if err != nil {
			return err
		}
		quiet := &quietPort{Port: nic.port}
		if err := c.device.Attach(quiet, frames); err != nil {
			return fmt.Errorf("attach %s: %w", n.Tap, err)
		}
		c.tap, c.quiet, c.frames, c.options = nic, quiet, frames, options
	}
	return c.machine.settleTap(n)
}

func (c *carrier) detachTap() error {
	if c.tap == (nic{}) {
		return nil
	}
	c.tap = nic{}
	return c.device.Detach(c.frames.Far())
}

func (c *carrier) disown(n plan.Names) error {
	stands, err := c.machine.stands(n.Tap, c.tap, nil)
	if err == nil && !stands {
		err = link.ErrNoLink(n.Tap)
	}
	if err != nil {
		return err
	}
	return c.machine.disown(n)
}

func (c *carrier) intact(n plan.Names, t plan.Tunnel) (bool, error) {
	if c.ended() {
		return false, nil
	}
	for name, nic := range map[string]nic{n.Link: c.link, n.Tap: c.tap} {
		if stands, err := c.machine.stands(name, nic, nil); err != nil || !stands {
			return false, err
		}
	}
	return c.machine.intact(n, t)
}
