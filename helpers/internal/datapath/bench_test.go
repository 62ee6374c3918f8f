package datapath

import (
	"encoding/binary"
	"testing"
)

// spring gives the same superframe for ever.
type spring struct {
	*Memory
	frame   []byte
	offload Offload
}

func (s *spring) Receive(buf []byte, f *Superframe) error {
	*f = Superframe{Frame: buf[:copy(buf, s.frame)], Offload: s.offload}
	return nil
}

// sink takes everything and keeps nothing.
type sink struct{ *Memory }

func (sink) Send(*Superframe) error { return nil }

// wayOut is an end that reads one superframe of 49 segments after the other.
func wayOut(t testing.TB) *end {
	e := newEnd(t)
	frame, o := web().super(1, 1, 0x10, pattern(49*1330), 1330)
	e.attach(&spring{Memory: NewMemory(both), frame: frame, offload: o}, between(addrLaptop, addrHub))
	return e
}

// wayIn is an end, and a batch for it as wireguard-go has it. again makes the batch as it was before the last write.
func wayIn(t testing.TB) (e *end, batch [][]byte, again func()) {
	e = newEnd(t)
	e.attach(sink{NewMemory(both)}, between(addrHub, addrLaptop))
	var heads [][]byte
	for _, p := range arrive(web().segments(1, 1, 0x10, pattern(98*1330), 1330)...) {
		batch = append(batch, append(make([]byte, offset, 65535), p...))
		heads = append(heads, append([]byte{}, p[:90]...))
	}
	return e, batch, func() {
		for i, b := range batch {
			copy(b[offset:], heads[i])
		}
	}
}

func TestNoMemoryIsTakenForPackets(t *testing.T) {
	out := wayOut(t)
	if n := testing.AllocsPerRun(100, func() {
		if _, err := out.Read(out.bufs, out.sizes, offset); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations for a batch out", n)
	}
	in, batch, again := wayIn(t)
	if n := testing.AllocsPerRun(100, func() {
		again()
		if _, err := in.Write(batch, offset); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations for a batch in", n)
	}
	if c := in.counters(addrLaptop); c.FramesIn != 49*c.SuperframesIn {
		t.Errorf("not coupled: %+v", c)
	}
}

func BenchmarkWayOut(b *testing.B) {
	e := wayOut(b)
	b.SetBytes(1330)
	b.ReportAllocs()
	for n := 0; n < b.N; { // segments
		m, err := e.Read(e.bufs, e.sizes, offset)
		if err != nil {
			b.Fatal(err)
		}
		n += m
	}
}

func BenchmarkWayIn(b *testing.B) {
	e, batch, again := wayIn(b)
	b.SetBytes(1330)
	b.ReportAllocs()
	for n := 0; n < b.N; n += len(batch) {
		again()
		if _, err := e.Write(batch, offset); err != nil {
			b.Fatal(err)
		}
	}
	if c := e.counters(addrLaptop); c.FramesIn != 49*c.SuperframesIn {
		b.Errorf("not coupled: %+v", c)
	}
}

func BenchmarkChecksum(b *testing.B) {
	p := pattern(1382)
	b.SetBytes(int64(len(p)))
	for b.Loop() {
		binary.BigEndian.PutUint16(p, sum16(p))
	}
}
