package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/mdlayher/ndp"
	"golang.org/x/net/ipv6"

	"mooring.dev/helpers/internal/plan"
)

var (
	allNodes   = netip.MustParseAddr("ff02::1")
	allRouters = netip.MustParseAddr("ff02::2")
)

// Solicit sends one router solicitation (RFC 4861 section 6.3.7), without the source link-layer option, which
// RFC 4429 section 3.3 forbids to an optimistic source.
func (p *Prober) Solicit(device string, src netip.Addr) error {
	d, err := find(device)
	if err != nil {
		return err
	}
	conn, err := d.listenICMP(context.Background(), src)
	if err != nil {
		return err
	}
	defer conn.Close()
	pc := ipv6.NewPacketConn(conn)
	if err := errors.Join(pc.SetMulticastInterface(d.Interface), pc.SetMulticastHopLimit(255)); err != nil {
		return fmt.Errorf("solicit a router on %s: %w", d.Name, err)
	}
	b, err := ndp.MarshalMessage(&ndp.RouterSolicitation{})
	if err != nil {
		return err
	}
	_, err = conn.WriteTo(b, d.address(allRouters))
	return err
}

// Advertisements listens to all nodes' group on device. The socket is bound to no address, so that it can be
// opened before the tap has one; solicited advertisements come by unicast to the link-local. Both systems hand them to
// raw sockets though the kernel's own handling is off (macOS: icmp6_rip6_input, bsd/netinet6/icmp6.c).
func (p *Prober) Advertisements(ctx context.Context, device string) (<-chan plan.Advertisement, error) {
	d, err := find(device)
	if err != nil {
		return nil, err
	}
	conn, err := d.listenICMP(ctx, netip.IPv6Unspecified())
	if err != nil {
		return nil, err
	}
	pc := ipv6.NewPacketConn(conn)
	err = errors.Join(
		pc.JoinGroup(d.Interface, d.address(allNodes)),
		pc.SetControlMessage(ipv6.FlagHopLimit, true),
		accept(conn, ipv6.ICMPTypeRouterAdvertisement),
	)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("listen for router advertisements on %s: %w", d.Name, err)
	}
	out := make(chan plan.Advertisement)
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	go func() {
		defer close(out)
		defer conn.Close()
		defer stop()
		p.hear(ctx, d, pc, out)
	}()
	return out, nil
}

// hear ends with the socket, or when that reports nothing but errors.
func (p *Prober) hear(ctx context.Context, d device, pc *ipv6.PacketConn, out chan<- plan.Advertisement) {
	buf := make([]byte, 9000)
	for failures := 0; failures < 100; {
		n, cm, from, err := pc.ReadFrom(buf)
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			failures++
			continue
		}
		hopLimit := -1
		if cm != nil {
			hopLimit = cm.HopLimit
		}
		adv, err := validate(buf[:n], source(from), hopLimit)
		if err != nil {
			p.log.Warn("router advertisement refused", "device", d.Name, "from", source(from), "err", err)
			continue
		}
		select {
		case out <- adv:
		case <-ctx.Done():
			return
		}
	}
}
