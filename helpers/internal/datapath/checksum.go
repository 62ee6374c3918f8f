package datapath

import (
	"encoding/binary"
	"math/bits"
)

// sum16 is the ones' complement sum of the 16-bit words of b, the last padded with a zero octet: RFC 1071 section 1.
// It adds eight octets at a time in the order in which they lie and swaps the result (section 2, B).
func sum16(b []byte) uint16 {
	var s, c uint64
	for len(b) >= 64 {
		w := (*[64]byte)(b)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(w[0:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(w[8:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(w[16:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(w[24:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(w[32:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(w[40:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(w[48:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(w[56:]), c)
		b = b[64:]
	}
	for len(b) >= 8 {
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b), c)
		b = b[8:]
	}
	var tail uint64
	for i, o := range b {
		tail |= uint64(o) << (8 * i)
	}
	s, c = bits.Add64(s, tail, c)
	s, c = bits.Add64(s, 0, c)
	return bits.ReverseBytes16(fold(s + c))
}

// fold is the ones' complement sum of the four 16-bit words of s.
func fold(s uint64) uint16 {
	s = s>>32 + s&0xffffffff
	s = s>>16 + s&0xffff
	s = s>>16 + s&0xffff
	return uint16(s>>16 + s&0xffff)
}

// setIPv4Checksum finishes an IPv4 header, options included.
func setIPv4Checksum(header []byte) {
	binary.BigEndian.PutUint16(header[10:], 0)
	binary.BigEndian.PutUint16(header[10:], ^sum16(header))
}

// finish is the checksum field for a sum: never 0, which in UDP would say that there is none (RFC 768). As a number
// of ones' complement 0xffff is the same (CSUM_MANGLED_0).
func finish(sum uint64) uint16 {
	if c := ^fold(sum); c != 0 {
		return c
	}
	return 0xffff
}
