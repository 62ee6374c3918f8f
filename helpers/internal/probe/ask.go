package probe

import (
	"bytes"
	"context"
	"crypto/rand"
	"net"
	"net/netip"
	"time"

	"github.com/mdlayher/ndp"
	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// Echo sends echo requests (RFC 792, RFC 4443 section 4.1) by device from src to dst. The reply must carry the
// random token of the request, so that no other ping's reply is taken for ours.
func (p *Prober) Echo(ctx context.Context, device string, src, dst netip.Addr) (time.Duration, error) {
	var request, reply icmp.Type = ipv4.ICMPTypeEcho, ipv4.ICMPTypeEchoReply
	protocol := 1 // IPPROTO_ICMP
	if dst.Is6() {
		request, reply, protocol = ipv6.ICMPTypeEchoRequest, ipv6.ICMPTypeEchoReply, protocolICMPv6
	}
	token := make([]byte, 18)
	rand.Read(token) // never fails (crypto/rand, Go 1.24)
	id := int(token[16])<<8 | int(token[17])
	return ask(ctx, device, src, dst, reply, exchange{
		request: func(n int) ([]byte, error) {
			m := icmp.Message{Type: request, Body: &icmp.Echo{ID: id, Seq: n, Data: token}}
			return m.Marshal(nil) // the kernel fills in the checksum of ICMPv6
		},
		reply: func(packet []byte, from net.Addr) (int, bool) {
			m, err := icmp.ParseMessage(protocol, packet)
			if err != nil || m.Type != reply || source(from) != dst {
				return 0, false
			}
			echo, ok := m.Body.(*icmp.Echo)
			if !ok || echo.ID != id || !bytes.Equal(echo.Data, token) {
				return 0, false
			}
			return echo.Seq, true
		},
	})
}

// Neighbour asks by unicast for dst, as Neighbour Unreachability Detection does (RFC 4861 section 7.3.3). A
// multicast question would need the source link-layer option, without which Linux answers only whom it knows
// already (net/ipv6/ndisc.c, ndisc_recv_ns), and which RFC 4429 section 3.2 forbids while src may be optimistic.
// The kernel finds the MAC of dst, which for a router came with its advertisement.
func (p *Prober) Neighbour(ctx context.Context, device string, src, dst netip.Addr) (time.Duration, error) {
	return ask(ctx, device, src, dst, ipv6.ICMPTypeNeighborAdvertisement, exchange{
		request: func(int) ([]byte, error) {
			return ndp.MarshalMessage(&ndp.NeighborSolicitation{TargetAddress: dst})
		},
		reply: func(packet []byte, _ net.Addr) (int, bool) {
			m, err := ndp.ParseMessage(packet)
			if err != nil {
				return 0, false
			}
			na, ok := m.(*ndp.NeighborAdvertisement)
			return -1, ok && na.TargetAddress == dst
		},
	})
}

// ask runs an exchange with dst on a socket of the device's that hears replies of one type.
func ask(ctx context.Context, name string, src, dst netip.Addr, reply icmp.Type, e exchange) (time.Duration, error) {
	d, err := find(name)
	if err != nil {
		return 0, err
	}
	conn, err := d.listenICMP(ctx, src)
	if err != nil {
		return 0, err
	}
	err = accept(conn, reply)
	if err == nil && dst.Is6() {
		err = ipv6.NewPacketConn(conn).SetHopLimit(255) // as neighbours must have it (RFC 4861 section 7.1.1)
	}
	if err != nil {
		conn.Close()
		return 0, err
	}
	e.conn, e.to = conn, d.address(dst)
	return e.run(ctx)
}
