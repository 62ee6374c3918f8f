package gretap

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"testing"
	"time"
)

// tunnelOf is the tunnel that packet would be of, so that fuzzing gets past the addresses and the key.
func tunnelOf(packet []byte) Tunnel {
	t := laptop
	if len(packet) < 20 {
		return t
	}
	from, to := netip.AddrFrom4([4]byte(packet[12:16])), netip.AddrFrom4([4]byte(packet[16:20]))
	if other := (Tunnel{Local: to, Remote: from}); other.check() == nil {
		t = other
	}
	header := int(packet[0]&15) * 4
	if len(packet) >= header+8 && header >= 20 && packet[header]&0x20 != 0 {
		t.Keyed, t.Key = true, binary.BigEndian.Uint32(packet[header+4:])
	}
	return t
}

func FuzzDecode(f *testing.F) {
	for _, tt := range decodeRows() {
		f.Add(tt.packet)
	}
	f.Fuzz(func(t *testing.T, packet []byte) {
		mustSurvive(t, packet)
		if len(packet) >= 20 && packet[0]&15 >= 5 && len(packet) >= int(packet[0]&15)*4 {
			mustSurvive(t, summed(packet))
		}
	})
}

// mustSurvive decodes packet; what decodes must encode and decode again to the same, and to the same octets where
// Encode has no choice.
func mustSurvive(t *testing.T, packet []byte) {
	t.Helper()
	tunnel := tunnelOf(packet)
	d := newDecoder(t, tunnel, DefaultLimits())
	was := append([]byte(nil), packet...)
	frame, r := d.Decode(packet)
	if r != OK {
		if frame != nil || !bytes.Equal(packet, was) {
			t.Fatalf("%v: gave a frame of %d octets, or wrote to the packet", r, len(frame))
		}
		return
	}
	e := newEncoder(t, flipped(tunnel), 1420)
	again := append(make([]byte, e.Overhead()), frame...)
	if r := e.Encode(again, binary.BigEndian.Uint16(packet[4:])); r != OK {
		t.Fatalf("what decodes does not encode: %v", r)
	}
	frame2, r := d.Decode(again)
	if r != OK || !bytes.Equal(frame, frame2) {
		t.Fatalf("the frame came back as %v,\n%x, want\n%x", r, frame2, frame)
	}
	// No options, no type of service, no flags, the encoder's time to live, no sequence number, nothing reserved.
	canonical := was[0] == 0x45 && was[1] == 0 && was[6] == 0 && was[7] == 0 && was[8] == 225 &&
		was[20]&^0x20 == 0 && was[21] == 0 && len(was) == int(binary.BigEndian.Uint16(was[2:]))
	if canonical && !bytes.Equal(again, was) {
		t.Fatalf("encoded\n%x, was\n%x", again, was)
	}
}

// A fragment of the reassembler's fuzzing is five octets: which datagram and which flags, the type of service and
// the time since the one before, the offset (from the front or, so that the ends meet, from the back), the length.
const fuzzStep = 5

// fuzzPart reads one. Payloads differ from fragment to fragment, so that it shows which one was kept.
func fuzzPart(b []byte, i int) (p part, wait time.Duration) {
	p = part{id: uint16(b[0] & 3), last: b[0]&4 != 0, tos: b[1] & 3, start: int(b[2]) * 8}
	if b[0]&8 != 0 {
		p.start = 65528 - p.start
	}
	if b[0]&16 != 0 {
		p.options = int(b[0]>>5) * 4
	}
	n := int(b[3])<<3 | int(b[4]&7)
	p.octets = bytes.Repeat([]byte{byte(i) + 1}, n)
	if p.start == 0 {
		copy(p.octets, []byte{0, 0, 0x65, 0x58})
	}
	return p, time.Duration(b[1]>>2) * time.Second / 64
}

func FuzzReassemble(f *testing.F) {
	for _, s := range stories() {
		f.Add(fuzzSeed(s))
	}
	// What it would be long in finding.
	f.Add([]byte("\x00\x00\x00\x06\x00" + "\x04\x00\x01\x05\x00" + "\x00\x00\x06\x06\x00")) // a duplicate that says it is the last
	f.Add([]byte("\x08\x00\x01\xff\x07" + "\x0c\x00\x02\x00\x03"))                          // at the very end
	f.Fuzz(func(t *testing.T, script []byte) {
		script = script[:min(len(script), 100*fuzzStep)]
		wide := Limits{Datagrams: 4, Bytes: 4 * (largeBuffer + smallBuffer), Fragments: 1000, Timeout: time.Second}
		narrow := Limits{Datagrams: 2, Bytes: largeBuffer + smallBuffer, Fragments: 5, Timeout: time.Second / 4}
		d, tight := newDecoder(t, laptop, wide), newDecoder(t, laptop, narrow)
		ref := reference{wide.Timeout, map[uint16]*referenceDatagram{}}
		now := dawn
		for i := 0; len(script) >= fuzzStep; i++ {
			p, wait := fuzzPart(script, i)
			script, now = script[fuzzStep:], now.Add(wait)
			packet := p.packet()
			_, r := tight.Reassemble(packet, now)
			mustBeWithin(t, tight, narrow)
			if packet[6]&0x3f == 0 && packet[7] == 0 {
				continue // whole, not a fragment
			}
			want, wantReason := ref.add(packet, now)
			frame, r := d.Reassemble(packet, now)
			mustBeWithin(t, d, wide)
			if wantReason == OK && r == ShortFrame && len(want) < 4+14 {
				continue
			}
			if r != wantReason || r == OK && !bytes.Equal(frame, want[4:]) {
				t.Fatalf("fragment %d, %d to %d of %d: got %v, want %v", i, p.start, p.start+len(p.octets), p.id, r, wantReason)
			}
			if n, _ := d.Held(); n != len(ref.live) {
				t.Fatalf("fragment %d: %d datagrams are held, want %d", i, n, len(ref.live))
			}
		}
	})
}

// fuzzSeed writes a story in the fuzzer's language, as far as that goes.
func fuzzSeed(s story) (script []byte) {
	for _, step := range s.steps {
		p := step.part
		b := [fuzzStep]byte{byte(p.id & 3), p.tos & 3, byte(p.start / 8), byte((p.end - p.start) >> 3), byte((p.end - p.start) & 7)}
		if p.last {
			b[0] |= 4
		}
		if p.start > 255*8 {
			b[0], b[2] = b[0]|8, byte((65528-p.start)/8)
		}
		b[1] |= byte(min(step.wait/(time.Second/64), 63)) << 2
		script = append(script, b[:]...)
	}
	return script
}
