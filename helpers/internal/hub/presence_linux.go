package hub

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"golang.zx2c4.com/wireguard/tun"

	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/wireguard"
)

const (
	// silence is how long nothing is heard of a device that is taken for absent: its session has ended by then
	// (device.RejectAfterTime).
	silence = 3 * time.Minute
	// trickle is how often an absent device is sent something to all, in case that it is there and merely silent. It is
	// the pace of handshakes (device.RekeyTimeout).
	trickle = 5 * time.Second
	// lookRound is how often we look for those that have a session and send nothing but keepalives.
	lookRound = 30 * time.Second
)

// presence stands between the datapath and wireguard-go and drops most of what is broadcast to devices that are absent.
// wireguard-go keeps up to 128 packets for each peer without a session, of 64 KiB whatever they hold: a noisy bridge
// would fill 8 MiB for every laptop that is switched off.
type presence struct {
	tun.Device
	now func() time.Time

	mu      sync.RWMutex // guards devices
	devices map[netip.Addr]*sighting
}

// sighting holds times of the clock as Unix nanoseconds.
type sighting struct {
	key   plan.Key
	heard atomic.Int64
	sent  atomic.Int64 // to all, while it was absent
}

var _ tun.Device = (*presence)(nil)

func newPresence(d tun.Device) *presence {
	return &presence{Device: d, now: time.Now, devices: map[netip.Addr]*sighting{}}
}

// expect has the device at addr looked after, which is absent so far.
func (p *presence) expect(addr netip.Addr, key plan.Key) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.devices[addr] = &sighting{key: key}
}

// forget lets everything to addr pass again.
func (p *presence) forget(addr netip.Addr) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.devices, addr)
}

// Read hands on what the datapath has, with the size 0, which wireguard-go passes over, for what is dropped.
func (p *presence) Read(bufs [][]byte, sizes []int, offset int) (int, error) {
	n, err := p.Device.Read(bufs, sizes, offset)
	for i := range n {
		packet := bufs[i][offset : offset+sizes[i]]
		if isToAll(packet) && !p.maySend(netip.AddrFrom4([4]byte(packet[16:20]))) {
			sizes[i] = 0
		}
	}
	return n, err
}

// Write notes who is there.
func (p *presence) Write(bufs [][]byte, offset int) (int, error) {
	var last netip.Addr
	for _, b := range bufs {
		packet := b[offset:]
		if len(packet) < 20 {
			continue
		}
		// A batch is of one peer, whose only address this is: WireGuard has checked it.
		if addr := netip.AddrFrom4([4]byte(packet[12:16])); addr != last {
			last = addr
			p.saw(addr, p.now())
		}
	}
	return p.Device.Write(bufs, offset)
}

func (p *presence) find(addr netip.Addr) *sighting {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.devices[addr]
}

func (p *presence) saw(addr netip.Addr, when time.Time) {
	if s := p.find(addr); s != nil {
		s.heard.Store(when.UnixNano())
	}
}

func (p *presence) maySend(addr netip.Addr) bool {
	s := p.find(addr)
	if s == nil {
		return true
	}
	now := p.now().UnixNano()
	if now-s.heard.Load() < int64(silence) {
		return true
	}
	sent := s.sent.Load()
	return now-sent >= int64(trickle) && s.sent.CompareAndSwap(sent, now)
}

// look takes the handshakes that WireGuard knows of for signs of life.
func (p *presence) look(peers map[plan.Key]wireguard.PeerState) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for _, s := range p.devices {
		if at := peers[s.key].LastHandshake; !at.IsZero() && at.UnixNano() > s.heard.Load() {
			s.heard.Store(at.UnixNano())
		}
	}
}

// isToAll reports whether the outer packet carries a frame to a group (IEEE 802, the first bit of an address): it is
// the first fragment of IPv4 with GRE of four octets, as hub and devices of this kind have it.
func isToAll(packet []byte) bool {
	const ihl5, gre = 0x45, 47
	return len(packet) > 24 && packet[0] == ihl5 && packet[9] == gre && packet[6]&0x1f == 0 && packet[7] == 0 && packet[24]&1 == 1
}
