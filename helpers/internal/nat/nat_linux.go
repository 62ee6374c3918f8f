package nat

import (
	"net/netip"
	"slices"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"

	"mooring.dev/helpers/internal/ruleset"
)

// Masquerade gives what leaves by the interface out from one of the networks inside the address of out. Networks of
// IPv6 are passed over: they are routed. It is for the family inet:
//
//	oifname "eth0" ip saddr 192.168.0.0/16 ip daddr != 192.168.0.0/16 masquerade
func Masquerade(out string, inside []netip.Prefix) ruleset.Chain {
	c := ruleset.Chain{
		Name: "masquerade", Type: nftables.ChainTypeNAT, Hook: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource,
	}
	for _, net := range inside {
		if net.Addr().Is4() {
			c.Rules = append(c.Rules, slices.Concat(
				ruleset.To(out), ruleset.IPv4Source(net, false), ruleset.IPv4Destination(net, true),
				[]expr.Any{&expr.Counter{}, &expr.Masq{}}))
		}
	}
	return c
}
