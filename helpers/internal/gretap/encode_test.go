package gretap

import (
	"bytes"
	"net/netip"
	"slices"
	"testing"
)

func TestEncode(t *testing.T) {
	for _, tt := range []struct {
		name   string
		tunnel Tunnel
		id     uint16
		want   []byte
	}{
		{"no key", laptop, 7, join(`4500 0042 0007 0000 e1 2f 8162 ac100002 ac100001`, gre, arp)},
		{"key", keyed(0xdeadbeef), 0xffff, join(`4500 0046 ffff 0000 e1 2f 8165 ac100002 ac100001`, greKey, arp)},
		// The same octets as Linux's, whichever end it is at.
		{"as the hub", flipped(laptop), 0x1a2b, join(hubIPFrag, gre, arp)},
		{"as the hub, with a key", flipped(keyed(0xdeadbeef)), 0x1a2b, join(hubIPKey, greKey, arp)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEncoder(t, tt.tunnel, 1420)
			packet := append(bytes.Repeat([]byte{0xee}, e.Overhead()), unhex(arp)...)
			if r := e.Encode(packet, tt.id); r != OK || !bytes.Equal(packet, tt.want) {
				t.Fatalf("got %v and\n%x, want\n%x", r, packet, tt.want)
			}
			frame, r := newDecoder(t, flipped(tt.tunnel), DefaultLimits()).Decode(packet)
			if r != OK || !bytes.Equal(frame, unhex(arp)) {
				t.Errorf("the other end: %v, %x", r, frame)
			}
		})
	}
}

type encodeRow struct {
	name   string
	tunnel Tunnel
	length int
	want   Reason
}

func encodeRows() []encodeRow {
	return []encodeRow{
		{"nothing", laptop, 0, ShortFrame},
		{"headers alone", laptop, 24, ShortFrame},
		{"half an Ethernet header", laptop, 37, ShortFrame},
		{"half an Ethernet header behind a key", keyed(1), 41, ShortFrame},
		{"an Ethernet header", laptop, 38, OK},
		{"the longest", laptop, 65535, OK},
		{"too long", laptop, 65536, LongFrame},
	}
}

func TestEncodeBounds(t *testing.T) {
	for _, tt := range encodeRows() {
		packet := bytes.Repeat([]byte{0xee}, tt.length)
		r := newEncoder(t, tt.tunnel, 1420).Encode(packet, 0)
		if r != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, r, tt.want)
		}
		if r != OK && !bytes.Equal(packet, bytes.Repeat([]byte{0xee}, tt.length)) {
			t.Errorf("%s: a refused packet was written to", tt.name)
		}
		if r == OK {
			if frame, r := newDecoder(t, flipped(tt.tunnel), DefaultLimits()).Decode(packet); r != OK || len(frame) != tt.length-24 {
				t.Errorf("%s: the other end: %v, %d octets", tt.name, r, len(frame))
			}
		}
	}
}

// Every identification and length gives a checksum that the other end finds good.
func TestEncodeChecksum(t *testing.T) {
	e := newEncoder(t, keyed(0xffffffff), 1420)
	d := newDecoder(t, flipped(keyed(0xffffffff)), DefaultLimits())
	packet := make([]byte, 2000)
	for id := range 1 << 16 {
		p := packet[:42+id%1900]
		if e.Encode(p, uint16(id)); !bytes.Equal(p[:20], summed(with(p[:20], 0))) {
			t.Fatalf("identification %d: %x", id, p[:20])
		}
		if _, r := d.Decode(p); r != OK {
			t.Fatalf("identification %d: %v", id, r)
		}
	}
}

func TestFragment(t *testing.T) {
	for _, tt := range []struct {
		name    string
		mtu     int
		frame   int
		lengths []int // of the fragments, with their headers
	}{
		{"fits", 1420, 1396, []int{1420}},
		{"a tagged frame of a full tap", 1420, 1400, []int{1420, 24}},
		{"a narrow path", 1220, 1396, []int{1220, 220}},
		{"room for no whole unit more", 1223, 1396, []int{1220, 220}},
		{"the last is longer than the others", 1223, 1200 + 1203 - 4, []int{1220, 1223}},
		{"three", 576, 1396, []int{572, 572, 316}},
		{"the least MTU", 68, 120, []int{68, 68, 48}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEncoder(t, flipped(laptop), tt.mtu)
			packet := append(make([]byte, 24), bytes.Repeat(unhex(arp), 60)[:tt.frame]...)
			e.Encode(packet, 0x1a2b)
			d := newDecoder(t, laptop, DefaultLimits())
			var lengths []int
			var frame []byte
			for from, more := 0, true; more; more = from != 0 {
				dst := make([]byte, e.MTU())
				var n int
				n, from = e.Fragment(dst, packet, from)
				lengths = append(lengths, n)
				var r Reason
				if frame, r = d.Reassemble(dst[:n], dawn); (r == OK) != (from == 0) {
					t.Fatalf("fragment %d: %v", len(lengths), r)
				}
			}
			if !slices.Equal(lengths, tt.lengths) || !bytes.Equal(frame, packet[24:]) {
				t.Errorf("got fragments of %v, want %v; frame of %d octets", lengths, tt.lengths, len(frame))
			}
		})
	}
}

// The octets of a fragment as ip_frag_next makes it: the identification of the whole, "more fragments", offset.
func TestFragmentOctets(t *testing.T) {
	e := newEncoder(t, flipped(laptop), 68)
	packet := append(make([]byte, 24), unhex(arp)...)
	e.Encode(packet, 0x1a2b) // 66 octets
	packet = append(packet, 1, 2, 3, 4, 5, 6, 7, 8)
	e.Encode(packet, 0x1a2b)
	first, second := make([]byte, 68), make([]byte, 68)
	n, from := e.Fragment(first, packet, 0)
	m, end := e.Fragment(second, packet, from)
	if want := summed(join(`4500 0044 1a2b 2000 e1 2f 0000 ac100001 ac100002`, gre, arp, `0102`)); !bytes.Equal(first[:n], want) {
		t.Errorf("first: got\n%x, want\n%x", first[:n], want)
	}
	if want := summed(unhex(`4500 001a 1a2b 0006 e1 2f 0000 ac100001 ac100002 030405060708`)); from != 48 || end != 0 || !bytes.Equal(second[:m], want) {
		t.Errorf("second, at %d: got\n%x, want\n%x", from, second[:m], want)
	}
}

func TestNewRefuses(t *testing.T) {
	addr := netip.MustParseAddr
	for name, tunnel := range map[string]Tunnel{
		"no addresses":     {},
		"no local address": {Remote: laptop.Remote},
		"IPv6":             {Local: addr("2001:db8::1"), Remote: laptop.Remote},
		"mapped":           {Local: addr("::ffff:172.16.0.2"), Remote: laptop.Remote},
		"unspecified":      {Local: laptop.Local, Remote: addr("0.0.0.0")},
		"multicast":        {Local: laptop.Local, Remote: addr("224.0.0.1")},
		"to itself":        {Local: laptop.Local, Remote: laptop.Local},
	} {
		if _, err := NewEncoder(tunnel, 225, 1420); err == nil {
			t.Errorf("%s: an encoder was made", name)
		}
		if _, err := NewDecoder(tunnel, DefaultLimits()); err == nil {
			t.Errorf("%s: a decoder was made", name)
		}
	}
	if _, err := NewEncoder(laptop, 0, 1420); err == nil {
		t.Error("a time to live of 0 was taken")
	}
	for _, mtu := range []int{-1, 0, 67, 65536} {
		if _, err := NewEncoder(laptop, 225, mtu); err == nil {
			t.Errorf("an MTU of %d was taken", mtu)
		}
	}
	for _, spoil := range []func(*Limits){
		func(l *Limits) { l.Datagrams = 0 },
		func(l *Limits) { l.Bytes = 2047 },
		func(l *Limits) { l.Fragments = 1 },
		func(l *Limits) { l.Timeout = 0 },
	} {
		l := DefaultLimits()
		spoil(&l)
		if _, err := NewDecoder(laptop, l); err == nil {
			t.Errorf("limits %+v were taken", l)
		}
	}
}
