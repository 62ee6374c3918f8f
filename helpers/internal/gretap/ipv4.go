package gretap

import "encoding/binary"

// The IPv4 header: RFC 791 section 3.1.
const (
	ipHeader    = 20
	maxPacket   = 65535
	protocolGRE = 47

	flagMore   = 0x2000
	offsetMask = 0x1fff // in units of 8 octets
)

// outer is an outer packet whose header was found good, cut to its total length. Its fields are read where they
// lie: a struct of them costs three times the time of reading them.
type outer []byte

func (o outer) header() int     { return int(o[0]&0x0f) * 4 } // octets, options included
func (o outer) payload() []byte { return o[o.header():] }
func (o outer) ecn() byte       { return o[1] & ecnMask }

// fragment is "more fragments" and the offset: 0 for a whole datagram.
func (o outer) fragment() uint16 { return binary.BigEndian.Uint16(o[6:]) & (flagMore | offsetMask) }

// parseOuter checks what ip_rcv_core (net/ipv4/ip_input.c) does, in its order. Octets after the total length are
// padding and are cut off. Options are passed over unread: nothing is routed by them here. "Don't fragment", the
// reserved flag and the time to live mean nothing to the last hop.
func parseOuter(b []byte) (outer, Reason) {
	if len(b) < ipHeader {
		return nil, ShortPacket
	}
	if b[0]>>4 != 4 {
		return nil, NotIPv4
	}
	header := outer(b).header()
	if header < ipHeader {
		return nil, BadHeaderLength
	}
	if len(b) < header {
		return nil, ShortPacket
	}
	if fold(sum(b[:header])) != 0xffff {
		return nil, BadHeaderChecksum
	}
	total := int(binary.BigEndian.Uint16(b[2:]))
	if len(b) < total {
		return nil, Truncated
	}
	if total < header {
		return nil, BadTotalLength
	}
	if b[9] != protocolGRE {
		return nil, NotGRE
	}
	return b[:total], OK
}

// sum adds up the 16-bit words of a header, whose length is 20 or more and a multiple of 4, two at a time: RFC 1071
// section 2.
func sum(header []byte) uint64 {
	h := (*[ipHeader]byte)(header)
	s := uint64(binary.BigEndian.Uint32(h[0:])) + uint64(binary.BigEndian.Uint32(h[4:])) +
		uint64(binary.BigEndian.Uint32(h[8:])) + uint64(binary.BigEndian.Uint32(h[12:])) + uint64(binary.BigEndian.Uint32(h[16:]))
	for i := ipHeader; i+4 <= len(header); i += 4 {
		s += uint64(binary.BigEndian.Uint32(header[i:]))
	}
	return s
}

// fold is the ones' complement sum of the four 16-bit words of s.
func fold(s uint64) uint16 {
	s = s>>32 + s&0xffffffff
	s = s>>16 + s&0xffff
	s = s>>16 + s&0xffff
	return uint16(s>>16 + s&0xffff)
}

// setChecksum finishes an IPv4 header.
func setChecksum(header []byte) {
	binary.BigEndian.PutUint16(header[10:], 0)
	binary.BigEndian.PutUint16(header[10:], ^fold(sum(header)))
}
