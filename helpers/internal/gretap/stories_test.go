package gretap

import "time"

// step is one fragment of a story, which comes wait after the one before it.
type step struct {
	wait time.Duration
	part part
	want Reason
}

// story is what one Decoder lives through. Whatever becomes whole must be content of its identification.
type story struct {
	name   string
	limits func(*Limits)
	steps  []step
	counts map[Reason]uint64 // beside the steps' own: of datagrams that were lost meanwhile
	held   int               // datagrams that are incomplete at the end
}

func frag(id uint16, start, end int) part { return part{id: id, start: start, end: end} }
func lastFrag(id uint16, start, end int) part {
	return part{id: id, start: start, end: end, last: true}
}

func stories() []story {
	frames := func(tos ...byte) (steps []step) {
		for i, t := range tos {
			steps = append(steps, step{part: part{id: 1, start: i * 48, end: i*48 + 48, last: i == len(tos)-1, tos: t}, want: Held})
		}
		return steps
	}
	ends := func(r Reason, steps []step) []step {
		steps[len(steps)-1].want = r
		return steps
	}
	tiny := func(n int, last Reason) (steps []step) {
		for i := range n {
			steps = append(steps, step{part: part{id: 1, start: i * 8, end: i*8 + 8, last: i == n-1}, want: Held})
		}
		return ends(last, steps)
	}
	return []story{
		{name: "in order", steps: []step{
			{part: frag(1, 0, 1200), want: Held},
			{part: lastFrag(1, 1200, 1400), want: OK},
		}},
		{name: "the last one first", steps: []step{
			{part: lastFrag(1, 1200, 1400), want: Held},
			{part: frag(1, 0, 1200), want: OK},
		}},
		{name: "three, the middle one last", steps: []step{
			{part: frag(1, 0, 48), want: Held},
			{part: lastFrag(1, 96, 99), want: Held},
			{part: frag(1, 48, 96), want: OK},
		}},
		{name: "backwards", steps: []step{
			{part: lastFrag(1, 144, 151), want: Held},
			{part: frag(1, 96, 144), want: Held},
			{part: frag(1, 48, 96), want: Held},
			{part: frag(1, 0, 48), want: OK},
		}},
		{name: "two datagrams interleaved", steps: []step{
			{part: frag(1, 0, 1200), want: Held},
			{part: lastFrag(2, 1200, 1300), want: Held},
			{part: lastFrag(1, 1200, 1400), want: OK},
			{part: frag(2, 0, 1200), want: OK},
		}},
		{name: "one identification, again and again", steps: []step{
			{part: frag(1, 0, 1200), want: Held},
			{part: lastFrag(1, 1200, 1400), want: OK},
			{part: frag(1, 0, 1200), want: Held},
			{part: lastFrag(1, 1200, 1400), want: OK},
		}},
		{name: "options in every fragment are not in the whole", steps: []step{
			{part: part{id: 1, end: 48, options: 8}, want: Held},
			{part: part{id: 1, start: 48, end: 96, last: true, options: 4}, want: OK},
		}},
		{name: "grown beyond the small buffer", steps: []step{
			{part: frag(1, 0, 1200), want: Held},
			{part: frag(1, 1200, 2400), want: Held},
			{part: lastFrag(1, 2400, 9000), want: OK},
		}},
		{name: "65535 octets", steps: []step{
			{part: frag(1, 0, 32768), want: Held},
			{part: lastFrag(1, 32768, 65515), want: OK},
		}},
		{name: "a stranger's fragments are not held", steps: []step{
			{part: part{id: 1, end: 48, from: 9}, want: WrongSource},
		}},

		// Duplicates.
		{name: "the same twice", steps: []step{
			{part: frag(1, 0, 1200), want: Held},
			{part: frag(1, 0, 1200), want: FragmentDuplicate},
			{part: lastFrag(1, 1200, 1400), want: OK},
		}},
		{name: "the first octets that came are kept", steps: []step{
			{part: frag(1, 0, 48), want: Held},
			{part: part{id: 1, end: 48, octets: make([]byte, 48)}, want: FragmentDuplicate},
			{part: lastFrag(1, 48, 96), want: OK},
		}},
		{name: "a part of what came", steps: []step{
			{part: frag(1, 0, 48), want: Held},
			{part: frag(1, 8, 16), want: FragmentDuplicate},
			{part: lastFrag(1, 48, 96), want: OK},
		}},
		{name: "all of what came in order, in one piece", steps: []step{
			{part: frag(1, 0, 48), want: Held},
			{part: frag(1, 48, 96), want: Held},
			{part: frag(1, 0, 96), want: FragmentDuplicate},
			{part: lastFrag(1, 96, 97), want: OK},
		}},
		{name: "all of what came out of order, in one piece", steps: []step{
			{part: frag(1, 48, 96), want: Held},
			{part: frag(1, 0, 48), want: Held},
			{part: frag(1, 0, 96), want: FragmentOverlap}, // two runs
		}},
		{name: "too late", held: 1, steps: []step{
			{part: frag(1, 0, 48), want: Held},
			{part: lastFrag(1, 48, 96), want: OK},
			{part: lastFrag(1, 48, 96), want: Held}, // begins another, which will time out
		}},

		// Overlaps.
		{name: "over the end of the tail", steps: []step{
			{part: frag(1, 0, 48), want: Held},
			{part: frag(1, 40, 88), want: FragmentOverlap},
			{part: lastFrag(1, 48, 96), want: Held}, // of the datagram nothing is left
		}, held: 1},
		{name: "over the start of the tail", steps: []step{
			{part: frag(1, 48, 96), want: Held},
			{part: frag(1, 0, 56), want: FragmentOverlap},
		}},
		{name: "over all of the tail", steps: []step{
			{part: frag(1, 48, 96), want: Held},
			{part: frag(1, 40, 104), want: FragmentOverlap},
		}},
		{name: "over a hole's edge", steps: []step{
			{part: frag(1, 0, 16), want: Held},
			{part: frag(1, 48, 96), want: Held},
			{part: frag(1, 8, 24), want: FragmentOverlap},
		}},
		{name: "other datagrams are untouched", held: 0, steps: []step{
			{part: frag(2, 0, 48), want: Held},
			{part: frag(1, 0, 48), want: Held},
			{part: frag(1, 8, 56), want: FragmentOverlap},
			{part: lastFrag(2, 48, 96), want: OK},
		}},

		// The last fragment.
		{name: "the end moves back", steps: []step{
			{part: frag(1, 0, 96), want: Held},
			{part: lastFrag(1, 48, 88), want: FragmentEndMoved},
		}},
		{name: "two ends", steps: []step{
			{part: lastFrag(1, 48, 56), want: Held},
			{part: lastFrag(1, 48, 64), want: FragmentEndMoved},
		}},
		{name: "a duplicate that says it is the last", steps: []step{
			{part: frag(1, 0, 48), want: Held},
			{part: lastFrag(1, 8, 48), want: FragmentDuplicate},
			{part: frag(1, 48, 96), want: FragmentEndMoved},
		}},
		{name: "beyond the end", steps: []step{
			{part: lastFrag(1, 48, 56), want: Held},
			{part: frag(1, 56, 64), want: FragmentEndMoved},
		}},
		{name: "the end twice", steps: []step{
			{part: lastFrag(1, 48, 56), want: Held},
			{part: lastFrag(1, 48, 56), want: FragmentDuplicate},
			{part: frag(1, 0, 48), want: OK},
		}},

		// Lengths.
		{name: "odd octets before the last are cut off", steps: []step{
			{part: frag(1, 0, 55), want: Held},
			{part: lastFrag(1, 48, 96), want: OK},
		}},
		{name: "nothing", steps: []step{
			{part: frag(1, 0, 48), want: Held},
			{part: lastFrag(1, 48, 48), want: FragmentEmpty},
		}},
		{name: "nothing, of no datagram", steps: []step{{part: frag(1, 48, 48), want: FragmentEmpty}}},
		{name: "seven octets are none", steps: []step{{part: frag(1, 0, 7), want: FragmentEmpty}}},
		{name: "beyond 65535 by 1", steps: []step{
			{part: frag(1, 0, 48), want: Held},
			{part: lastFrag(1, 65512, 65516), want: DatagramTooLong},
		}},
		{name: "the ping of death", steps: []step{{part: lastFrag(1, 65528, 66928), want: DatagramTooLong}}},
		{name: "beyond 65535 by the options", steps: []step{
			{part: part{id: 1, end: 32768, options: 4}, want: Held},
			{part: lastFrag(1, 32768, 65512), want: DatagramTooLong},
		}},

		// ECN: RFC 3168 section 5.3.
		{name: "not ECN-capable", steps: ends(OK, frames(0, 0))},
		{name: "ECT(0) and ECT(1)", steps: ends(OK, frames(2, 1))},
		{name: "one was marked", steps: ends(OK, frames(2, 3, 2))},
		{name: "one was marked, the others not ECN-capable", steps: ends(FragmentMixedECN, frames(0, 3))},
		{name: "one is ECN-capable", steps: ends(FragmentMixedECN, frames(0, 2, 0))},

		// Time.
		{name: "just in time", steps: []step{
			{part: frag(1, 0, 48), want: Held},
			{wait: time.Second - 1, part: lastFrag(1, 48, 96), want: OK},
		}},
		{name: "too late by nothing", counts: map[Reason]uint64{DatagramTimedOut: 1}, held: 1, steps: []step{
			{part: frag(1, 0, 48), want: Held},
			{wait: time.Second, part: lastFrag(1, 48, 96), want: Held},
		}},
		{name: "later fragments do not prolong it", counts: map[Reason]uint64{DatagramTimedOut: 1}, held: 1, steps: []step{
			{part: frag(1, 0, 48), want: Held},
			{wait: 900 * time.Millisecond, part: frag(1, 48, 96), want: Held},
			{wait: 100 * time.Millisecond, part: lastFrag(1, 96, 97), want: Held},
		}},
		{name: "the younger lives on", counts: map[Reason]uint64{DatagramTimedOut: 1}, steps: []step{
			{part: frag(1, 0, 48), want: Held},
			{wait: 500 * time.Millisecond, part: frag(2, 0, 48), want: Held},
			{wait: 500 * time.Millisecond, part: lastFrag(2, 48, 96), want: OK},
		}},
		{name: "a clock that goes back", steps: []step{
			{part: frag(1, 0, 48), want: Held},
			{wait: -time.Hour, part: lastFrag(1, 48, 96), want: OK},
		}},

		// Bounds.
		{name: "one datagram too many", limits: func(l *Limits) { l.Datagrams = 2 }, counts: map[Reason]uint64{DatagramEvicted: 1}, held: 1, steps: []step{
			{part: frag(1, 0, 48), want: Held},
			{part: frag(2, 0, 48), want: Held},
			{part: frag(3, 0, 48), want: Held},
			{part: lastFrag(2, 48, 96), want: OK},
			{part: lastFrag(3, 48, 96), want: OK},
			{part: lastFrag(1, 48, 96), want: Held},
		}},
		{name: "no bytes for another", limits: func(l *Limits) { l.Bytes = 2 * smallBuffer }, counts: map[Reason]uint64{DatagramEvicted: 1}, steps: []step{
			{part: frag(1, 0, 48), want: Held},
			{part: frag(2, 0, 48), want: Held},
			{part: frag(3, 0, 48), want: Held},
			{part: lastFrag(2, 48, 96), want: OK},
			{part: lastFrag(3, 48, 96), want: OK},
		}},
		{name: "a long one takes from older and younger", limits: func(l *Limits) { l.Bytes = largeBuffer + smallBuffer },
			counts: map[Reason]uint64{DatagramEvicted: 2}, steps: []step{
				{part: frag(1, 0, 48), want: Held},
				{part: frag(2, 0, 48), want: Held},
				{part: frag(3, 0, 48), want: Held},
				{part: lastFrag(2, 48, 9000), want: OK},
			}},
		{name: "the oldest grows", limits: func(l *Limits) { l.Bytes = largeBuffer + smallBuffer },
			counts: map[Reason]uint64{DatagramEvicted: 1}, steps: []step{
				{part: frag(1, 0, 48), want: Held},
				{part: frag(2, 0, 48), want: Held},
				{part: lastFrag(1, 48, 9000), want: OK},
			}},
		{name: "the oldest grows, at the cost of the oldest but it", limits: func(l *Limits) { l.Bytes = largeBuffer + 3*smallBuffer },
			counts: map[Reason]uint64{DatagramEvicted: 1}, steps: []step{
				{part: frag(1, 0, 48), want: Held},
				{part: frag(2, 0, 48), want: Held},
				{part: frag(3, 0, 48), want: Held},
				{part: frag(4, 0, 48), want: Held},
				{part: lastFrag(1, 48, 9000), want: OK},
				{part: lastFrag(3, 48, 96), want: OK},
				{part: lastFrag(4, 48, 96), want: OK},
			}},
		{name: "a far offset, too large to begin", limits: func(l *Limits) { l.Bytes = largeBuffer - 1 }, steps: []step{
			{part: frag(1, 8000, 8008), want: DatagramTooLarge},
		}},
		{name: "too large to grow", limits: func(l *Limits) { l.Bytes = largeBuffer }, steps: []step{
			{part: frag(1, 0, 48), want: Held},
			{part: frag(1, 48, 9000), want: DatagramTooLarge},
		}},
		{name: "as many fragments as may be", limits: func(l *Limits) { l.Fragments = 12 }, steps: tiny(12, OK)},
		{name: "one fragment too many", limits: func(l *Limits) { l.Fragments = 11 }, steps: tiny(12, FragmentTooMany)},
		{name: "duplicates are not counted as fragments", limits: func(l *Limits) { l.Fragments = 2 }, steps: []step{
			{part: frag(1, 0, 48), want: Held},
			{part: frag(1, 0, 48), want: FragmentDuplicate},
			{part: frag(1, 0, 48), want: FragmentDuplicate},
			{part: lastFrag(1, 48, 96), want: OK},
		}},
	}
}
