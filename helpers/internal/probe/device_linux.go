package probe

import (
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

func find(name string) (device, error) {
	i, err := net.InterfaceByName(name)
	return device{i}, err
}

func (d device) bind(fd uintptr, _ bool) error { return unix.BindToDevice(int(fd), d.Name) }

// address has no zone, though some are link-local: the device that the socket is bound to stands in for it. Package
// net remembers the interfaces' numbers by name for a minute, so with a zone a tap that was just made anew could not be
// used.
func (d device) address(a netip.Addr) *net.IPAddr { return &net.IPAddr{IP: a.AsSlice()} }

// acceptOnly4 sets struct icmp_filter: a set bit drops the type.
func acceptOnly4(fd uintptr, kind ipv4.ICMPType) error {
	return unix.SetsockoptInt(int(fd), unix.SOL_RAW, unix.ICMP_FILTER, int(^(uint32(1) << kind)))
}

// markSocket sets SO_MARK before the socket is used.
func markSocket(mark uint32) func(network, address string, c syscall.RawConn) error {
	return func(_, _ string, c syscall.RawConn) error {
		return control(c, func(fd uintptr) error {
			return unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_MARK, int(mark))
		})
	}
}
