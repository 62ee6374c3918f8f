package userspace

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"sync"

	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/datapath"
	"mooring.dev/helpers/internal/link"
	"mooring.dev/helpers/internal/plan"
)

// linux makes a TUN and a TAP.
type linux struct {
	mu  sync.Mutex // guards can
	can bool       // the kernel was once found to have everything
}

var _ machine = (*linux)(nil)

func newMachine() machine { return &linux{} }

// lacks asks the kernel, which loads its module on being asked. Once nothing is lacking it is not asked again.
func (m *linux) lacks() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.can {
		return nil
	}
	lacks := []string{}
	if err := probeTUN(); err != nil {
		lacks = append(lacks, fmt.Sprintf("TUN/TAP (%v)", err))
	}
	lacks = append(lacks, link.LacksIPv6()...)
	m.can = len(lacks) == 0
	return lacks
}

// probeTUN asks for an interface that is neither a TUN nor a TAP. The kernel looks at our right to make one first, so
// the two refusals differ and nothing is made: tun_set_iff, drivers/net/tun.c, 6.1.
func probeTUN() error {
	const device = "/dev/net/tun"
	fd, err := unix.Open(device, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open %s: %w", device, err)
	}
	defer unix.Close(fd)
	request, err := unix.NewIfreq("mooring-probe")
	if err != nil {
		return err
	}
	request.SetUint16(unix.IFF_NO_PI)
	switch err := unix.IoctlIfreq(fd, unix.TUNSETIFF, request); {
	case errors.Is(err, unix.EINVAL):
		return nil
	case err == nil:
		return errors.New("the kernel made an interface of no kind")
	default:
		return fmt.Errorf("make an interface by %s: %w", device, err)
	}
}

func (m *linux) ready() error { return link.NeedsIPv6() }

func (m *linux) openLink(n plan.Names) (nic, error) {
	made, err := open(n.Link, datapath.OpenTUN, datapath.PortOptions{MTU: plan.LinkMTU})
	if err != nil {
		return nic{}, err
	}
	if err := link.NoLinkLocal(n.Link); err != nil {
		return nic{}, errors.Join(err, made.port.Close())
	}
	return made, nil
}

func (m *linux) openTap(n plan.Names, o datapath.PortOptions) (nic, error) {
	return open(n.Tap, datapath.OpenTAP, o)
}

func open(name string, make func(string, datapath.PortOptions) (datapath.Port, error), o datapath.PortOptions) (nic, error) {
	if other, err := link.Find(name); err != nil {
		return nic{}, err
	} else if other != nil {
		return nic{}, &link.TakenError{Interface: name, Why: "this helper did not make it, and it is of type " + other.Type()}
	}
	port, err := make(name, o)
	if err != nil {
		return nic{}, err
	}
	made, err := link.Existing(name)
	if err != nil {
		return nic{}, errors.Join(err, port.Close())
	}
	return nic{port, made.Attrs().Index}, nil
}

func (m *linux) settleLink(n plan.Names, t plan.Tunnel) error {
	l, err := link.Existing(n.Link)
	if err != nil {
		return err
	}
	if err := link.SettleLink(l, t); err != nil {
		return err
	}
	return link.SetUp(l)
}

func (m *linux) settleTap(n plan.Names) error {
	tap, err := link.Existing(n.Tap)
	if err != nil {
		return err
	}
	return link.SettleTap(tap)
}

func (m *linux) stands(name string, made nic, mac net.HardwareAddr) (bool, error) {
	l, err := link.Find(name)
	if err != nil || l == nil || l.Attrs().Index != made.index {
		return false, err
	}
	return mac == nil || bytes.Equal(mac, l.Attrs().HardwareAddr), nil
}

func (m *linux) intact(n plan.Names, t plan.Tunnel) (bool, error) { return link.DevicesIntact(n, t) }

func (m *linux) disown(n plan.Names) error { return link.Disown(n) }
