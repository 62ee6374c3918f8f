package datapath

import "encoding/binary"

// cutter makes frames of a superframe, one at a time, so that it can go on when there are buffers again.
type cutter struct {
	frame     []byte
	next      int // where in frame the next payload begins; len(frame) when all is cut
	header    int // octets that every segment begins with; 0 for a frame that stays whole
	size      int // octets of payload in a segment
	ip        int // where the IP header begins
	transport int // where the TCP or UDP header begins
	version   byte
	kind      GSO
	pseudo    uint64 // sum of the pseudo-header without its length
	sequence  uint32 // TCP's, of the next segment
	id        uint16 // IPv4's, of the next segment
}

// begin takes a superframe, whose Frame must stay as it is until the last segment. It is false when the Offload does
// not fit the frame, or is of a kind that no one asked for: nothing in it is believed.
func (c *cutter) begin(f *Superframe, ethernet bool) bool {
	*c = cutter{}
	b, o := f.Frame, f.Offload
	if o.Checksum && (o.Start < 0 || o.Field < 0 || o.Start+o.Field+2 > len(b)) {
		return false
	}
	if ethernet && len(b) < ethHeader || len(b) == 0 {
		return false
	}
	*c = cutter{frame: b, kind: o.GSO}
	if o.GSO != GSONone {
		return c.beginSegments(o, ethernet)
	}
	if o.Checksum {
		// The field holds the pseudo-header's sum, so that the sum of all is the checksum's complement.
		binary.BigEndian.PutUint16(b[o.Start+o.Field:], finish(uint64(sum16(b[o.Start:]))))
	}
	return true
}

func (c *cutter) beginSegments(o Offload, ethernet bool) bool {
	b := c.frame
	c.ip, c.version = network(b, ethernet)
	field, shortest, protocol := tcpField, tcpHeader, byte(protoTCP)
	if c.kind == GSOUDP {
		field, shortest, protocol = udpField, udpHeader, protoUDP
	}
	switch {
	case c.kind >= gsoOther, !o.Checksum, o.Field != field, o.Size < 1, len(b) < o.Start+shortest:
		return false
	case c.version == 4:
		if c.kind == GSOTCP6 || b[c.ip+9] != protocol || o.Start != c.ip+ip4Length(b[c.ip:]) {
			return false
		}
		c.id = binary.BigEndian.Uint16(b[c.ip+4:])
	case c.version == 6: // extension headers may stand between
		if c.kind == GSOTCP4 || o.Start < c.ip+ip6Header {
			return false
		}
	default:
		return false
	}
	c.transport, c.size = o.Start, o.Size
	c.header = o.Start + udpHeader
	if c.kind != GSOUDP {
		length := tcpLength(b[o.Start:])
		c.header = o.Start + length
		if length < tcpHeader {
			return false
		}
		c.sequence = binary.BigEndian.Uint32(b[o.Start+4:])
	}
	if c.header >= len(b) || c.header-c.ip+min(c.size, len(b)-c.header) > maxPacket {
		return false
	}
	whole := uint16(len(b) - c.transport)
	c.pseudo = uint64(binary.BigEndian.Uint16(b[o.Start+field:])) + uint64(^whole)
	binary.BigEndian.PutUint16(b[o.Start+field:], 0)
	c.next = c.header
	return true
}

// length is that of the frame that cut will write: 0 after the last.
func (c *cutter) length() int {
	rest := len(c.frame) - c.next
	if rest > 0 && c.header > 0 {
		return c.header + min(rest, c.size)
	}
	return rest
}

// cut writes the next frame into dst, which has room for length octets.
func (c *cutter) cut(dst []byte) {
	if c.header == 0 {
		copy(dst, c.frame)
		c.next = len(c.frame)
		return
	}
	first := c.next == c.header
	dst = dst[:c.length()]
	copy(dst, c.frame[:c.header])
	c.next += copy(dst[c.header:], c.frame[c.next:])
	c.fixNetwork(dst[c.ip:])
	if c.kind == GSOUDP {
		c.fixUDP(dst[c.transport:])
	} else {
		c.fixTCP(dst[c.transport:], first, c.next == len(c.frame))
	}
}

func (c *cutter) fixNetwork(ip []byte) {
	if c.version == 6 {
		binary.BigEndian.PutUint16(ip[4:], uint16(len(ip)-ip6Header))
		return
	}
	binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)))
	binary.BigEndian.PutUint16(ip[4:], c.id)
	c.id++ // tcp_gso_segment and inet_gso_segment count it the same way
	setIPv4Checksum(ip[:c.transport-c.ip])
}

// fixTCP does what tcp_gso_segment (net/ipv4/tcp_offload.c) does: what ends a stretch of data is told by its last
// segment, a halved congestion window by its first.
func (c *cutter) fixTCP(tcp []byte, first, last bool) {
	binary.BigEndian.PutUint32(tcp[4:], c.sequence)
	c.sequence += uint32(c.size)
	if !last {
		tcp[tcpFlags] &^= flagFIN | flagPSH
	}
	if !first {
		tcp[tcpFlags] &^= flagCWR
	}
	binary.BigEndian.PutUint16(tcp[tcpField:], finish(c.pseudo+uint64(len(tcp))+uint64(sum16(tcp))))
}

func (c *cutter) fixUDP(udp []byte) {
	binary.BigEndian.PutUint16(udp[4:], uint16(len(udp)))
	binary.BigEndian.PutUint16(udp[udpField:], finish(c.pseudo+uint64(len(udp))+uint64(sum16(udp))))
}
