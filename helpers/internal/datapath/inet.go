package datapath

import "encoding/binary"

// Offsets and lengths of headers: IEEE 802.3, RFC 791, RFC 8200, RFC 9293, RFC 768.
const (
	ethHeader  = 14
	vlanTag    = 4
	ip4Header  = 20
	ip6Header  = 40
	tcpHeader  = 20
	udpHeader  = 8
	maxPacket  = 65535
	protoTCP   = 6
	protoUDP   = 17
	protoGRE   = 47
	tcpField   = 16 // of the checksum in the TCP header
	udpField   = 6
	tcpFlags   = 13
	flagFIN    = 0x01
	flagPSH    = 0x08
	flagACK    = 0x10
	flagECE    = 0x40
	flagCWR    = 0x80
	ip4DF      = 0x4000
	etherIPv4  = 0x0800
	etherIPv6  = 0x86dd
	etherVLAN  = 0x8100 // IEEE 802.1Q, C-tag
	etherSVLAN = 0x88a8 // IEEE 802.1ad, S-tag
)

// network finds the IP header in an Ethernet frame, behind any VLAN tags, or in a packet that begins with it.
// version is 0 where there is none, or not all of its fixed part.
func network(frame []byte, ethernet bool) (at int, version byte) {
	if ethernet {
		if len(frame) < ethHeader {
			return 0, 0
		}
		kind := binary.BigEndian.Uint16(frame[ethHeader-2:])
		for at = ethHeader; kind == etherVLAN || kind == etherSVLAN; at += vlanTag {
			if len(frame) < at+vlanTag {
				return 0, 0
			}
			kind = binary.BigEndian.Uint16(frame[at+2:])
		}
		if kind != etherIPv4 && kind != etherIPv6 {
			return at, 0
		}
		if len(frame) > at && (frame[at]>>4 == 4) != (kind == etherIPv4) {
			return at, 0
		}
	}
	switch ip := frame[at:]; {
	case len(ip) >= ip4Header && ip[0]>>4 == 4 && ip4Length(ip) >= ip4Header && ip4Length(ip) <= len(ip):
		return at, 4
	case len(ip) >= ip6Header && ip[0]>>4 == 6:
		return at, 6
	}
	return at, 0
}

// ip4Length is that of the IPv4 header, in octets.
func ip4Length(ip []byte) int { return int(ip[0]&0x0f) * 4 }

// tcpLength is that of the TCP header, in octets.
func tcpLength(tcp []byte) int { return int(tcp[12]>>4) * 4 }
