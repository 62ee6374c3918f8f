package datapath

import (
	"errors"
	"log/slog"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"

	"golang.zx2c4.com/wireguard/tun"

	"mooring.dev/helpers/internal/gretap"
)

// Device carries any number of tunnels, and the link, over one wireguard-go device. Attach, AttachLink, Detach and
// Counters may be called at any time; Read and Write are wireguard-go's.
type Device struct {
	log     *slog.Logger
	mtu     int
	events  chan tun.Event
	packets chan []byte
	closed  chan struct{}
	once    sync.Once

	mu    sync.RWMutex // guards what follows
	ports map[netip.Addr]*attached
	link  Port
}

type attached struct {
	tunnel Tunnel
	port   Port
	enc    *gretap.Encoder
	decMu  sync.Mutex
	dec    *gretap.Decoder
	id     atomic.Uint32
}

var _ tun.Device = (*Device)(nil)

// New makes a Device without ports. linkMTU is what WireGuard says it carries: plan.LinkMTU.
func New(log *slog.Logger, linkMTU int) *Device {
	return &Device{
		log:     log,
		mtu:     linkMTU,
		events:  make(chan tun.Event),
		packets: make(chan []byte, 256),
		closed:  make(chan struct{}),
		ports:   map[netip.Addr]*attached{},
	}
}

// Attach carries the frames of port to and from t's far end. The port belongs to the Device from then on, which
// closes it with Detach or Close, and also when Attach fails.
func (d *Device) Attach(port Port, t Tunnel) error {
	enc, err1 := gretap.NewEncoder(t.Tunnel, t.TTL, t.LinkMTU)
	dec, err2 := gretap.NewDecoder(t.Tunnel, gretap.DefaultLimits())
	if err := errors.Join(err1, err2); err != nil {
		return errors.Join(err, port.Close())
	}
	a := &attached{tunnel: t, port: port, enc: enc, dec: dec}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ports[t.Far()] != nil {
		return errors.Join(ErrTaken, port.Close())
	}
	d.ports[t.Far()] = a
	go func() {
		for {
			b := make([]byte, 2048)
			n, err := port.Read(b[enc.Overhead():])
			if err != nil {
				return
			}
			b = b[:enc.Overhead()+n]
			if enc.Encode(b, uint16(a.id.Add(1))) == gretap.OK {
				d.send(b)
			}
		}
	}()
	return nil
}

// AttachLink gives IPv4 packets that are of no tunnel to port, a TUN, and carries its packets. A Device without a
// link drops them.
func (d *Device) AttachLink(port Port) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.link != nil {
		return errors.Join(ErrTaken, port.Close())
	}
	d.link = port
	go func() {
		for {
			b := make([]byte, 2048)
			n, err := port.Read(b)
			if err != nil {
				return
			}
			d.send(b[:n])
		}
	}()
	return nil
}

func (d *Device) send(b []byte) {
	select {
	case d.packets <- b:
	case <-d.closed:
	}
}

// Detach closes the port of the tunnel to far. One that is not there is no error.
func (d *Device) Detach(far netip.Addr) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.ports[far]
	if a == nil {
		return nil
	}
	delete(d.ports, far)
	return a.port.Close()
}

// Counters are those of the tunnel to far; false when there is none.
func (d *Device) Counters(far netip.Addr) (Counters, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	a := d.ports[far]
	if a == nil {
		return Counters{}, false
	}
	return Counters{Refused: a.dec.Counts()}, true
}

// File is nil: the packets come from many files, or none.
func (d *Device) File() *os.File { return nil }

// Read gives outer packets to wireguard-go.
func (d *Device) Read(bufs [][]byte, sizes []int, offset int) (int, error) {
	select {
	case b := <-d.packets:
		sizes[0] = copy(bufs[0][offset:], b)
		return 1, nil
	case <-d.closed:
		return 0, os.ErrClosed
	}
}

// Write takes the packets that wireguard-go has decrypted.
func (d *Device) Write(bufs [][]byte, offset int) (int, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	for _, b := range bufs {
		p := b[offset:]
		if src, ok := gretap.Source(p); ok && p[9] == 47 {
			if a := d.ports[netip.AddrFrom4(src)]; a != nil {
				a.decMu.Lock()
				frame, r := a.dec.Decode(p)
				if r == gretap.OK {
					a.port.Write(frame)
				}
				a.decMu.Unlock()
			}
		} else if d.link != nil {
			d.link.Write(p)
		}
	}
	return len(bufs), nil
}

// MTU is the link's.
func (d *Device) MTU() (int, error) { return d.mtu, nil }

// Name is for wireguard-go's log.
func (d *Device) Name() (string, error) { return "mooring", nil }

// Events never has one: whoever made the Device brings WireGuard up itself.
func (d *Device) Events() <-chan tun.Event { return d.events }

// BatchSize is how many packets Read and Write take at once.
func (d *Device) BatchSize() int { return 1 }

// Close closes all ports. It returns when nothing of the Device runs any more.
func (d *Device) Close() error {
	var errs []error
	d.once.Do(func() {
		close(d.closed)
		close(d.events)
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, a := range d.ports {
			errs = append(errs, a.port.Close())
		}
		if d.link != nil {
			errs = append(errs, d.link.Close())
		}
	})
	return errors.Join(errs...)
}
