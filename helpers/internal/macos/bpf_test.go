package macos

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

// bpfRecord is a frame as xnu gives it: the header is as long as it takes for what follows Ethernet's 14 octets to
// begin at a multiple of four.
func bpfRecord(frame string, length int) []byte {
	const header = 18
	b := make([]byte, header)
	binary.LittleEndian.PutUint32(b, 1_700_000_000)
	binary.LittleEndian.PutUint32(b[8:], uint32(len(frame)))
	binary.LittleEndian.PutUint32(b[12:], uint32(length))
	binary.LittleEndian.PutUint16(b[16:], header)
	return append(b, frame...)
}

func TestFrames(t *testing.T) {
	pad := func(b []byte) []byte { return append(b, make([]byte, -len(b)&3)...) }
	whole := func(s string) []byte { return bpfRecord(s, len(s)) }
	changed := func(at int, v uint32, size int, b []byte) []byte {
		var value [4]byte
		binary.LittleEndian.PutUint32(value[:], v)
		copy(b[at:at+size], value[:])
		return b
	}
	a := pad(whole("a"))
	for name, tt := range map[string]struct {
		read [][]byte
		want string
	}{
		"none":                     {nil, ""},
		"one":                      {[][]byte{whole("one")}, "one"},
		"several, each aligned":    {[][]byte{a, pad(whole("four")), pad(whole("fiver")), whole("last")}, "a four fiver last"},
		"padding after the last":   {[][]byte{a}, "a"},
		"one captured in part":     {[][]byte{pad(bpfRecord("half", 9)), whole("next")}, "next"},
		"an empty one":             {[][]byte{pad(whole("")), whole("next")}, "next"},
		"a longer header":          {[][]byte{changed(16, 22, 2, changed(8, 5, 4, bpfRecord("____frame", 5)))}, "frame"},
		"a cut header":             {[][]byte{a, whole("b")[:17]}, "a"},
		"a cut frame":              {[][]byte{a, whole("bcd")[:20]}, "a"},
		"more octets than read":    {[][]byte{a, changed(8, 6, 4, whole("lying")), whole("b")}, "a"},
		"a length that overflows":  {[][]byte{changed(8, 0xffffffff, 4, whole("x"))}, ""},
		"a header without a frame": {[][]byte{a, make([]byte, 40)}, "a"},
		"a header beyond the end":  {[][]byte{changed(16, 0xffff, 2, whole("x"))}, ""},
	} {
		frames := Frames(bytes.Join(tt.read, nil))
		var got []string
		for frame, ok := frames.Next(); ok; frame, ok = frames.Next() {
			got = append(got, string(frame))
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}

func FuzzFrames(f *testing.F) {
	f.Add(bpfRecord("frame", 5))
	f.Add(append(bpfRecord("frames", 6), bpfRecord("part", 9)...))
	f.Fuzz(func(t *testing.T, read []byte) {
		frames := Frames(read)
		total := 0
		for frame, ok := frames.Next(); ok; frame, ok = frames.Next() {
			if len(frame) == 0 || !bytes.Contains(read, frame) {
				t.Fatalf("a frame %x that was not read", frame)
			}
			total += len(frame) + minBPFHeader
		}
		if total > len(read) {
			t.Fatalf("%d octets out of %d", total, len(read))
		}
	})
}
