package datapath

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
)

// randomFlow is any flow that the package may meet; segments of it may be coupled where coupled is true.
func randomFlow(r *rand.Rand) (f flow, coupled bool) {
	f = flow{
		v6: r.IntN(2) == 0, udp: r.IntN(4) == 0, ttl: byte(1 + r.IntN(255)), tos: byte(r.IntN(64)) << 2, df: r.IntN(2) == 0,
		ports: [2]uint16{uint16(r.Uint32()), uint16(r.Uint32())}, ack: r.Uint32(), window: uint16(r.Uint32()),
		vlans:   slices.Repeat([]uint16{uint16(r.IntN(4096))}, r.IntN(3)),
		options: make([]byte, 4*r.IntN(11)),
	}
	for i := range f.options {
		f.options[i] = byte(r.Uint32())
	}
	return f, !f.udp
}

func TestWhatIsCutIsCoupledAgain(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		f, coupled := randomFlow(r)
		a, b := newEnd(t), newEnd(t)
		near, far := NewMemory(both), NewMemory(both)
		a.attach(near, between(addrLaptop, addrHub))
		b.attach(far, between(addrHub, addrLaptop))

		size := 1 + r.IntN(1300)
		payload := make([]byte, 1+r.IntN(min(60000, size*batchSize)))
		for i := range payload {
			payload[i] = byte(r.Uint32())
		}
		seq, id, flags := r.Uint32(), uint16(r.Uint32()), []byte{0x10, 0x18, 0x50}[r.IntN(3)]
		near.Put(f.super(seq, id, flags, payload, size))
		b.write(a.read()...)
		frames, offloads := outs(far)

		want, o := f.super(seq, id, flags, payload, size)
		if coupled && len(payload) > size && len(frames) > 0 && offloads[0].GSO != GSONone {
			same(t, "superframes", frames, [][]byte{want})
			if offloads[0] != o {
				t.Fatalf("offload %+v, want %+v", offloads[0], o)
			}
			continue
		}
		// A single segment, UDP, or frames that travelled as fragments: each as its sender would have made it.
		same(t, "frames", frames, f.segments(seq, id, flags, payload, size))
		if full := 24 + len(frames[0]); coupled && len(frames) > 1 && full <= 1420 {
			t.Fatalf("%d frames of %d octets were not coupled", len(frames), full)
		}
	}
}

func TestCouplingLosesAndChangesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		// Packets of a few flows, in any order, some altered.
		var flows []flow
		for range 1 + r.IntN(5) {
			f, _ := randomFlow(r)
			f.vlans = f.vlans[:min(len(f.vlans), 1)]
			flows = append(flows, f)
		}
		seqs := make([]uint32, len(flows))
		var frames [][]byte
		for i := range 1 + r.IntN(batchSize) {
			n := r.IntN(len(flows))
			p := pattern(1 + r.IntN(3)*300)
			frame := flows[n].frame(seqs[n], uint16(i), 0x10, p)
			seqs[n] += uint32(len(p))
			if r.IntN(20) == 0 {
				frame[r.IntN(len(frame))] ^= 1 << r.IntN(8)
			}
			frames = append(frames, frame)
		}
		coupledAndPlainAgree(t, arrive(frames...))
	}
}

// coupledAndPlainAgree writes the packets, as one batch, to a port that takes superframes and to one that does not.
// What the first is given, cut again, must be what the second is given, in the same order within each flow.
func coupledAndPlainAgree(t testing.TB, packets [][]byte) {
	t.Helper()
	var got [2]map[string][][]byte
	for i, features := range []Features{both, {}} {
		e, port := newEnd(t), NewMemory(features)
		tunnel := between(addrHub, addrLaptop)
		e.attach(port, tunnel)
		e.write(slices.Clone(packets)...)
		frames, offloads := outs(port)
		got[i] = map[string][][]byte{}
		for n := range frames {
			parts, ok := split(&Superframe{Frame: frames[n], Offload: offloads[n]}, true)
			if !ok && len(frames[n]) >= ethHeader {
				t.Fatalf("a superframe that cannot be cut: %+v\n%x", offloads[n], frames[n])
			}
			for _, p := range parts {
				key := flowOf(p)
				got[i][key] = append(got[i][key], p)
			}
		}
		e.Close()
	}
	if len(got[0]) != len(got[1]) {
		t.Fatalf("%d flows, and %d without coupling", len(got[0]), len(got[1]))
	}
	for key, want := range got[1] {
		same(t, "frames of a flow", forgetIdentification(got[0][key]), forgetIdentification(want))
	}
}

// flowOf is a key that frames of one flow share.
func flowOf(frame []byte) string {
	s, ok := parseTCP(frame, true)
	if !ok {
		return "others"
	}
	from := s.ip + 8
	if s.version == 4 {
		from = s.ip + 12
	}
	return string(frame[:s.ip]) + string(frame[from:s.transport+4])
}

// forgetIdentification blanks what means nothing in packets that are not to be fragmented, and the two forms of a
// checksum of zero.
func forgetIdentification(frames [][]byte) (blank [][]byte) {
	for _, f := range frames {
		f = bytes.Clone(f)
		if at, version := network(f, true); version == 4 && naive(f[at:at+ip4Length(f[at:])], 0) == 0xffff &&
			binary.BigEndian.Uint16(f[at+6:])&0xbfff == 0 && f[at+6]&0x40 != 0 {
			copy(f[at+4:], []byte{0, 0})
			copy(f[at+10:], []byte{0, 0})
		}
		if s, ok := parseTCP(f, true); ok && binary.BigEndian.Uint16(s.tcp()[16:]) == 0 {
			copy(s.tcp()[16:], []byte{0xff, 0xff}) // the same number
		}
		blank = append(blank, f)
	}
	return blank
}
