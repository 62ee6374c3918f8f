package udpbind

import (
	"encoding/binary"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The kernel tells the length of segments in an int, and takes it in 16 bits (udp_cmsg_recv, __udp_cmsg_send).
const (
	sizeofGRO     = 4
	sizeofSegment = 2
)

// What comes and goes beside a message at most.
var (
	controlIn  = unix.CmsgSpace(unix.SizeofInet6Pktinfo) + unix.CmsgSpace(sizeofGRO)
	controlOut = unix.CmsgSpace(unix.SizeofInet6Pktinfo) + unix.CmsgSpace(sizeofSegment)
)

// readControl finds the length of a message's segments, 0 where it is one datagram, and the address that it was sent to.
func readControl(control []byte) (segment int, here source) {
	for len(control) >= unix.SizeofCmsghdr {
		header, data, rest, err := unix.ParseOneSocketControlMessage(control)
		if err != nil {
			break
		}
		control = rest
		switch {
		case header.Level == unix.IPPROTO_UDP && header.Type == unix.UDP_GRO && len(data) >= sizeofGRO:
			segment = int(int32(binary.NativeEndian.Uint32(data)))
		case header.Level == unix.IPPROTO_IP && header.Type == unix.IP_PKTINFO && len(data) >= unix.SizeofInet4Pktinfo:
			info := (*unix.Inet4Pktinfo)(unsafe.Pointer(&data[0]))
			here = usable(netip.AddrFrom4(info.Spec_dst), uint32(info.Ifindex))
		case header.Level == unix.IPPROTO_IPV6 && header.Type == unix.IPV6_PKTINFO && len(data) >= unix.SizeofInet6Pktinfo:
			info := (*unix.Inet6Pktinfo)(unsafe.Pointer(&data[0]))
			here = usable(netip.AddrFrom16(info.Addr), info.Ifindex)
		}
	}
	return segment, here
}

// usable gives what can be sent from.
func usable(a netip.Addr, device uint32) source {
	switch {
	case a.IsUnspecified(), a.IsMulticast():
		return source{}
	case a.Is6() && a.IsLinkLocalUnicast():
		return source{a, device}
	}
	return source{addr: a}
}

// appendSource has a message leave from an address.
func appendSource(control []byte, from source) []byte {
	var data []byte
	switch {
	case from.addr.Is4():
		control, data = appendHeader(control, unix.IPPROTO_IP, unix.IP_PKTINFO, unix.SizeofInet4Pktinfo)
		*(*unix.Inet4Pktinfo)(unsafe.Pointer(&data[0])) = unix.Inet4Pktinfo{Spec_dst: from.addr.As4()}
	case from.addr.Is6():
		control, data = appendHeader(control, unix.IPPROTO_IPV6, unix.IPV6_PKTINFO, unix.SizeofInet6Pktinfo)
		*(*unix.Inet6Pktinfo)(unsafe.Pointer(&data[0])) = unix.Inet6Pktinfo{Addr: from.addr.As16(), Ifindex: from.device}
	}
	return control
}

// appendSegment has the kernel cut a message into datagrams of that length.
func appendSegment(control []byte, length int) []byte {
	control, data := appendHeader(control, unix.IPPROTO_UDP, unix.UDP_SEGMENT, sizeofSegment)
	binary.NativeEndian.PutUint16(data, uint16(length))
	return control
}

// appendHeader makes room for size octets of data, within control's capacity: nothing moves.
func appendHeader(control []byte, level, kind int32, size int) (longer, data []byte) {
	at := len(control)
	longer = control[:at+unix.CmsgSpace(size)]
	clear(longer[at:])
	header := (*unix.Cmsghdr)(unsafe.Pointer(&longer[at]))
	header.Level, header.Type = level, kind
	header.SetLen(unix.CmsgLen(size))
	return longer, longer[at+unix.CmsgLen(0):][:size]
}
