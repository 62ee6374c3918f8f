package gretap

import "encoding/binary"

// The ECN field, the two low bits of the type of service and of the traffic class: RFC 3168 section 5.
const (
	ecnMask   = 3
	ecnNotECT = 0
	ecnCE     = 3
)

// markCongestion sets "congestion experienced" in the IP header of a frame. It is false where the frame is of a
// transport that does not know ECN and so must be dropped to be told: RFC 6040 section 4.2, INET_ECN_decapsulate.
// A frame that is tagged or not IP has no one to tell and is let through.
func markCongestion(frame []byte) bool {
	ip := frame[ethHeader:]
	switch binary.BigEndian.Uint16(frame[12:]) {
	case 0x0800:
		if len(ip) < ipHeader {
			return true
		}
		if ip[1]&ecnMask == ecnNotECT {
			return false
		}
		was := binary.BigEndian.Uint16(ip)
		ip[1] |= ecnCE
		// RFC 1624 section 3: not computed anew, so that a header broken before stays broken.
		s := uint64(^binary.BigEndian.Uint16(ip[10:])) + uint64(^was) + uint64(binary.BigEndian.Uint16(ip))
		binary.BigEndian.PutUint16(ip[10:], ^fold(s))
	case 0x86dd:
		if len(ip) < 40 {
			return true
		}
		if ip[1]>>4&ecnMask == ecnNotECT {
			return false
		}
		ip[1] |= ecnCE << 4
	}
	return true
}
