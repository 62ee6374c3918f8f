package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/net/ipv6"

	"mooring.dev/helpers/internal/plan"
)

// Advertisements listens to all nodes' group on device. The socket is bound to no address, so that it can be
// opened before the tap has one; solicited advertisements come by unicast to the link-local.
func (p *Prober) Advertisements(ctx context.Context, device string) (<-chan plan.Advertisement, error) {
	conn, err := listenICMP(ctx, device, netip.IPv6Unspecified())
	if err != nil {
		return nil, err
	}
	pc := ipv6.NewPacketConn(conn)
	ifi, err := net.InterfaceByName(device)
	if err == nil {
		err = pc.JoinGroup(ifi, target(allNodes))
	}
	if err == nil {
		err = pc.SetControlMessage(ipv6.FlagHopLimit, true)
	}
	if err == nil {
		err = accept(conn, ipv6.ICMPTypeRouterAdvertisement)
	}
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("listen for router advertisements on %s: %w", device, err)
	}
	out := make(chan plan.Advertisement)
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	go func() {
		defer close(out)
		defer conn.Close()
		defer stop()
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
			source, _ := netip.AddrFromSlice(from.(*net.IPAddr).IP)
			hopLimit := -1
			if cm != nil {
				hopLimit = cm.HopLimit
			}
			adv, err := validate(buf[:n], source, hopLimit)
			if err != nil {
				p.log.Warn("router advertisement refused", "device", device, "from", source, "err", err)
				continue
			}
			select {
			case out <- adv:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out, nil
}
