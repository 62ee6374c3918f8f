package macos

import (
	"encoding/binary"
	"net"
	"net/netip"
)

// Address families (bsd/sys/socket.h).
const (
	family4    = 2
	family6    = 30
	familyLink = 18
)

// Sizes of socket addresses; that of a link is without a name.
const (
	sizeofSockaddr4    = 16
	sizeofSockaddr6    = 28
	sizeofSockaddrLink = 20
)

// sockaddr encodes an address. A link-local one carries the number of its interface, where that is not 0, in its
// third and fourth octet, as the routing socket has it (in6_embedscope, bsd/netinet6/scope6.c).
func sockaddr(a netip.Addr, scope int) []byte {
	if a.Is4() {
		b := make([]byte, sizeofSockaddr4)
		b[0], b[1] = sizeofSockaddr4, family4
		copy(b[4:], a.AsSlice())
		return b
	}
	b := make([]byte, sizeofSockaddr6)
	b[0], b[1] = sizeofSockaddr6, family6
	copy(b[8:24], a.AsSlice())
	if scope != 0 && a.IsLinkLocalUnicast() {
		binary.BigEndian.PutUint16(b[10:], uint16(scope))
	}
	return b
}

// sockaddrLink names an interface by its number.
func sockaddrLink(index int) []byte {
	b := make([]byte, sizeofSockaddrLink)
	b[0], b[1] = sizeofSockaddrLink, familyLink
	binary.LittleEndian.PutUint16(b[2:], uint16(index))
	return b
}

// maskOf is the mask of a prefix as an address.
func maskOf(p netip.Prefix) netip.Addr {
	a, _ := netip.AddrFromSlice(net.CIDRMask(p.Bits(), p.Addr().BitLen()))
	return a
}

// readAddress decodes a socket address. It is invalid where b holds none of IPv4 or IPv6. What a link-local one
// carries of its interface is taken out. The kernel leaves out zeros at the end.
func readAddress(b []byte) netip.Addr {
	if len(b) < 2 {
		return netip.Addr{}
	}
	switch b[1] {
	case family4:
		var a [4]byte
		if len(b) > 4 {
			copy(a[:], b[4:])
		}
		return netip.AddrFrom4(a)
	case family6:
		var a [16]byte
		if len(b) > 8 {
			copy(a[:], b[8:])
		}
		if a[0] == 0xfe && a[1]&0xc0 == 0x80 || a[0] == 0xff && a[1]&0x0f <= 2 {
			a[2], a[3] = 0, 0
		}
		return netip.AddrFrom16(a)
	}
	return netip.Addr{}
}
