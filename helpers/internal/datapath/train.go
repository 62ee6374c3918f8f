package datapath

import (
	"bytes"
	"encoding/binary"
)

// maxTrains is how many flows are coupled at once; one more ends all.
const maxTrains = 16

// train is a run of TCP segments of one flow, each following the one before. They stay where they lie.
type train struct {
	segment           // the first
	parts    [][]byte // payloads of the others
	length   int      // octets of the superframe so far
	sequence uint32   // of the segment that would be next
	id       uint16   // IPv4's, of the segment that would be next
	pushed   bool     // the last segment had PSH
}

// segment is a frame with TCP data that may be coupled.
type segment struct {
	frame     []byte
	ip        int
	transport int
	header    int // where the payload begins
	version   byte
}

func (s *segment) payload() []byte { return s.frame[s.header:] }
func (s *segment) tcp() []byte     { return s.frame[s.transport:] }

// parseTCP finds TCP in a frame. ok is false when there is none, or not enough of it to tell the flow.
func parseTCP(frame []byte, ethernet bool) (s segment, ok bool) {
	s.frame = frame
	s.ip, s.version = network(frame, ethernet)
	ip := frame[s.ip:]
	switch s.version {
	case 4:
		s.transport = s.ip + ip4Length(ip)
		ok = ip[9] == protoTCP
	case 6:
		s.transport = s.ip + ip6Header
		ok = ip[6] == protoTCP
	}
	if !ok || len(frame) < s.transport+tcpHeader {
		return s, false
	}
	s.header = s.transport + tcpLength(s.tcp())
	return s, true
}

// mayCouple says whether a segment may be part of a superframe: only data whose headers a superframe can tell again,
// and only with checksums that are right, because those of a superframe are taken as right. tcp_gro_receive and
// inet_gro_receive are as choosy.
func (s *segment) mayCouple() bool {
	ip, tcp := s.frame[s.ip:], s.tcp()
	if s.header < s.transport+tcpHeader || s.header >= len(s.frame) {
		return false
	}
	if f := tcp[tcpFlags]; f&flagACK == 0 || f&^(flagACK|flagPSH|flagECE) != 0 {
		return false
	}
	var pseudo uint64
	if s.version == 4 {
		if ip4Length(ip) != ip4Header || int(binary.BigEndian.Uint16(ip[2:])) != len(ip) ||
			binary.BigEndian.Uint16(ip[6:])&^ip4DF != 0 || sum16(ip[:ip4Header]) != 0xffff {
			return false
		}
		pseudo = uint64(sum16(ip[12:ip4Header]))
	} else {
		if int(binary.BigEndian.Uint16(ip[4:])) != len(ip)-ip6Header {
			return false
		}
		pseudo = uint64(sum16(ip[8:ip6Header]))
	}
	return fold(pseudo+protoTCP+uint64(len(tcp))+uint64(sum16(tcp))) == 0xffff
}

// sameFlow compares the link's header, addresses and ports.
func (t *train) sameFlow(s *segment) bool {
	if t.transport != s.transport || t.version != s.version ||
		binary.BigEndian.Uint32(t.tcp()) != binary.BigEndian.Uint32(s.tcp()) {
		return false
	}
	from := 8
	if t.version == 4 {
		from = 12
	}
	return bytes.Equal(t.frame[t.ip+from:t.transport], s.frame[s.ip+from:s.transport]) &&
		bytes.Equal(t.frame[:t.ip], s.frame[:s.ip])
}

func (t *train) begin(s *segment) {
	tcp := s.tcp()
	t.segment = *s
	t.parts = t.parts[:0]
	t.length = len(s.frame)
	t.sequence = binary.BigEndian.Uint32(tcp[4:]) + uint32(len(s.payload()))
	t.id = binary.BigEndian.Uint16(s.frame[s.ip+4:]) + 1
	t.pushed = tcp[tcpFlags]&flagPSH != 0
}

// follows says whether a segment of the same flow is the next one, with headers that are the same but for what
// cutting counts up. The identification of packets that are not to be fragmented means nothing (RFC 6864 section 4.1).
func (t *train) follows(s *segment) bool {
	a, b := t.tcp(), s.tcp()
	switch {
	case t.header != s.header, len(s.payload()) > len(t.payload()), t.length-t.ip+len(s.payload()) > maxPacket,
		binary.BigEndian.Uint32(b[4:]) != t.sequence,
		binary.BigEndian.Uint32(a[8:]) != binary.BigEndian.Uint32(b[8:]),                      // acknowledgement
		(binary.BigEndian.Uint32(a[12:])^binary.BigEndian.Uint32(b[12:]))&^(flagPSH<<16) != 0, // flags, window
		binary.BigEndian.Uint16(a[18:]) != binary.BigEndian.Uint16(b[18:]),                    // urgent pointer
		!bytes.Equal(a[tcpHeader:t.header-t.transport], b[tcpHeader:s.header-s.transport]):
		return false
	}
	x, y := t.frame[t.ip:], s.frame[s.ip:]
	if t.version == 6 {
		return binary.BigEndian.Uint32(x) == binary.BigEndian.Uint32(y) && x[7] == y[7] // class and label, hop limit
	}
	return x[1] == y[1] && x[8] == y[8] && // type of service, time to live
		binary.BigEndian.Uint16(x[6:]) == binary.BigEndian.Uint16(y[6:]) &&
		(binary.BigEndian.Uint16(x[6:])&ip4DF != 0 || binary.BigEndian.Uint16(y[4:]) == t.id)
}

func (t *train) couple(s *segment) {
	p := s.payload()
	t.parts = append(t.parts, p)
	t.length += len(p)
	t.sequence += uint32(len(p))
	t.id++
	t.pushed = s.tcp()[tcpFlags]&flagPSH != 0
}

// full says that nothing can follow: the last segment was the end of a stretch of data.
func (t *train) full() bool {
	last := t.payload()
	if n := len(t.parts); n > 0 {
		last = t.parts[n-1]
	}
	return t.pushed || len(last) < len(t.payload())
}

// superframe makes one of the train, in place. A single segment stays as it came.
func (t *train) superframe(f *Superframe) {
	*f = Superframe{Frame: t.frame}
	if len(t.parts) == 0 {
		return
	}
	ip, tcp := t.frame[t.ip:], t.tcp()
	whole := t.length - t.transport
	var pseudo uint64
	f.Offload = Offload{
		Checksum: true, Start: t.transport, Field: tcpField,
		GSO: GSOTCP4, Size: len(t.payload()), Header: t.header,
	}
	if t.version == 6 {
		f.Offload.GSO = GSOTCP6
		binary.BigEndian.PutUint16(ip[4:], uint16(whole))
		pseudo = uint64(sum16(ip[8:ip6Header]))
	} else {
		binary.BigEndian.PutUint16(ip[2:], uint16(t.length-t.ip))
		setIPv4Checksum(ip[:ip4Header])
		pseudo = uint64(sum16(ip[12:ip4Header]))
	}
	if t.pushed {
		tcp[tcpFlags] |= flagPSH
	}
	binary.BigEndian.PutUint16(tcp[tcpField:], fold(pseudo+protoTCP+uint64(whole)))
	f.Rest = t.parts
}
