package gretap

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// minMTU is the least that every link carries unfragmented: RFC 791 section 3.2, IPV4_MIN_MTU.
const minMTU = 68

// Encoder writes the outer headers of one tunnel. It holds nothing that changes, so any number of goroutines may
// use it at once.
type Encoder struct {
	head  [ipHeader + greHeader + greWord]byte // all that is the same in every packet
	keyed bool
	sum   uint64 // of the IPv4 header in head, where the total length, the identification and the checksum are 0
	mtu   int
}

// NewEncoder prepares the headers of t. ttl is the outer time to live, 1 to 255 (the hub's commands say 225). mtu
// is what the link under the tunnel carries, in octets of outer packet, at least 68: Encode does not look at it,
// Fragment does.
//
// The type of service is 0, so outer packets say that they are not ECN-capable, where Linux would copy the frame's
// ECN (ip_tunnel_ecn_encap): WireGuard in user space hands no ECN on, and RFC 6040 section 4.1 calls this the
// compatibility mode. GRE has neither checksum nor sequence number, as in a gretap made without csum and seq.
func NewEncoder(t Tunnel, ttl uint8, mtu int) (*Encoder, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	if ttl == 0 {
		return nil, errors.New("gretap: time to live must be 1 to 255")
	}
	if mtu < minMTU || mtu > maxPacket {
		return nil, fmt.Errorf("gretap: MTU %d must be %d to %d", mtu, minMTU, maxPacket)
	}
	e := &Encoder{keyed: t.Keyed, mtu: mtu}
	e.head[0] = 4<<4 | ipHeader/4
	e.head[8], e.head[9] = ttl, protocolGRE
	binary.BigEndian.PutUint32(e.head[12:], word(t.Local))
	binary.BigEndian.PutUint32(e.head[16:], word(t.Remote))
	e.sum = sum(e.head[:ipHeader])
	binary.BigEndian.PutUint16(e.head[22:], etherBridge)
	if t.Keyed {
		e.head[20] = flagKey
		binary.BigEndian.PutUint32(e.head[24:], t.Key)
	}
	return e, nil
}

// Overhead is the length in octets of what Encode writes in front of a frame: 24, or 28 with a key.
func (e *Encoder) Overhead() int {
	if e.keyed {
		return ipHeader + greHeader + greWord
	}
	return ipHeader + greHeader
}

// MTU is the link's, as given to NewEncoder: a longer packet is to be cut by Fragment.
func (e *Encoder) MTU() int { return e.mtu }

// Encode makes an outer packet of a frame in place: it writes the first Overhead octets of packet; the rest is the
// frame, with its Ethernet header and without a frame check sequence. Only ShortFrame and LongFrame are refused,
// and packet is as it was then.
//
// id is the IPv4 identification. Packets may be fragmented on the way, so the caller counts it up by one a packet,
// per pair of addresses (RFC 6864 section 4.3, __ip_select_ident).
func (e *Encoder) Encode(packet []byte, id uint16) Reason {
	if len(packet) < e.Overhead()+ethHeader {
		return ShortFrame
	}
	if len(packet) > maxPacket {
		return LongFrame
	}
	*(*[ipHeader + greHeader]byte)(packet) = [ipHeader + greHeader]byte(e.head[:])
	if e.keyed {
		copy(packet[ipHeader+greHeader:ipHeader+greHeader+greWord], e.head[ipHeader+greHeader:])
	}
	binary.BigEndian.PutUint16(packet[2:], uint16(len(packet)))
	binary.BigEndian.PutUint16(packet[4:], id)
	binary.BigEndian.PutUint16(packet[10:], ^fold(e.sum+uint64(len(packet))+uint64(id)))
	return OK
}

// Fragment copies into dst the fragment of packet, which Encode made, that begins at octet from of the payload. It
// returns the fragment's length in dst, which must have room for MTU octets, and where the next one begins: 0
// after the last. It cuts as ip_frag_next (net/ipv4/ip_output.c) does: every fragment as long as the link
// carries, and all but the last a multiple of 8 octets.
//
//	for from, more := 0, true; more; more = from != 0 {
//		n, from = e.Fragment(dst, packet, from)
//		…
//	}
//
// The link's MTU is passed by tagged frames of a full tap (1382 + 14 + 4 + 24 octets over 1420), and by all long
// ones when the link's MTU was lowered because the path is narrow and drops fragments of WireGuard's own.
func (e *Encoder) Fragment(dst, packet []byte, from int) (n, next int) {
	part := packet[ipHeader+from:]
	offset := uint16(from / 8)
	if room := e.mtu - ipHeader; len(part) > room {
		part = part[:room&^7]
		next = from + len(part)
		offset |= flagMore
	}
	dst = dst[:ipHeader+len(part)]
	copy(dst, packet[:ipHeader])
	copy(dst[ipHeader:], part)
	binary.BigEndian.PutUint16(dst[2:], uint16(len(dst)))
	binary.BigEndian.PutUint16(dst[6:], offset)
	setChecksum(dst[:ipHeader])
	return len(dst), next
}
