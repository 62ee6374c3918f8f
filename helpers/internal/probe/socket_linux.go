package probe

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// listenICMP opens a raw ICMP socket of src's family on device. An optimistic address may be bound to, a
// tentative one gives EADDRNOTAVAIL.
//
// No address here or in target has a zone, though some are link-local: the device that the socket is bound to
// stands in for it. Package net remembers the interfaces' numbers by name for a minute, so with a zone a tap that
// was just made anew could not be used.
func listenICMP(ctx context.Context, device string, src netip.Addr) (*net.IPConn, error) {
	network := "ip6:ipv6-icmp"
	if src.Is4() {
		network = "ip4:icmp"
	}
	lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		var err error
		if cerr := c.Control(func(fd uintptr) { err = unix.BindToDevice(int(fd), device) }); cerr != nil {
			return cerr
		}
		return err
	}}
	conn, err := lc.ListenPacket(ctx, network, src.String())
	if err != nil {
		return nil, fmt.Errorf("open an ICMP socket on %s: %w", device, err)
	}
	return conn.(*net.IPConn), nil
}

func target(dst netip.Addr) *net.IPAddr { return &net.IPAddr{IP: dst.AsSlice()} }
