package datapath

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"mooring.dev/helpers/internal/gretap"
)

// Stories of the way in: from WireGuard to a port.

// arrive wraps frames as the laptop sends them.
func arrive(frames ...[]byte) (packets [][]byte) {
	for i, f := range frames {
		packets = append(packets, outer(addrLaptop, addrHub, uint16(i), f))
	}
	return packets
}

func hub(t testing.TB) (*end, *Memory) {
	e, port := newEnd(t), NewMemory(both)
	e.attach(port, between(addrHub, addrLaptop))
	return e, port
}

func TestSegmentsOfABatchArriveAsOneSuperframe(t *testing.T) {
	for name, f := range map[string]flow{
		"IPv4":              web(),
		"IPv6":              {v6: true, ttl: 64, tos: 0x28, ports: [2]uint16{1, 2}, ack: 1, window: 2, options: timestamp},
		"VLAN":              {vlans: []uint16{5}, df: true, ttl: 9, ports: [2]uint16{1, 2}},
		"may be fragmented": {ttl: 9, ports: [2]uint16{1, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			e, port := hub(t)
			payload := pattern(9000)
			e.write(arrive(f.segments(0xfffffff0, 0xfffe, 0x18, payload, 1300)...)...)
			frames, offloads := outs(port)
			want, o := f.super(0xfffffff0, 0xfffe, 0x18, payload, 1300)
			same(t, "superframes", frames, [][]byte{want})
			if offloads[0] != o {
				t.Errorf("offload %+v, want %+v", offloads[0], o)
			}
			if c := e.counters(addrLaptop); c.FramesIn != 7 || c.SuperframesIn != 1 {
				t.Errorf("counters %+v", c)
			}
		})
	}
}

func TestWhatDoesNotFollowIsNotCoupled(t *testing.T) {
	a, b := pattern(1000), pattern(1000)
	first := web().frame(1, 1, 0x10, a)
	alter := func(change func(f *flow)) []byte {
		f := web()
		f.options = bytes.Clone(f.options)
		change(&f)
		return f.frame(1001, 2, 0x10, b)
	}
	corrupt := func(frame []byte, at int) []byte { frame[at] ^= 0xff; return frame }
	noDF := web()
	noDF.df = false
	for name, second := range map[string][]byte{
		"bad TCP checksum":         corrupt(web().frame(1001, 2, 0x10, b), 80),
		"bad IP checksum":          corrupt(web().frame(1001, 2, 0x10, b), 24),
		"a hole":                   web().frame(1002, 2, 0x10, b),
		"an old segment":           web().frame(1, 2, 0x10, b),
		"longer than the first":    web().frame(1001, 2, 0x10, pattern(1001)),
		"no data":                  web().frame(1001, 2, 0x10, nil),
		"FIN":                      web().frame(1001, 2, 0x11, b),
		"SYN":                      web().frame(1001, 2, 0x12, b),
		"RST":                      web().frame(1001, 2, 0x14, b),
		"URG":                      web().frame(1001, 2, 0x30, b),
		"CWR":                      web().frame(1001, 2, 0x90, b),
		"ECE":                      web().frame(1001, 2, 0x50, b),
		"no ACK":                   web().frame(1001, 2, 0x00, b),
		"other port":               alter(func(f *flow) { f.ports[0]++ }),
		"other acknowledgement":    alter(func(f *flow) { f.ack++ }),
		"other window":             alter(func(f *flow) { f.window++ }),
		"other timestamp":          alter(func(f *flow) { f.options[7]++ }),
		"no timestamp":             alter(func(f *flow) { f.options = nil }),
		"other type of service":    alter(func(f *flow) { f.tos = 4 }),
		"congestion experienced":   alter(func(f *flow) { f.tos = 3 }),
		"other time to live":       alter(func(f *flow) { f.ttl-- }),
		"IP options":               alter(func(f *flow) { f.ipOpts = []byte{1, 1, 1, 0} }),
		"may be fragmented":        noDF.frame(1001, 2, 0x10, b),
		"another VLAN":             alter(func(f *flow) { f.vlans = []uint16{5} }),
		"IPv6":                     alter(func(f *flow) { f.v6 = true }),
		"UDP":                      alter(func(f *flow) { f.udp = true }),
		"padding behind the data":  append(web().frame(1001, 2, 0x10, b), 0, 0),
		"TCP header beyond itself": corrupt(web().frame(1001, 2, 0x10, nil), 46),
	} {
		t.Run(name, func(t *testing.T) {
			e, port := hub(t)
			e.write(arrive(bytes.Clone(first), bytes.Clone(second))...)
			frames, offloads := outs(port)
			if len(frames) == 2 && bytes.Equal(frames[0], second) { // of another flow, which waits for no one
				frames[0], frames[1] = frames[1], frames[0]
			}
			same(t, "frames", frames, [][]byte{first, second})
			for _, o := range offloads {
				if o != (Offload{}) {
					t.Errorf("offload %+v: the kernel must look at it itself", o)
				}
			}
		})
	}
}

func TestWhatIsNoPlainDataIsNotCoupledWithItsLike(t *testing.T) {
	for name, flags := range map[string]byte{
		"FIN": 0x11, "SYN": 0x12, "RST": 0x14, "PSH": 0x18, "URG": 0x30, "CWR": 0x90, "no ACK": 0x08,
	} {
		e, port := hub(t)
		e.write(arrive(web().frame(1, 1, flags, pattern(100)), web().frame(101, 2, flags, pattern(100)))...)
		if frames, _ := outs(port); len(frames) != 2 {
			t.Errorf("%s: %d superframes of two segments", name, len(frames))
		}
	}
}

func TestIPv6HeadersMustAgree(t *testing.T) {
	first := web()
	first.v6 = true
	for name, c := range map[string]struct {
		change func(f *flow)
		want   int
	}{
		"the same":      {func(f *flow) {}, 1},
		"hop limit":     {func(f *flow) { f.ttl-- }, 2},
		"traffic class": {func(f *flow) { f.tos = 4 }, 2},
		"extension":     {func(f *flow) { f.ext = []byte{0, 0, 1, 4, 0, 0, 0, 0} }, 2},
	} {
		second := first
		c.change(&second)
		e, port := hub(t)
		e.write(arrive(first.frame(1, 1, 0x10, pattern(100)), second.frame(101, 2, 0x10, pattern(100)))...)
		if frames, _ := outs(port); len(frames) != c.want {
			t.Errorf("%s: %d superframes", name, len(frames))
		}
	}
}

func TestIdentificationsCountOnlyWhereFragmentsMayBe(t *testing.T) {
	f := web()
	f.df = false
	for _, c := range []struct {
		df   bool
		next uint16
		want int
	}{{true, 2, 1}, {true, 1, 1}, {true, 500, 1}, {false, 2, 1}, {false, 1, 2}, {false, 3, 2}} {
		f.df = c.df
		e, port := hub(t)
		e.write(arrive(f.frame(1, 1, 0x10, pattern(100)), f.frame(101, c.next, 0x10, pattern(100)))...)
		if frames, _ := outs(port); len(frames) != c.want {
			t.Errorf("%+v: %d superframes", c, len(frames))
		}
	}
}

func TestAFlowKeepsItsOrderAndOthersDoNotDisturbIt(t *testing.T) {
	e, port := hub(t)
	other := web()
	other.ports[0]++
	var frames [][]byte
	for i := range 4 { // two flows and a third one's acknowledgements, each packet of one after the other's
		ack := web()
		ack.ports = [2]uint16{9, 9}
		seq := uint32(1 + 1000*i)
		frames = append(frames, web().frame(seq, uint16(i), 0x10, pattern(1000)),
			other.frame(seq, uint16(i), 0x10, pattern(1000)), ack.frame(1, uint16(i), 0x10, nil))
	}
	frames = append(frames, web().frame(4001, 4, 0x11, nil)) // FIN
	e.write(arrive(frames...)...)
	got, offloads := outs(port)
	var lengths []int
	for i := range got {
		lengths = append(lengths, len(got[i]))
		if (offloads[i].GSO == GSOTCP4) != (len(got[i]) == 4066) {
			t.Errorf("superframe %d of %d octets has offload %+v", i, len(got[i]), offloads[i])
		}
	}
	want := []int{66, 66, 66, 66, 4066, 66, 4066} // acknowledgements at once; FIN after its flow's data
	if len(lengths) != len(want) {
		t.Fatalf("lengths %v, want %v", lengths, want)
	}
	for i := range want {
		if lengths[i] != want[i] {
			t.Fatalf("lengths %v, want %v", lengths, want)
		}
	}
}

func TestMoreFlowsThanAreCoupledAtOnce(t *testing.T) {
	e, port := hub(t)
	var frames [][]byte
	for round := range 3 {
		for i := range uint16(40) {
			f := web()
			f.ports[0] = i
			frames = append(frames, f.frame(uint32(1+round*100), uint16(round), 0x10, pattern(100)))
		}
	}
	e.write(arrive(frames...)...)
	got, _ := outs(port)
	octets := 0
	for _, f := range got {
		octets += len(f) - 66
	}
	if octets != 120*100 {
		t.Errorf("%d octets of data arrived, want 12000", octets)
	}
}

func TestASuperframeEndsBefore64KiB(t *testing.T) {
	e, port := hub(t)
	var frames [][]byte
	for i := range 100 {
		frames = append(frames, web().frame(uint32(i*1330), uint16(i), 0x10, pattern(1330)))
	}
	e.write(arrive(frames...)...)
	got, offloads := outs(port)
	if len(got) != 3 || len(got[0]) != 66+49*1330 || len(got[1]) != len(got[0]) {
		t.Fatalf("%d superframes", len(got))
	}
	var cut [][]byte
	for i := range got {
		parts, ok := split(&Superframe{Frame: got[i], Offload: offloads[i]}, true)
		if !ok {
			t.Fatal("refused")
		}
		cut = append(cut, parts...)
	}
	same(t, "frames", cut, frames)
}

func TestAPortWithoutOffloadsGetsFrames(t *testing.T) {
	e, port := newEnd(t), NewMemory(Features{TCP6: true})
	e.attach(port, between(addrHub, addrLaptop))
	f := web()
	f.v6 = true
	want := append(web().segments(1, 1, 0x10, pattern(3000), 1000), f.segments(1, 1, 0x10, pattern(3000), 1000)...)
	e.write(arrive(want...)...)
	if got, _ := outs(port); len(got) != 4 {
		t.Errorf("%d superframes, want three of IPv4 and one of IPv6", len(got))
	}
}

func TestEachPacketFindsItsPort(t *testing.T) {
	e, laptop := hub(t)
	office, link := NewMemory(both), NewMemory(both)
	e.attach(office, between(addrHub, addrOffice))
	a, b := web().frame(1, 1, 0x10, nil), web().frame(2, 2, 0x10, nil)
	ping := web()
	ping.bare = true
	plain := ping.frame(1, 1, 0x10, nil)
	fromOffice := outer(addrOffice, addrHub, 1, b)
	stranger := outer(addrOffice.Next(), addrHub, 1, b)

	e.write(arrive(a)[0], bytes.Clone(fromOffice), bytes.Clone(stranger), bytes.Clone(plain),
		[]byte{0x60, 0}, nil, pattern(60))
	if n := e.Stray(); n != 5 {
		t.Errorf("%d stray packets, want 5: an unknown far end, one for a link that is not there, three that are not IPv4", n)
	}
	if err := e.AttachLink(link); err != nil {
		t.Fatal(err)
	}
	e.write(bytes.Clone(plain), outer(addrOffice, addrHub, 1, b), bytes.Clone(stranger))
	if n := e.Stray(); n != 6 {
		t.Errorf("%d stray packets, want GRE of an unknown far end among them, link or not", n)
	}
	got, _ := outs(laptop)
	same(t, "the laptop's", got, [][]byte{a})
	got, _ = outs(office)
	same(t, "the office's", got, [][]byte{b, b})
	got, _ = outs(link)
	same(t, "the link's", got, [][]byte{plain})
	if c, ok := e.LinkCounters(); !ok || c.PacketsIn != 1 || c.BytesIn != uint64(len(plain)) {
		t.Errorf("link counters %+v", c)
	}
}

func TestTheLinkCouplesToo(t *testing.T) {
	e, link := newEnd(t), NewMemory(both)
	if err := e.AttachLink(link); err != nil {
		t.Fatal(err)
	}
	f := web()
	f.bare = true
	e.write(f.segments(1, 1, 0x18, pattern(3000), 1368)...)
	frames, offloads := outs(link)
	want, o := f.super(1, 1, 0x18, pattern(3000), 1368)
	same(t, "superframes", frames, [][]byte{want})
	if offloads[0] != o {
		t.Errorf("offload %+v, want %+v", offloads[0], o)
	}
}

func TestAnothersMACIsDropped(t *testing.T) {
	e, port := newEnd(t), NewMemory(both)
	tunnel := between(addrHub, addrLaptop)
	tunnel.PeerMAC = macLaptop
	e.attach(port, tunnel)
	good := web().frame(1, 1, 0x10, pattern(100))
	bad := web().frame(101, 2, 0x10, pattern(100))
	bad[11]++
	e.write(arrive(good, bad)...)
	e.write(fragments(arrive(bad)[0], 80)...)
	got, _ := outs(port)
	same(t, "frames", got, [][]byte{good})
	if c := e.counters(addrLaptop); c.ForeignMAC != 2 || c.FramesIn != 1 {
		t.Errorf("counters %+v", c)
	}
}

func TestFragmentsMeetAgain(t *testing.T) {
	e, port := hub(t)
	tagged := web()
	tagged.vlans = []uint16{5}
	first, long := tagged.frame(1, 1, 0x10, pattern(1330)), tagged.frame(1331, 2, 0x10, pattern(1330))
	parts := fragments(outer(addrLaptop, addrHub, 5, long), 1400)
	e.write(outer(addrLaptop, addrHub, 4, first), parts[1], parts[0])
	got, _ := outs(port)
	same(t, "frames", got, [][]byte{first, long})
}

func TestMemoryOfFragmentsIsBoundedAndGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := New(quiet, 1420)
		defer d.Close()
		if err := d.Attach(NewMemory(both), between(addrHub, addrLaptop)); err != nil {
			t.Fatal(err)
		}
		long := web().frame(1, 1, 0x10, pattern(8000))
		l := d.routes.Load().tunnel(addrLaptop)
		for id := range uint16(5000) {
			p := fragments(outer(addrLaptop, addrHub, id, long), 1400)[0]
			if _, err := d.Write([][]byte{append(make([]byte, offset), p...)}, offset); err != nil {
				t.Fatal(err)
			}
			if n, octets := held(l); n > gretap.DefaultLimits().Datagrams || octets > gretap.DefaultLimits().Bytes {
				t.Fatalf("%d datagrams of %d octets are held", n, octets)
			}
		}
		c, _ := d.Counters(addrLaptop)
		if c.Refused[gretap.Held] != 5000 || c.Refused[gretap.DatagramEvicted] == 0 || c.FramesIn != 0 {
			t.Errorf("counters %+v", c)
		}
		time.Sleep(2 * sweepAfter)
		if n, octets := held(l); n != 0 || octets != 0 {
			t.Errorf("%d datagrams of %d octets are held long after", n, octets)
		}
	})
}

func TestHostilePacketsAreEachCounted(t *testing.T) {
	e, port := hub(t)
	good := arrive(web().frame(1, 1, 0x10, pattern(100)))[0]
	change := func(f func(p []byte) []byte) []byte {
		p := f(bytes.Clone(good))
		p[10], p[11] = 0, 0
		c := ^naive(p[:20], 0)
		p[10], p[11] = byte(c>>8), byte(c)
		return p
	}
	lengthen := func(p []byte, n int) []byte { p[2], p[3] = byte(n>>8), byte(n); return p }
	overlap := fragments(good, 80)
	overlap[1][7] -= 1 // begins 8 octets before the first ends
	overlap[1] = func(p []byte) []byte {
		p[10], p[11] = 0, 0
		c := ^naive(p[:20], 0)
		p[10], p[11] = byte(c>>8), byte(c)
		return p
	}(overlap[1])
	for _, c := range []struct {
		why     gretap.Reason
		packets [][]byte
	}{
		{gretap.ShortGRE, [][]byte{change(func(p []byte) []byte { return lengthen(p[:22], 22) })}},
		{gretap.ShortFrame, [][]byte{change(func(p []byte) []byte { return lengthen(p[:30], 30) })}},
		{gretap.Truncated, [][]byte{change(func(p []byte) []byte { return lengthen(p, len(p)+1) })}},
		{gretap.BadTotalLength, [][]byte{change(func(p []byte) []byte { return lengthen(p, 19) })}},
		{gretap.BadHeaderLength, [][]byte{change(func(p []byte) []byte { p[0] = 0x44; return p })}},
		{gretap.BadHeaderChecksum, [][]byte{func() []byte { p := bytes.Clone(good); p[8]++; return p }()}},
		{gretap.WrongDestination, [][]byte{change(func(p []byte) []byte { p[19]++; return p })}},
		{gretap.BadGREVersion, [][]byte{change(func(p []byte) []byte { p[21] = 1; return p })}},
		{gretap.NotEthernet, [][]byte{change(func(p []byte) []byte { p[22] = 8; return p })}},
		{gretap.KeyUnexpected, [][]byte{change(func(p []byte) []byte { p[20] = 0x20; return p })}},
		{gretap.FragmentOverlap, overlap},
	} {
		before := e.counters(addrLaptop).Refused[c.why]
		e.write(c.packets...)
		if now := e.counters(addrLaptop).Refused[c.why]; now != before+1 {
			t.Errorf("%v: counted %d times", c.why, now-before)
		}
	}
	if got, _ := outs(port); len(got) != 0 {
		t.Errorf("%d frames arrived", len(got))
	}
	unknown := bytes.Clone(good)
	unknown[9] = 99
	e.write(unknown)
	if e.Stray() != 1 {
		t.Error("an unknown protocol is not counted")
	}
}
