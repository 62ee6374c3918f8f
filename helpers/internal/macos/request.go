package macos

import (
	"encoding/binary"
	"net/netip"
	"time"
)

// Requests of ioctl(2): direction, size of the argument, group and number (_IOC, bsd/sys/ioccom.h). Those that
// golang.org/x/sys/unix has are here too, so that one table can be tested anywhere.
const (
	getFlags     = inOut | sizeofIfreq<<16 | 'i'<<8 | 17   // SIOCGIFFLAGS, bsd/sys/sockio.h
	setFlags     = in | sizeofIfreq<<16 | 'i'<<8 | 16      // SIOCSIFFLAGS
	setMTU       = in | sizeofIfreq<<16 | 'i'<<8 | 52      // SIOCSIFMTU
	setMAC       = in | sizeofIfreq<<16 | 'i'<<8 | 60      // SIOCSIFLLADDR
	create       = inOut | sizeofIfreq<<16 | 'i'<<8 | 120  // SIOCIFCREATE
	destroy      = in | sizeofIfreq<<16 | 'i'<<8 | 121     // SIOCIFDESTROY
	setDriver    = in | sizeofIfdrv<<16 | 'i'<<8 | 123     // SIOCSDRVSPEC
	addAddress4  = in | sizeofAlias4<<16 | 'i'<<8 | 26     // SIOCAIFADDR
	addAddress6  = in | sizeofAlias6<<16 | 'i'<<8 | 26     // SIOCAIFADDR_IN6, bsd/netinet6/in6_var.h
	dropAddress6 = in | sizeofIfreq6<<16 | 'i'<<8 | 25     // SIOCDIFADDR_IN6
	getFlags6    = inOut | sizeofIfreq6<<16 | 'i'<<8 | 73  // SIOCGIFAFLAG_IN6
	getLifetime6 = inOut | sizeofIfreq6<<16 | 'i'<<8 | 81  // SIOCGIFALIFETIME_IN6
	attach6      = inOut | sizeofAlias6<<16 | 'i'<<8 | 110 // SIOCPROTOATTACH_IN6
	startLocal6  = inOut | sizeofAlias6<<16 | 'i'<<8 | 130 // SIOCLL_START

	in    = 0x80000000
	inOut = 0xc0000000
)

// Sizes of the arguments.
const (
	nameLen      = 16                                   // IFNAMSIZ
	sizeofIfreq  = nameLen + 16                         // struct ifreq, bsd/net/if.h
	sizeofIfdrv  = nameLen + 3*8                        // struct ifdrv
	sizeofFake   = 4*8 + 128                            // struct if_fake_request, bsd/net/if_fake_var.h
	sizeofAlias4 = nameLen + 3*sizeofSockaddr4          // struct ifaliasreq
	sizeofAlias6 = nameLen + 3*sizeofSockaddr6 + 4 + 24 // struct in6_aliasreq
	sizeofIfreq6 = nameLen + 34*8                       // struct in6_ifreq: its longest member is struct icmp6_ifstat
)

// setPeer is IF_FAKE_S_CMD_SET_PEER.
const setPeer = 1

// Flags of an IPv6 address (in6_var.h).
const (
	flagTentative  = 0x0002 // IN6_IFF_TENTATIVE
	flagDuplicated = 0x0004 // IN6_IFF_DUPLICATED
	flagOptimistic = 0x0200 // IN6_IFF_OPTIMISTIC
)

// request is an argument that begins with the interface's name.
func request(size int, name string) []byte {
	b := make([]byte, size)
	copy(b[:nameLen-1], name)
	return b
}

func flagsRequest(name string, flags uint16) []byte {
	b := request(sizeofIfreq, name)
	binary.LittleEndian.PutUint16(b[nameLen:], flags)
	return b
}

func mtuRequest(name string, mtu int) []byte {
	b := request(sizeofIfreq, name)
	binary.LittleEndian.PutUint32(b[nameLen:], uint32(mtu))
	return b
}

// macRequest: for SIOCSIFLLADDR the length of a sockaddr is that of the address alone, and its family AF_LINK
// (ifconfig's setlladdr in network_cmds).
func macRequest(name string, mac [6]byte) []byte {
	b := request(sizeofIfreq, name)
	b[nameLen], b[nameLen+1] = byte(len(mac)), familyLink
	copy(b[nameLen+2:], mac[:])
	return b
}

// fakeRequest names the peer of a feth.
func fakeRequest(peer string) []byte {
	b := make([]byte, sizeofFake)
	copy(b[4*8:4*8+nameLen-1], peer)
	return b
}

// driverRequest has the kernel read len bytes at data as the driver's own request.
func driverRequest(name string, command, length int, data uintptr) []byte {
	b := request(sizeofIfdrv, name)
	binary.LittleEndian.PutUint64(b[nameLen:], uint64(command))
	binary.LittleEndian.PutUint64(b[nameLen+8:], uint64(length))
	binary.LittleEndian.PutUint64(b[nameLen+16:], uint64(data))
	return b
}

// alias4Request is the address of a point-to-point interface.
func alias4Request(name string, address netip.Prefix, far netip.Addr) []byte {
	b := append(request(nameLen, name), sockaddr(address.Addr(), 0)...)
	b = append(b, sockaddr(far, 0)...)
	return append(b, sockaddr(maskOf(address), 0)...)
}

// alias6Request is an address with its prefix's length. It is valid for the given time, and preferred for as long.
func alias6Request(name string, address netip.Prefix, valid time.Duration) []byte {
	b := append(request(nameLen, name), sockaddr(address.Addr(), 0)...)
	b = append(b, make([]byte, sizeofSockaddr6)...) // no far end
	b = append(b, sockaddr(maskOf(address), 0)...)
	b = append(b, make([]byte, 4+2*8)...) // flags; ends of the lifetimes, which the kernel computes
	for range 2 {
		b = binary.LittleEndian.AppendUint32(b, lifetime(valid))
	}
	return b
}

// lifetime is in seconds, all one bits without end. 0 is refused by the kernel and so becomes 1.
func lifetime(d time.Duration) uint32 {
	s := max(d/time.Second, 1)
	return uint32(min(s, 0xffffffff))
}

// address6Request asks for, or removes, an address.
func address6Request(name string, address netip.Addr) []byte {
	b := request(sizeofIfreq6, name)
	copy(b[nameLen:], sockaddr(address, 0))
	return b
}

// flagsReply reads the answer of SIOCGIFFLAGS, flags6Reply that of SIOCGIFAFLAG_IN6.
func flagsReply(b []byte) uint16  { return binary.LittleEndian.Uint16(b[nameLen:]) }
func flags6Reply(b []byte) uint32 { return binary.LittleEndian.Uint32(b[nameLen:]) }

// lifetimeReply reads when the address ends, by the wall clock; the zero time when it does not (in6ctl_alifetime).
func lifetimeReply(b []byte) time.Time {
	end := int64(binary.LittleEndian.Uint64(b[nameLen:]))
	if end == 0 {
		return time.Time{}
	}
	return time.Unix(end, 0)
}
