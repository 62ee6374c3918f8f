package gretap

import (
	"bytes"
	"testing"
)

func TestStories(t *testing.T) {
	for _, s := range stories() {
		t.Run(s.name, func(t *testing.T) { s.tell(t) })
	}
}

func (s story) tell(t *testing.T) {
	t.Helper()
	limits := DefaultLimits()
	if s.limits != nil {
		s.limits(&limits)
	}
	d := newDecoder(t, laptop, limits)
	now := dawn
	var counts [NumReasons]uint64
	for i, step := range s.steps {
		now = now.Add(step.wait)
		frame, r := d.Reassemble(step.part.packet(), now)
		if r != step.want {
			t.Fatalf("step %d: got %v, want %v", i, r, step.want)
		}
		if want := content(step.part.id, 4, len(frame)+4); r == OK && !bytes.Equal(frame, want) {
			t.Fatalf("step %d: got\n%x, want\n%x", i, frame, want)
		}
		if r != OK {
			counts[r]++
		}
		mustBeWithin(t, d, limits)
	}
	for r, n := range s.counts {
		counts[r] += n
	}
	if d.Counts() != counts {
		t.Errorf("counted\n%v, want\n%v", d.Counts(), counts)
	}
	if datagrams, _ := d.Held(); datagrams != s.held {
		t.Errorf("%d datagrams are held, want %d", datagrams, s.held)
	}
}

func mustBeWithin(t testing.TB, d *Decoder, l Limits) {
	t.Helper()
	if datagrams, bytes := d.Held(); datagrams > l.Datagrams || bytes > l.Bytes {
		t.Fatalf("%d datagrams and %d bytes are held", datagrams, bytes)
	}
}

// The header of a reassembled datagram is the first fragment's, less its options, and good.
func TestReassembledHeader(t *testing.T) {
	r := reassembler{limits: DefaultLimits(), pool: pool{limit: DefaultLimits().Bytes}, counters: new(counters)}
	parts := []part{{id: 7, start: 48, end: 60, last: true, tos: 0x23}, {id: 7, end: 48, options: 12, tos: 0xb2}}
	var whole outer
	for _, p := range parts {
		o, why := parseOuter(p.packet())
		if why != OK {
			t.Fatal(why)
		}
		whole, _ = r.add(o, dawn)
	}
	want := append(summed(unhex(`45b3 0050 0007 0000 e1 2f 0000 ac100001 ac100002`)), content(7, 0, 60)...)
	if !bytes.Equal(whole, want) {
		t.Errorf("got\n%x, want\n%x", whole, want)
	}
}

// Every reason there is comes up in one of the tables.
func TestEveryReasonIsReached(t *testing.T) {
	var seen [NumReasons]bool
	for _, tt := range decodeRows() {
		seen[tt.want] = true
	}
	for _, tt := range encodeRows() {
		seen[tt.want] = true
	}
	for _, s := range stories() {
		for _, step := range s.steps {
			seen[step.want] = true
		}
		for r := range s.counts {
			seen[r] = true
		}
	}
	for r, ok := range seen {
		if !ok {
			t.Errorf("%v is reached by no row", Reason(r))
		}
	}
}
