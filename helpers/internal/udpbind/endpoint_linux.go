package udpbind

import (
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"

	"golang.zx2c4.com/wireguard/conn"
)

// source is an address of this machine as IP_PKTINFO and IPV6_PKTINFO have it (ip(7), ipv6(7)).
type source struct {
	addr   netip.Addr // invalid: whatever the route says
	device uint32     // 0: any; of IPv6 link-local addresses only, which mean nothing without
}

// endpoint is a far end. All packets of one message share one value.
type endpoint struct {
	to   netip.AddrPort
	udp  *net.UDPAddr // the same; never changed
	here source       // where it was heard; nothing where that is not remembered

	forgotten atomic.Bool // here is not used any more; several goroutines may send
}

var _ conn.Endpoint = (*endpoint)(nil)

func parseEndpoint(s string) (*endpoint, error) {
	to, err := netip.ParseAddrPort(s)
	if err != nil {
		return nil, fmt.Errorf("endpoint %q: %w", s, err)
	}
	return &endpoint{to: to, udp: net.UDPAddrFromAddrPort(to)}, nil
}

// source is what the next packet leaves from.
func (e *endpoint) source() source {
	if e.forgotten.Load() {
		return source{}
	}
	return e.here
}

// ClearSrc forgets where the far end was heard.
func (e *endpoint) ClearSrc() { e.forgotten.Store(true) }

// SrcIP is where the far end was heard; invalid: not remembered.
func (e *endpoint) SrcIP() netip.Addr { return e.source().addr }

// SrcToString is SrcIP in text.
func (e *endpoint) SrcToString() string { return e.SrcIP().String() }

// DstIP is the far end's address.
func (e *endpoint) DstIP() netip.Addr { return e.to.Addr() }

// DstToString is the far end's address and port.
func (e *endpoint) DstToString() string { return e.to.String() }

// DstToBytes is what cookies are made of: the same octets as conn.StdNetEndpoint gives.
func (e *endpoint) DstToBytes() []byte {
	b, _ := e.to.MarshalBinary() // never fails
	return b
}
