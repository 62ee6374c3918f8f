// Package gretap is the codec of GRETAP: an Ethernet frame behind a GRE header (version 0, RFC 2784, with the key
// and the sequence number of RFC 2890, protocol 0x6558) behind an IPv4 header, as Linux's net/ipv4/ip_gre.c sends
// and accepts it. Where a kernel function is named, it was read in Linux 6.
//
//	0                      20            24            28
//	+----------------------+-------------+-------------+-----------------------+
//	| IPv4, no options     | GRE         | key, if any | Ethernet frame        |
//	+----------------------+-------------+-------------+-----------------------+
//
// An [Encoder] writes the headers in front of a frame that already lies in the packet; a [Decoder] gives a view of
// the frame. Neither copies the frame nor allocates. Outer datagrams may be fragmented either way: the Encoder
// sends with "don't fragment" clear whatever the frame says (nopmtudisc ignore-df of ip-link(8)) and cuts what is
// longer than the link takes; the Decoder reassembles within bounds. The package does no I/O, reads no clock and
// starts no goroutine.
package gretap

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

const (
	greHeader   = 4
	greWord     = 4 // the checksum, the key and the sequence number each take one
	ethHeader   = 14
	etherBridge = 0x6558 // Transparent Ethernet Bridging, ETH_P_TEB
)

// The first octet of a GRE header: RFC 2784 section 2.1, RFC 2890 section 2.
const (
	flagChecksum = 0x80
	flagRouting  = 0x40 // RFC 1701
	flagKey      = 0x20
	flagSequence = 0x10
)

// Tunnel says which packets belong together: the addresses of the two ends and the key. Both ends must have the
// same key, or none.
type Tunnel struct {
	Local, Remote netip.Addr // outer IPv4 addresses; Local is the source of what is sent
	Key           uint32     // RFC 2890 section 2.1; only where Keyed
	Keyed         bool
}

func (t Tunnel) check() error {
	for _, a := range []netip.Addr{t.Local, t.Remote} {
		if !a.Is4() || a.IsUnspecified() || a.IsMulticast() {
			return fmt.Errorf("gretap: %v is no IPv4 address of a host", a)
		}
	}
	if t.Local == t.Remote {
		return fmt.Errorf("gretap: both ends are %v", t.Local)
	}
	return nil
}

func word(a netip.Addr) uint32 {
	b := a.As4()
	return binary.BigEndian.Uint32(b[:])
}

// Source reads the outer source address and nothing else, so that a hub finds the Decoder to ask. ok is false
// when packet is too short to have one or is not IPv4; any Decoder says why then.
func Source(packet []byte) (addr [4]byte, ok bool) {
	if len(packet) < ipHeader || packet[0]>>4 != 4 {
		return addr, false
	}
	return [4]byte(packet[12:16]), true
}
