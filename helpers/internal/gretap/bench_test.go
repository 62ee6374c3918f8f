package gretap

import (
	"fmt"
	"testing"
)

// full is a packet of a full tap: 1382 octets of payload in a frame of 1396.
func full(t testing.TB, tunnel Tunnel) (e *Encoder, packet []byte) {
	e = newEncoder(t, flipped(tunnel), 1420)
	packet = make([]byte, e.Overhead()+1396)
	if r := e.Encode(packet, 1); r != OK {
		t.Fatal(r)
	}
	return e, packet
}

func TestNothingIsAllocated(t *testing.T) {
	for _, tunnel := range []Tunnel{laptop, keyed(1)} {
		e, packet := full(t, tunnel)
		d := newDecoder(t, tunnel, DefaultLimits())
		bad := with(packet, 10, 0, 0)
		dst := make([]byte, 1420)
		first, second := frag(1, 0, 1200).packet(), lastFrag(1, 1200, 1400).packet()
		for name, f := range map[string]func(){
			"Encode":                       func() { e.Encode(packet, 7) },
			"Fragment":                     func() { e.Fragment(dst, packet, 0) },
			"Decode":                       func() { d.Decode(packet) },
			"Decode, refuse":               func() { d.Decode(bad) },
			"Source":                       func() { Source(packet) },
			"Reassemble, of what is whole": func() { d.Reassemble(packet, dawn) },
			// After the first datagram its memory does for all.
			"Reassemble, of two fragments": func() { d.Reassemble(first, dawn); d.Reassemble(second, dawn) },
			"Counts":                       func() { d.Counts() },
		} {
			if n := testing.AllocsPerRun(100, f); n != 0 {
				t.Errorf("%s: %v allocations", name, n)
			}
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, tunnel := range []Tunnel{laptop, keyed(1)} {
		b.Run(fmt.Sprintf("keyed=%v", tunnel.Keyed), func(b *testing.B) {
			e, packet := full(b, tunnel)
			b.ReportAllocs()
			b.SetBytes(int64(len(packet)))
			for i := 0; b.Loop(); i++ {
				e.Encode(packet, uint16(i))
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, tunnel := range []Tunnel{laptop, keyed(1)} {
		b.Run(fmt.Sprintf("keyed=%v", tunnel.Keyed), func(b *testing.B) {
			_, packet := full(b, tunnel)
			d := newDecoder(b, tunnel, DefaultLimits())
			b.ReportAllocs()
			b.SetBytes(int64(len(packet)))
			for b.Loop() {
				d.Decode(packet)
			}
		})
	}
}

func BenchmarkRefuse(b *testing.B) {
	_, packet := full(b, laptop)
	packet[10]++
	d := newDecoder(b, laptop, DefaultLimits())
	b.ReportAllocs()
	for b.Loop() {
		d.Decode(packet)
	}
}

// BenchmarkFragment and BenchmarkReassemble are of a packet of 1420 octets in two, over a link of 1220.
func BenchmarkFragment(b *testing.B) {
	e := newEncoder(b, flipped(laptop), 1220)
	_, packet := full(b, laptop)
	dst := make([]byte, 1220)
	b.ReportAllocs()
	b.SetBytes(int64(len(packet)))
	for b.Loop() {
		_, from := e.Fragment(dst, packet, 0)
		e.Fragment(dst, packet, from)
	}
}

func BenchmarkReassemble(b *testing.B) {
	d := newDecoder(b, laptop, DefaultLimits())
	first, second := frag(1, 0, 1200).packet(), lastFrag(1, 1200, 1400).packet()
	b.ReportAllocs()
	b.SetBytes(1420)
	for b.Loop() {
		d.Reassemble(first, dawn)
		d.Reassemble(second, dawn)
	}
}
