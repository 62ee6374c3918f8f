package datapath

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"testing"
)

// flow builds the frames of one TCP or UDP flow, field by field as the RFCs draw them: what the package makes is
// compared with it. Nothing of the package is used.
type flow struct {
	bare    bool     // without Ethernet: a packet of the link
	vlans   []uint16 // tags, the outer first
	v6      bool
	udp     bool
	tos     byte
	ttl     byte
	df      bool
	ext     []byte // IPv6: a whole extension header of kind 0 (hop by hop), its first octet to be filled in
	options []byte // of TCP; of IPv4 where ipOpts
	ipOpts  []byte
	ports   [2]uint16
	ack     uint32
	window  uint16
}

var (
	macHub    = [6]byte{0x02, 0, 0, 0, 0, 0x01}
	macLaptop = [6]byte{0x12, 0xab, 0x34, 0xcd, 0x56, 0xef}
	timestamp = []byte{1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2}
)

func web() flow {
	return flow{ttl: 64, df: true, ports: [2]uint16{4321, 80}, ack: 77, window: 501, options: timestamp}
}

// headers gives the offsets of the IP, the transport header and the payload in frames of the flow.
func (f flow) headers() (ip, transport, payload int) {
	if !f.bare {
		ip = 14 + 4*len(f.vlans)
	}
	transport = ip + 20 + len(f.ipOpts)
	if f.v6 {
		transport = ip + 40 + len(f.ext)
	}
	if f.udp {
		return ip, transport, transport + 8
	}
	return ip, transport, transport + 20 + len(f.options)
}

// frame is a complete one.
func (f flow) frame(seq uint32, id uint16, flags byte, payload []byte) []byte {
	b := f.unsummed(seq, id, flags, payload)
	_, transport, _ := f.headers()
	at := f.field()
	binary.BigEndian.PutUint16(b[at:], f.pseudo(len(b)-transport))
	c := ^naive(b[transport:], 0)
	if c == 0 {
		c = 0xffff
	}
	binary.BigEndian.PutUint16(b[at:], c)
	return b
}

// super is a superframe to be cut into segments of size.
func (f flow) super(seq uint32, id uint16, flags byte, payload []byte, size int) ([]byte, Offload) {
	b := f.unsummed(seq, id, flags, payload)
	_, transport, header := f.headers()
	o := Offload{Checksum: true, Start: transport, Field: f.field() - transport, Size: size, Header: header, GSO: GSOTCP4}
	switch {
	case f.udp:
		o.GSO = GSOUDP
	case f.v6:
		o.GSO = GSOTCP6
	}
	binary.BigEndian.PutUint16(b[f.field():], f.pseudo(len(b)-transport))
	return b, o
}

func (f flow) field() int {
	_, transport, _ := f.headers()
	if f.udp {
		return transport + 6
	}
	return transport + 16
}

func (f flow) protocol() byte {
	if f.udp {
		return 17
	}
	return 6
}

func (f flow) addresses() []byte {
	from, to := netip.MustParseAddr("192.168.1.2"), netip.MustParseAddr("192.168.1.1")
	if f.v6 {
		from, to = netip.MustParseAddr("2001:db8::2"), netip.MustParseAddr("2001:db8::1")
	}
	return append(from.AsSlice(), to.AsSlice()...)
}

func (f flow) pseudo(length int) uint16 {
	return naive(append(f.addresses(), 0, f.protocol(), byte(length>>8), byte(length)), 0)
}

func (f flow) unsummed(seq uint32, id uint16, flags byte, payload []byte) []byte {
	ip, transport, header := f.headers()
	b := make([]byte, header+len(payload))
	copy(b[header:], payload)
	if !f.bare {
		copy(b, macHub[:])
		copy(b[6:], macLaptop[:])
		at := 12
		for _, v := range f.vlans {
			binary.BigEndian.PutUint16(b[at:], 0x8100)
			binary.BigEndian.PutUint16(b[at+2:], v)
			at += 4
		}
		binary.BigEndian.PutUint16(b[at:], 0x0800)
		if f.v6 {
			binary.BigEndian.PutUint16(b[at:], 0x86dd)
		}
	}
	f.network(b[ip:transport], id, len(b)-ip)
	t := b[transport:]
	binary.BigEndian.PutUint16(t, f.ports[0])
	binary.BigEndian.PutUint16(t[2:], f.ports[1])
	if f.udp {
		binary.BigEndian.PutUint16(t[4:], uint16(len(t)))
		return b
	}
	binary.BigEndian.PutUint32(t[4:], seq)
	binary.BigEndian.PutUint32(t[8:], f.ack)
	t[12] = byte(20+len(f.options)) / 4 << 4
	t[13] = flags
	binary.BigEndian.PutUint16(t[14:], f.window)
	copy(t[20:], f.options)
	return b
}

func (f flow) network(h []byte, id uint16, total int) {
	if f.v6 {
		h[0], h[1] = 0x60|f.tos>>4, f.tos<<4
		binary.BigEndian.PutUint16(h[4:], uint16(total-40))
		h[6], h[7] = f.protocol(), f.ttl
		copy(h[8:], f.addresses())
		if f.ext != nil {
			h[6] = 0
			copy(h[40:], f.ext)
			h[40] = f.protocol()
		}
		return
	}
	h[0], h[1] = 0x40|byte(len(h)/4), f.tos
	binary.BigEndian.PutUint16(h[2:], uint16(total))
	binary.BigEndian.PutUint16(h[4:], id)
	if f.df {
		h[6] = 0x40
	}
	h[8], h[9] = f.ttl, f.protocol()
	copy(h[12:], f.addresses())
	copy(h[20:], f.ipOpts)
	binary.BigEndian.PutUint16(h[10:], ^naive(h, 0))
}

// segments are what a superframe of payload must become: the rules of a sender who never had a superframe.
func (f flow) segments(seq uint32, id uint16, flags byte, payload []byte, size int) (frames [][]byte) {
	for at := 0; at < len(payload); at += size {
		end := min(at+size, len(payload))
		mine := flags
		if at > 0 {
			mine &^= 0x80 // CWR
		}
		if end < len(payload) {
			mine &^= 0x01 | 0x08 // FIN, PSH
		}
		frames = append(frames, f.frame(seq+uint32(at), id+uint16(len(frames)), mine, payload[at:end]))
	}
	return frames
}

// naive is RFC 1071's sum, one 16-bit word at a time.
func naive(b []byte, sum uint32) uint16 {
	for i, o := range b {
		if i%2 == 0 {
			sum += uint32(o) << 8
		} else {
			sum += uint32(o)
		}
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}

func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i) ^ byte(i>>8)*31
	}
	return b
}

// outer puts IPv4 and GRE before a frame, from one address to another, as a bare gretap does.
func outer(from, to netip.Addr, id uint16, frame []byte) []byte {
	b := make([]byte, 24+len(frame))
	b[0], b[8], b[9] = 0x45, 225, 47
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	binary.BigEndian.PutUint16(b[4:], id)
	copy(b[12:], from.AsSlice())
	copy(b[16:], to.AsSlice())
	binary.BigEndian.PutUint16(b[10:], ^naive(b[:20], 0))
	copy(b[20:], []byte{0, 0, 0x65, 0x58})
	copy(b[24:], frame)
	return b
}

// fragments cuts an outer packet at the given octets of its payload, multiples of 8.
func fragments(packet []byte, at ...int) (parts [][]byte) {
	payload, from := packet[20:], 0
	for _, end := range append(at, len(payload)) {
		part := append(append([]byte{}, packet[:20]...), payload[from:end]...)
		offset := uint16(from / 8)
		if end < len(payload) {
			offset |= 0x2000
		}
		binary.BigEndian.PutUint16(part[2:], uint16(len(part)))
		binary.BigEndian.PutUint16(part[6:], offset)
		part[10], part[11] = 0, 0
		binary.BigEndian.PutUint16(part[10:], ^naive(part[:20], 0))
		parts = append(parts, part)
		from = end
	}
	return parts
}

func TestTheReferenceKnowsAKnownChecksum(t *testing.T) {
	// RFC 1071 section 3.
	b := []byte{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}
	if got := naive(b, 0); got != 0xddf2 {
		t.Errorf("naive is %#x, want 0xddf2", got)
	}
	if got := sum16(b); got != 0xddf2 {
		t.Errorf("sum16 is %#x, want 0xddf2", got)
	}
}

func TestChecksumOfEveryLength(t *testing.T) {
	b := pattern(400)
	for i := range b {
		b[i] |= 0xf0 // carries
	}
	for n := range b {
		for shift := range min(n, 9) {
			if got, want := sum16(b[shift:n]), naive(b[shift:n], 0); got != want && fmt.Sprint(got, want) != "0 65535" {
				t.Fatalf("%d octets from %d: %#x, want %#x", n-shift, shift, got, want)
			}
		}
	}
}
