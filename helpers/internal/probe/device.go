package probe

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// device is an interface that sockets are bound to. What differs between the systems is how it is found (find), how a
// socket is bound to it (bind), how its link-local addresses are written (address), and the filter of ICMP for IPv4
// (acceptOnly4): device_*.go.
type device struct{ *net.Interface }

// listenICMP opens a raw ICMP socket of src's family that sends and hears by the device alone. A tentative address
// cannot be bound to; an optimistic one can.
func (d device) listenICMP(ctx context.Context, src netip.Addr) (*net.IPConn, error) {
	network := "ip6:ipv6-icmp"
	if src.Is4() {
		network = "ip4:icmp"
	}
	lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		return control(c, func(fd uintptr) error { return d.bind(fd, src.Is4()) })
	}}
	conn, err := lc.ListenPacket(ctx, network, d.address(src).String())
	if err != nil {
		return nil, fmt.Errorf("open an ICMP socket on %s: %w", d.Name, err)
	}
	return conn.(*net.IPConn), nil
}

// accept lets one type of message into the socket where the system can do that, so that others wake nobody.
func accept(conn *net.IPConn, kind icmp.Type) error {
	if t, ok := kind.(ipv6.ICMPType); ok {
		var f ipv6.ICMPFilter
		f.SetAll(true)
		f.Accept(t)
		return ipv6.NewPacketConn(conn).SetICMPFilter(&f)
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	return control(raw, func(fd uintptr) error { return acceptOnly4(fd, kind.(ipv4.ICMPType)) })
}

// control runs f on the socket's descriptor.
func control(raw syscall.RawConn, f func(fd uintptr) error) error {
	var err error
	if cerr := raw.Control(func(fd uintptr) { err = f(fd) }); cerr != nil {
		return cerr
	}
	return err
}

// source is the address that a packet came from, without its zone.
func source(from net.Addr) netip.Addr {
	ip, ok := from.(*net.IPAddr)
	if !ok {
		return netip.Addr{}
	}
	a, _ := netip.AddrFromSlice(ip.IP)
	return a.Unmap()
}
