package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
)

// Resolver asks the system's name servers (resolv.conf) itself. It implements reconcile.Resolver.
type Resolver struct{}

// NewResolver gives one; it has no state.
func NewResolver() Resolver { return Resolver{} }

// Resolve gives the A and AAAA addresses in the order of package net (RFC 6724 as far as it goes). Its queries
// carry mark, so that they take no tunnel of ours even if a name server lies in a tunnel's prefix.
func (Resolver) Resolve(ctx context.Context, host string, mark uint32) ([]netip.Addr, error) {
	dialer := net.Dialer{Control: markSocket(mark)}
	r := net.Resolver{PreferGo: true, Dial: dialer.DialContext}
	addrs, err := r.LookupNetIP(ctx, "ip", host)
	if err != nil {
		if dns := (*net.DNSError)(nil); errors.As(err, &dns) {
			return nil, fmt.Errorf("look up %s: %s", host, dns.Err) // without the server's address
		}
		return nil, fmt.Errorf("look up %s: %w", host, err)
	}
	for i, a := range addrs {
		addrs[i] = a.Unmap()
	}
	return addrs, nil
}
