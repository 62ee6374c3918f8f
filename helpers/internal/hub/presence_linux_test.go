package hub

import (
	"net/netip"
	"testing"
	"time"

	"golang.zx2c4.com/wireguard/tun"

	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/wireguard"
)

// pipe is a tun.Device that gives the same packets at each Read.
type pipe struct {
	tun.Device
	packets [][]byte
	written int
}

func (p *pipe) Read(bufs [][]byte, sizes []int, offset int) (int, error) {
	for i, packet := range p.packets {
		sizes[i] = copy(bufs[i][offset:], packet)
	}
	return len(p.packets), nil
}

func (p *pipe) Write(bufs [][]byte, offset int) (int, error) {
	p.written += len(bufs)
	return len(bufs), nil
}

func outer(src, dst netip.Addr, mac byte) []byte {
	b := make([]byte, 60)
	b[0], b[9] = 0x45, 47
	copy(b[12:], src.AsSlice())
	copy(b[16:], dst.AsSlice())
	b[22], b[23], b[24] = 0x65, 0x58, mac
	return b
}

func TestPresence(t *testing.T) {
	hub, here, away, unknown := netip.MustParseAddr("172.16.0.1"), netip.MustParseAddr("172.16.0.2"), netip.MustParseAddr("172.16.0.3"), netip.MustParseAddr("172.16.0.9")
	fragment := outer(hub, away, 0xff)
	fragment[7] = 1
	inner := &pipe{packets: [][]byte{
		outer(hub, here, 0xff), outer(hub, away, 0xff), outer(hub, away, 0x02), outer(hub, unknown, 0xff), fragment, {0x45},
	}}
	now := time.Unix(1_000_000, 0)
	p := newPresence(inner)
	p.now = func() time.Time { return now }
	p.expect(here, plan.Key{1})
	p.expect(away, plan.Key{2})
	const offset = 16
	reads := func(what string, want ...bool) {
		t.Helper()
		bufs, sizes := make([][]byte, 6), make([]int, 6)
		for i := range bufs {
			bufs[i] = make([]byte, 100)
		}
		if n, err := p.Read(bufs, sizes, offset); n != 6 || err != nil {
			t.Fatal(n, err)
		}
		for i, size := range sizes {
			if size > 0 != want[i] {
				t.Errorf("%s: packet %d passes: %v", what, i, size > 0)
			}
		}
	}
	says := func(from netip.Addr) {
		t.Helper()
		b := append(make([]byte, offset), outer(from, hub, 2)...)
		if n, err := p.Write([][]byte{b, b, make([]byte, offset)}, offset); n != 3 || err != nil {
			t.Fatal(n, err)
		}
	}
	reads("the first", true, true, true, true, true, true)
	reads("the second", false, false, true, true, true, true)
	says(here)
	reads("one has spoken", true, false, true, true, true, true)
	now = now.Add(trickle)
	reads("a while later", true, true, true, true, true, true)
	reads("at once again", true, false, true, true, true, true)
	now = now.Add(silence)
	reads("the trickle to both", true, true, true, true, true, true)
	reads("both are silent", false, false, true, true, true, true)
	p.look(map[plan.Key]wireguard.PeerState{{2}: {LastHandshake: now.Add(-time.Minute)}, {1}: {}})
	reads("one has a session", false, true, true, true, true, true)
	p.forget(here)
	reads("one is forgotten", true, true, true, true, true, true)
	if inner.written != 3 {
		t.Errorf("%d packets were handed on, want 3", inner.written)
	}
}

func TestPresenceCostsNoMemory(t *testing.T) {
	p := newPresence(&pipe{packets: [][]byte{outer(netip.MustParseAddr("172.16.0.1"), netip.MustParseAddr("172.16.0.2"), 0xff)}})
	p.expect(netip.MustParseAddr("172.16.0.2"), plan.Key{1})
	bufs, sizes := [][]byte{make([]byte, 100)}, []int{0}
	if n := testing.AllocsPerRun(100, func() {
		p.Read(bufs, sizes, 16)
		p.Write(bufs, 16)
	}); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}
