package datapath

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"

	"golang.zx2c4.com/wireguard/tun"
)

// batchSize is wireguard-go's own (conn.IdealBatchSize).
const batchSize = 128

// Device carries any number of tunnels, and the link, over one wireguard-go device. Its methods may be called at any
// time; Read is for one goroutine, wireguard-go's reader, and Write for any number, one for each of its peers.
type Device struct {
	log     *slog.Logger
	mtu     int
	poll    *poller
	pollErr error // why there is no poll
	queue   queue
	reader  reader
	out, in pace // bound what is under way inside WireGuard, once Pace is called
	ended   chan struct{}
	events  chan tun.Event
	stray   atomic.Uint64
	routes  atomic.Pointer[routes] // replaced, never changed
	spare   chan *coupler          // for the next Write

	mu     sync.Mutex // guards the replacing of routes, and closed; taken before a lane's
	closed bool
}

// routes say whose a packet is.
type routes struct {
	tunnels map[[4]byte]*lane // by far end
	link    *lane
	closed  bool
}

var _ tun.Device = (*Device)(nil)

// New makes a Device without ports. linkMTU is what WireGuard says it carries: plan.LinkMTU. It is closed with Close.
func New(log *slog.Logger, linkMTU int) *Device {
	d := &Device{
		log:    log,
		mtu:    linkMTU,
		events: make(chan tun.Event),
		ended:  make(chan struct{}),
		spare:  make(chan *coupler, 16),
	}
	d.out.room, d.in.room = make(chan struct{}, 1), make(chan struct{}, 1)
	d.reader.turn.pace = &d.out
	d.poll, d.pollErr = newPoller()
	d.routes.Store(&routes{})
	return d
}

// Attach carries the frames of port to and from t's far end. The port belongs to the Device from then on, which
// closes it with Detach or Close, and also when Attach fails.
func (d *Device) Attach(port Port, t Tunnel) error {
	if t.LinkMTU > maxLinkMTU {
		return errors.Join(fmt.Errorf("datapath: link MTU %d is above %d", t.LinkMTU, maxLinkMTU), port.Close())
	}
	l, err := newLane(d, port, t)
	if err != nil {
		return errors.Join(err, port.Close())
	}
	far := t.Far().As4()
	return d.add(l, func(r *routes) bool {
		if r.tunnels[far] != nil {
			return false
		}
		r.tunnels = maps.Clone(r.tunnels)
		if r.tunnels == nil {
			r.tunnels = map[[4]byte]*lane{}
		}
		r.tunnels[far] = l
		return true
	})
}

// AttachLink gives IPv4 packets that are of no tunnel to port, a TUN, and carries its packets. A Device without a
// link drops them. The port belongs to the Device as with Attach.
func (d *Device) AttachLink(port Port) error {
	l := &lane{device: d, port: port}
	return d.add(l, func(r *routes) bool {
		if r.link != nil {
			return false
		}
		r.link = l
		return true
	})
}

// add makes l known by place, which is false where something is in its way.
func (d *Device) add(l *lane, place func(*routes) bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.closed:
		return errors.Join(ErrClosed, l.port.Close())
	case d.pollErr != nil:
		return errors.Join(d.pollErr, l.port.Close())
	}
	r := *d.routes.Load()
	if !place(&r) {
		return errors.Join(ErrTaken, l.port.Close())
	}
	if err := l.port.Notify(l); err != nil {
		d.poll.forget(l)
		return errors.Join(fmt.Errorf("datapath: watch a port: %w", err), l.port.Close())
	}
	d.routes.Store(&r)
	l.Ready() // what came before it was watched
	return nil
}

// Detach closes the port of the tunnel to far. One that is not there is no error.
func (d *Device) Detach(far netip.Addr) error {
	return d.remove(func(r *routes) *lane {
		l := r.tunnel(far)
		if l != nil {
			r.tunnels = maps.Clone(r.tunnels)
			delete(r.tunnels, far.As4())
		}
		return l
	})
}

// DetachLink closes the link's port. When there is none that is no error.
func (d *Device) DetachLink() error {
	return d.remove(func(r *routes) *lane {
		l := r.link
		r.link = nil
		return l
	})
}

func (d *Device) remove(take func(*routes) *lane) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := *d.routes.Load()
	l := take(&r)
	if l == nil {
		return nil
	}
	d.routes.Store(&r)
	return l.close()
}

func (r *routes) tunnel(far netip.Addr) *lane {
	if !far.Is4() {
		return nil
	}
	return r.tunnels[far.As4()]
}

// Counters are those of the tunnel to far; false when there is none.
func (d *Device) Counters(far netip.Addr) (Counters, bool) {
	l := d.routes.Load().tunnel(far)
	if l == nil {
		return Counters{}, false
	}
	return l.counters(), true
}

// LinkCounters are those of the link; false when there is none.
func (d *Device) LinkCounters() (LinkCounters, bool) {
	l := d.routes.Load().link
	if l == nil {
		return LinkCounters{}, false
	}
	return LinkCounters{
		PacketsIn: l.n.framesIn.Load(), BytesIn: l.n.bytesIn.Load(),
		PacketsOut: l.n.framesOut.Load(), BytesOut: l.n.bytesOut.Load(),
		SuperframesIn: l.n.superframes.Load(),
		PortErrors:    l.n.portErrors.Load(),
		BadPackets:    l.n.bad.Load(),
		Down:          l.down.Load(),
	}, true
}

// Stray is how many packets from WireGuard were no one's: GRE from an address without a tunnel, anything but GRE
// without a link, and what is not IPv4.
func (d *Device) Stray() uint64 { return d.stray.Load() }

// Close closes all ports. Read and Write give os.ErrClosed from then on; the Device has nothing else that runs.
func (d *Device) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	close(d.ended)
	r := d.routes.Swap(&routes{closed: true})
	var errs []error
	for _, l := range r.tunnels {
		errs = append(errs, l.close())
	}
	if r.link != nil {
		errs = append(errs, r.link.close())
	}
	if d.poll != nil {
		errs = append(errs, d.poll.close())
	}
	close(d.events)
	return errors.Join(errs...)
}

// MTU is the link's.
func (d *Device) MTU() (int, error) { return d.mtu, nil }

// Name is for wireguard-go's log.
func (d *Device) Name() (string, error) { return "mooring", nil }

// File is nil: the packets come from many files, or none.
func (d *Device) File() *os.File { return nil }

// Events never has one: whoever made the Device brings WireGuard up itself.
func (d *Device) Events() <-chan tun.Event { return d.events }

// BatchSize is how many packets Read and Write take at once.
func (d *Device) BatchSize() int { return batchSize }
