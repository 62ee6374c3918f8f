package datapath

import (
	"bytes"
	"testing"
)

// split cuts a superframe as Read does, without outer headers.
func split(f *Superframe, ethernet bool) (frames [][]byte, ok bool) {
	var c cutter
	if !c.begin(f, ethernet) {
		return nil, false
	}
	for c.length() > 0 {
		b := make([]byte, c.length())
		c.cut(b)
		frames = append(frames, b)
	}
	return frames, true
}

func TestCutSegments(t *testing.T) {
	const ack, psh, fin, cwr, ece = 0x10, 0x08, 0x01, 0x80, 0x40
	v6 := func(f flow) flow { f.v6 = true; return f }
	tagged := func(f flow, tags ...uint16) flow { f.vlans = tags; return f }
	udp := flow{udp: true, ttl: 3, ports: [2]uint16{5000, 53}}
	bare := web()
	bare.bare = true
	options := web()
	options.ipOpts = []byte{1, 1, 1, 0}
	hopByHop := v6(web())
	hopByHop.ext = []byte{0, 0, 1, 4, 0, 0, 0, 0}
	noDF := web()
	noDF.df = false
	for _, c := range []struct {
		name         string
		f            flow
		seq          uint32
		id           uint16
		flags        byte
		octets, size int
	}{
		{"IPv4", web(), 1000, 7, ack | psh, 10000, 1330},
		{"IPv6", v6(web()), 1000, 0, ack | psh, 10000, 1310},
		{"64 KiB", web(), 5, 7, ack, 65535 - 52, 1330},
		{"sequence and identification wrap", noDF, 0xffffff00, 0xfffe, ack, 8000, 1330},
		{"no remainder", web(), 1, 7, ack | psh, 4000, 1000},
		{"one segment only", web(), 1, 7, ack | psh | fin, 900, 1000},
		{"odd size", web(), 1, 7, ack, 3333, 777},
		{"an octet each", web(), 1, 7, ack | psh, 9, 1},
		{"FIN and PSH on the last, CWR on the first, ECE on all", web(), 1, 7, ack | psh | fin | cwr | ece, 5000, 1000},
		{"VLAN", tagged(web(), 5), 1, 7, ack, 5000, 1330},
		{"two VLANs", tagged(v6(web()), 5, 6), 1, 7, ack, 5000, 1300},
		{"IPv4 options", options, 1, 7, ack, 5000, 1330},
		{"IPv6 extension header", hopByHop, 1, 0, ack, 5000, 1300},
		{"on the link", bare, 1, 7, ack | psh, 5000, 1368},
		{"UDP", udp, 0, 9, 0, 5000, 1200},
		{"UDP over IPv6", v6(udp), 0, 0, 0, 5000, 1200},
		{"UDP in a VLAN", tagged(udp, 5), 0, 9, 0, 4800, 1200},
	} {
		t.Run(c.name, func(t *testing.T) {
			payload := pattern(c.octets)
			frame, o := c.f.super(c.seq, c.id, c.flags, payload, c.size)
			o.Header = 65535 // not to be believed
			got, ok := split(&Superframe{Frame: frame, Offload: o}, !c.f.bare)
			if !ok {
				t.Fatal("refused")
			}
			same(t, "segments", got, c.f.segments(c.seq, c.id, c.flags, payload, c.size))
		})
	}
}

func TestFinishAChecksum(t *testing.T) {
	v6 := web()
	v6.v6 = true
	for name, f := range map[string]flow{
		"TCP": web(), "TCP over IPv6": v6, "VLAN": {vlans: []uint16{9}, ports: [2]uint16{1, 2}},
		"UDP": {udp: true, ports: [2]uint16{1, 2}}, "UDP over IPv6": {udp: true, v6: true, ports: [2]uint16{1, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{0, 1, 100, 1301} {
				frame, o := f.super(1, 2, 0x18, pattern(n), 0)
				o.GSO = GSONone
				got, ok := split(&Superframe{Frame: frame, Offload: o}, true)
				if !ok {
					t.Fatal("refused")
				}
				same(t, "frame", got, [][]byte{f.frame(1, 2, 0x18, pattern(n))})
			}
		})
	}
}

func TestAChecksumOfZeroIsWrittenAsItsOtherForm(t *testing.T) {
	f := flow{udp: true, ports: [2]uint16{1, 2}}
	// A payload that makes the sum 0xffff: its complement would say that there is no checksum.
	frame, o := f.super(0, 0, 0, []byte{0, 0}, 0)
	need := ^naive(frame[o.Start:], 0)
	frame, o = f.super(0, 0, 0, []byte{byte(need >> 8), byte(need)}, 0)
	o.GSO = GSONone
	got, _ := split(&Superframe{Frame: frame, Offload: o}, true)
	if at := o.Start + o.Field; got[0][at] != 0xff || got[0][at+1] != 0xff {
		t.Errorf("checksum %x, want ffff", got[0][at:at+2])
	}
}

func TestLyingOffloadsAreRefused(t *testing.T) {
	good, o := web().super(1, 2, 0x10, pattern(3000), 1000)
	for name, change := range map[string]func(f *Superframe){
		"empty":                        func(f *Superframe) { f.Frame = nil },
		"no whole Ethernet header":     func(f *Superframe) { f.Frame = f.Frame[:13]; f.Offload = Offload{} },
		"unknown kind":                 func(f *Superframe) { f.Offload.GSO = gsoOther },
		"no segment size":              func(f *Superframe) { f.Offload.Size = 0 },
		"no checksum":                  func(f *Superframe) { f.Offload.Checksum = false },
		"other field":                  func(f *Superframe) { f.Offload.Field = 6 },
		"start beyond the end":         func(f *Superframe) { f.Offload.Start = len(f.Frame) },
		"start in the IP header":       func(f *Superframe) { f.Offload.Start = 20 },
		"start behind the TCP header":  func(f *Superframe) { f.Offload.Start += 4 },
		"other version":                func(f *Superframe) { f.Offload.GSO = GSOTCP6 },
		"other protocol":               func(f *Superframe) { f.Offload.GSO = GSOUDP; f.Offload.Field = 6 },
		"ends in the TCP header":       func(f *Superframe) { f.Frame = f.Frame[:o.Start+15] },
		"ends with the header":         func(f *Superframe) { f.Frame = f.Frame[:o.Header] },
		"TCP header too short":         func(f *Superframe) { f.Frame[o.Start+12] = 4 << 4 },
		"TCP header beyond the end":    func(f *Superframe) { f.Frame = f.Frame[:o.Start+22]; f.Frame[o.Start+12] = 15 << 4 },
		"not IP":                       func(f *Superframe) { f.Frame[12] = 0x86 },
		"IPv6 said, IPv4 there":        func(f *Superframe) { f.Frame[12], f.Frame[13] = 0x86, 0xdd },
		"IPv4 header too short":        func(f *Superframe) { f.Frame[14] = 0x44 },
		"VLAN tags to the end":         func(f *Superframe) { f.Frame = bytes.Repeat([]byte{0x81, 0}, 40) },
		"checksum only, beyond":        func(f *Superframe) { f.Offload.GSO = GSONone; f.Offload.Field = len(f.Frame) },
		"checksum only, an octet over": func(f *Superframe) { f.Offload = Offload{Checksum: true, Start: len(f.Frame) - 1} },
		"checksum only, negative":      func(f *Superframe) { f.Offload = Offload{Checksum: true, Start: -4, Field: 4} },
		"segments above 65535": func(f *Superframe) {
			f.Frame = append(f.Frame, make([]byte, 65535)...)
			f.Offload.Size = 65535
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := &Superframe{Frame: bytes.Clone(good), Offload: o}
			change(f)
			if got, ok := split(f, true); ok {
				t.Errorf("became %d frames", len(got))
			}
		})
	}
}
