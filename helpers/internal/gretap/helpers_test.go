package gretap

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// The tunnel of the tests: a laptop's end.
var laptop = Tunnel{Local: netip.MustParseAddr("172.16.0.2"), Remote: netip.MustParseAddr("172.16.0.1")}

func keyed(key uint32) Tunnel {
	t := laptop
	t.Key, t.Keyed = key, true
	return t
}

// flipped is the tunnel as its other end has it.
func flipped(t Tunnel) Tunnel {
	t.Local, t.Remote = t.Remote, t.Local
	return t
}

// dawn is the time at which the stories begin.
var dawn = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

func newDecoder(t testing.TB, tunnel Tunnel, l Limits) *Decoder {
	t.Helper()
	d, err := NewDecoder(tunnel, l)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func newEncoder(t testing.TB, tunnel Tunnel, mtu int) *Encoder {
	t.Helper()
	e, err := NewEncoder(tunnel, 225, mtu)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// unhex reads hexadecimal digits with any white space between them.
func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		panic(err)
	}
	return b
}

func join(parts ...string) []byte { return unhex(strings.Join(parts, "")) }

// with gives a copy of b in which the octets at offset i are others.
func with(b []byte, i int, octets ...byte) []byte {
	b = append([]byte(nil), b...)
	copy(b[i:], octets)
	return b
}

// summed sets the header checksum of an IPv4 packet, word by word as RFC 791 describes it.
func summed(packet []byte) []byte {
	header := packet[:int(packet[0]&15)*4]
	header[10], header[11] = 0, 0
	var sum uint32
	for i := 0; i < len(header); i += 2 {
		sum += uint32(header[i])<<8 | uint32(header[i+1])
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	binary.BigEndian.PutUint16(header[10:], ^uint16(sum))
	return packet
}

// part is one fragment of the datagram id, from the hub to the laptop.
type part struct {
	id         uint16
	start, end int
	last       bool
	tos        byte
	options    int    // octets, all "no operation"
	octets     []byte // instead of those of content
	from       byte   // the last octet of the source, if not the hub's
}

// content is the payload of the datagram id from start to end: a GRE header and a pattern.
func content(id uint16, start, end int) []byte {
	b := make([]byte, end-start)
	for i := range b {
		at := start + i
		b[i] = byte(at) ^ byte(at>>8)*31 ^ byte(id)
	}
	if start == 0 {
		copy(b, []byte{0, 0, 0x65, 0x58})
	}
	return b
}

func (p part) packet() []byte {
	octets := p.octets
	if octets == nil {
		octets = content(p.id, p.start, p.end)
	}
	b := make([]byte, 20+p.options, 20+p.options+len(octets))
	b[0], b[1] = 0x40|byte(len(b)/4), p.tos
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)+len(octets)))
	binary.BigEndian.PutUint16(b[4:], p.id)
	offset := uint16(p.start / 8)
	if !p.last {
		offset |= 0x2000
	}
	binary.BigEndian.PutUint16(b[6:], offset)
	b[8], b[9] = 225, 47
	copy(b[12:], []byte{172, 16, 0, 1, 172, 16, 0, 2})
	if p.from != 0 {
		b[15] = p.from
	}
	for i := 20; i < len(b); i++ {
		b[i] = 1
	}
	return append(summed(b), octets...)
}
