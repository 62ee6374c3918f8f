package probe

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/macos"
)

// find looks a device of package plan up.
func find(name string) (device, error) {
	system := macos.Interface(name)
	i, err := macos.Find(system)
	if err == nil && i == nil {
		err = fmt.Errorf("%s: %w", system, unix.ENXIO)
	}
	return device{i}, err
}

func (d device) bind(fd uintptr, is4 bool) error {
	if is4 {
		return unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_BOUND_IF, d.Index)
	}
	return unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_BOUND_IF, d.Index)
}

// address has the device's number as the zone of what is link-local, and not its name: package net remembers the
// numbers of names for a minute.
func (d device) address(a netip.Addr) *net.IPAddr {
	addr := &net.IPAddr{IP: a.AsSlice()}
	if a.IsLinkLocalUnicast() || a.IsLinkLocalMulticast() {
		addr.Zone = strconv.Itoa(d.Index)
	}
	return addr
}

// acceptOnly4 does nothing: macOS has no such filter.
func acceptOnly4(uintptr, ipv4.ICMPType) error { return nil }

// markSocket marks nothing: macOS has no marks, and a socket that is bound to nothing meets no route of a tunnel.
func markSocket(uint32) func(string, string, syscall.RawConn) error { return nil }
