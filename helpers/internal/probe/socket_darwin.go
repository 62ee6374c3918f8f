package probe

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/macos"
)

// device is an interface that a socket is bound to.
type device struct {
	*net.Interface
}

// find looks a device of package plan up.
func find(name string) (device, error) {
	system := macos.Interface(name)
	i, err := macos.Find(system)
	if err == nil && i == nil {
		err = fmt.Errorf("%s: %w", system, unix.ENXIO)
	}
	return device{i}, err
}

// listenICMP opens a raw ICMP socket of src's family that sends and hears by the device alone. A tentative address
// cannot be bound to.
func (d device) listenICMP(ctx context.Context, src netip.Addr) (*net.IPConn, error) {
	network, level, option := "ip6:ipv6-icmp", unix.IPPROTO_IPV6, unix.IPV6_BOUND_IF
	if src.Is4() {
		network, level, option = "ip4:icmp", unix.IPPROTO_IP, unix.IP_BOUND_IF
	}
	lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		var err error
		if cerr := c.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), level, option, d.Index) }); cerr != nil {
			return cerr
		}
		return err
	}}
	conn, err := lc.ListenPacket(ctx, network, d.address(src).String())
	if err != nil {
		return nil, fmt.Errorf("open an ICMP socket on %s: %w", d.Name, err)
	}
	return conn.(*net.IPConn), nil
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

// accept lets one type of message into a socket of ICMPv6. For IPv4 macOS has no such filter.
func accept(conn *net.IPConn, kind icmp.Type) error {
	t, ok := kind.(ipv6.ICMPType)
	if !ok {
		return nil
	}
	var f ipv6.ICMPFilter
	f.SetAll(true)
	f.Accept(t)
	return ipv6.NewPacketConn(conn).SetICMPFilter(&f)
}

// markSocket marks nothing: macOS has no marks, and a socket that is bound to nothing meets no route of a tunnel.
func markSocket(uint32) func(string, string, syscall.RawConn) error { return nil }
