package probe

import (
	"context"
	"net/netip"
	"time"

	"github.com/mdlayher/ndp"
	"golang.org/x/net/ipv6"
)

// Neighbour asks by unicast for dst, as Neighbour Unreachability Detection does (RFC 4861 section 7.3.3). A
// multicast question would need the source link-layer option, without which Linux answers only whom it knows
// already (net/ipv6/ndisc.c, ndisc_recv_ns), and which RFC 4429 section 3.2 forbids while src may be optimistic.
// The kernel finds the MAC of dst, which for a router came with its advertisement.
func (p *Prober) Neighbour(ctx context.Context, device string, src, dst netip.Addr) (time.Duration, error) {
	conn, err := listenICMP(ctx, device, src)
	if err != nil {
		return 0, err
	}
	if err = accept(conn, ipv6.ICMPTypeNeighborAdvertisement); err == nil {
		err = ipv6.NewPacketConn(conn).SetHopLimit(255)
	}
	if err != nil {
		conn.Close()
		return 0, err
	}
	return question{
		conn: conn,
		to:   target(dst),
		message: func(int) ([]byte, error) {
			return ndp.MarshalMessage(&ndp.NeighborSolicitation{TargetAddress: dst})
		},
		answer: func(packet []byte, _ netip.Addr) (int, bool) {
			m, err := ndp.ParseMessage(packet)
			if err != nil {
				return 0, false
			}
			na, ok := m.(*ndp.NeighborAdvertisement)
			return -1, ok && na.TargetAddress == dst
		},
	}.ask(ctx)
}

// Solicit sends one router solicitation (RFC 4861 section 6.3.7), without the source link-layer option, which
// RFC 4429 section 3.3 forbids to an optimistic source.
func (p *Prober) Solicit(device string, src netip.Addr) error {
	conn, err := listenICMP(context.Background(), device, src)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := ipv6.NewPacketConn(conn).SetMulticastHopLimit(255); err != nil {
		return err
	}
	b, err := ndp.MarshalMessage(&ndp.RouterSolicitation{})
	if err != nil {
		return err
	}
	_, err = conn.WriteTo(b, target(allRouters))
	return err
}

var (
	allNodes   = netip.MustParseAddr("ff02::1")
	allRouters = netip.MustParseAddr("ff02::2")
)
