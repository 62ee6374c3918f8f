package gretap

import (
	"math/rand/v2"
	"testing"
	"time"
)

// flood sends n fragments of make's and checks the bounds after each. It gives the most bytes that were held.
func flood(t *testing.T, d *Decoder, l Limits, n int, gap time.Duration, make func(i int) part) (most int) {
	t.Helper()
	now := dawn
	for i := range n {
		d.Reassemble(make(i).packet(), now)
		mustBeWithin(t, d, l)
		_, bytes := d.Held()
		most = max(most, bytes)
		now = now.Add(gap)
	}
	return most
}

func TestFloods(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	offset := func() int { return random.IntN(8100) * 8 }
	for _, tt := range []struct {
		name string
		make func(i int) part
		want Reason // what most of it is counted as
	}{
		{"first fragments", func(i int) part { return frag(uint16(i), 0, 1200) }, DatagramEvicted},
		{"last fragments", func(i int) part { return lastFrag(uint16(i), 1200, 1400) }, DatagramEvicted},
		{"far offsets, that take long buffers", func(i int) part { return frag(uint16(i), 64000, 64008) }, DatagramEvicted},
		{"tiny ones with holes", func(i int) part { return frag(uint16(i/4000), i%4000*16, i%4000*16+8) }, FragmentTooMany},
		{"the same", func(i int) part { return frag(1, 0, 1200) }, FragmentDuplicate},
		{"overlaps", func(i int) part { return frag(1, i%2*8, 1200+i%2*8) }, FragmentOverlap},
		{"by chance, of few identifications", func(i int) part {
			p := frag(uint16(random.IntN(100)), offset(), 0)
			p.end, p.last = p.start+random.IntN(1300), random.IntN(8) == 0
			return p
		}, DatagramEvicted},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := DefaultLimits()
			d := newDecoder(t, laptop, l)
			if most := flood(t, d, l, 5_000, 0, tt.make); most < smallBuffer {
				t.Errorf("only %d bytes were ever held: this flood is none", most)
			}
			counts := d.Counts()
			for r, n := range counts {
				if Reason(r) != Held && n > counts[tt.want] {
					t.Errorf("%v came up %d times, %v %d times", Reason(r), n, tt.want, counts[tt.want])
				}
			}
		})
	}
}

// A flood crowds out what is older, but not what becomes whole before it is its turn.
func TestTrafficPassesThroughAFlood(t *testing.T) {
	d := newDecoder(t, laptop, DefaultLimits())
	for i := range 500 {
		d.Reassemble(frag(uint16(i*2), 0, 1200).packet(), dawn)
		for j := range DefaultLimits().Datagrams - 1 {
			d.Reassemble(frag(uint16(i*128+j*2+1), 0, 1200).packet(), dawn)
		}
		if _, r := d.Reassemble(lastFrag(uint16(i*2), 1200, 1400).packet(), dawn); r != OK {
			t.Fatalf("datagram %d: %v", i, r)
		}
	}
}

// A path that loses one fragment in three does not stop the datagrams that it leaves whole.
func TestLossDoesNotStopTheRest(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	d := newDecoder(t, laptop, DefaultLimits())
	now := dawn
	var whole, sent uint64
	for i := range 50_000 {
		first, second := random.IntN(3) > 0, random.IntN(3) > 0
		if first {
			d.Reassemble(frag(uint16(i), 0, 1200).packet(), now)
		}
		if second {
			if _, r := d.Reassemble(lastFrag(uint16(i), 1200, 1400).packet(), now); r == OK {
				whole++
			}
		}
		if first && second {
			sent++
		}
		now = now.Add(10 * time.Microsecond)
	}
	if whole != sent {
		t.Errorf("%d datagrams came whole, %d became whole", sent, whole)
	}
}

func TestExpireGivesTheMemoryBack(t *testing.T) {
	d := newDecoder(t, laptop, DefaultLimits())
	for i := range 10 {
		d.Reassemble(frag(uint16(i), 0, 1200).packet(), dawn)
	}
	d.Reassemble(frag(10, 64000, 64008).packet(), dawn.Add(time.Millisecond))

	d.Expire(dawn.Add(time.Second))
	if datagrams, bytes := d.Held(); datagrams != 1 || bytes != 10*smallBuffer+largeBuffer {
		t.Errorf("after the first ten: %d datagrams, %d bytes", datagrams, bytes)
	}
	d.Expire(dawn.Add(time.Second + time.Millisecond))
	if datagrams, bytes := d.Held(); datagrams != 0 || bytes != 0 {
		t.Errorf("after all: %d datagrams, %d bytes", datagrams, bytes)
	}
	if n := d.Counts()[DatagramTimedOut]; n != 11 {
		t.Errorf("%d were counted", n)
	}
}

// The frame that Reassemble gave out is good until the next call, and its memory is used again then.
func TestFrameIsGoodUntilTheNextFragment(t *testing.T) {
	d := newDecoder(t, laptop, DefaultLimits())
	d.Reassemble(frag(1, 0, 1200).packet(), dawn)
	frame, _ := d.Reassemble(lastFrag(1, 1200, 1400).packet(), dawn)
	d.Decode(join(hubIP, gre, arp))
	if want := content(1, 4, 1400); string(frame) != string(want) {
		t.Error("Decode changed the frame")
	}
	for i := range uint16(100) {
		d.Reassemble(frag(i, 0, 1200).packet(), dawn)
		d.Reassemble(lastFrag(i, 1200, 1400).packet(), dawn)
	}
	if _, bytes := d.Held(); bytes != smallBuffer {
		t.Errorf("%d bytes are held where one buffer does", bytes)
	}
}
