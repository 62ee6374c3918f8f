//go:build linux

package main

import (
	"errors"
	"net/netip"
	"slices"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"

	"mooring.dev/helpers/internal/ruleset"
)

// router is a home router and the provider behind it.
type router struct {
	wan, lan    string
	prefix      netip.Prefix // of IPv6: all that the provider lets through from the LAN
	randomPorts bool         // a port of the router's own choosing for each flow
}

// route makes the caller's network namespace be r.
func route(r router) error {
	masquerade := ruleset.Chain{
		Name: "postrouting", Type: nftables.ChainTypeNAT,
		Hook: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource,
		Rules: [][]expr.Any{slices.Concat(ruleset.To(r.wan), []expr.Any{&expr.Masq{Random: r.randomPorts}})},
	}
	bits := make([]byte, 16)
	for i := range r.prefix.Bits() {
		bits[i/8] |= 0x80 >> (i % 8)
	}
	foreign := ruleset.Chain{
		Name: "forward", Type: nftables.ChainTypeFilter,
		Hook: nftables.ChainHookForward, Priority: nftables.ChainPriorityFilter,
		Rules: [][]expr.Any{slices.Concat(ruleset.From(r.lan), []expr.Any{
			// The source of the IPv6 header (RFC 8200 section 3).
			&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: 8, Len: 16},
			&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 16, Mask: bits, Xor: make([]byte, 16)},
			&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: r.prefix.Masked().Addr().AsSlice()},
		}, ruleset.Drop())},
	}
	return errors.Join(
		ruleset.Write(ruleset.Table{Family: nftables.TableFamilyIPv4, Name: "nat", Chains: []ruleset.Chain{masquerade}}),
		ruleset.Write(ruleset.Table{Family: nftables.TableFamilyIPv6, Name: "provider", Chains: []ruleset.Chain{foreign}}),
	)
}
