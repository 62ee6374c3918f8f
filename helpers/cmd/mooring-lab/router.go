//go:build linux

package main

import (
	"fmt"
	"net/netip"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// router is a home router and the provider behind it.
type router struct {
	wan, lan    string
	prefix      netip.Prefix // all that the provider lets through from the LAN
	randomPorts bool         // a port of the router's own choosing for each flow
}

// route adds the rules to the network namespace of the caller. It must be called once.
func route(r router) error {
	c := &nftables.Conn{}
	nat := c.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4, Name: "nat"})
	c.AddRule(&nftables.Rule{
		Table: nat,
		Chain: c.AddChain(&nftables.Chain{
			Name: "postrouting", Table: nat, Type: nftables.ChainTypeNAT,
			Hooknum: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource,
		}),
		Exprs: append(onInterface(expr.MetaKeyOIFNAME, r.wan), &expr.Masq{Random: r.randomPorts}),
	})

	provider := c.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv6, Name: "provider"})
	bits := make([]byte, 16)
	for i := range r.prefix.Bits() {
		bits[i/8] |= 0x80 >> (i % 8)
	}
	c.AddRule(&nftables.Rule{
		Table: provider,
		Chain: c.AddChain(&nftables.Chain{
			Name: "forward", Table: provider, Type: nftables.ChainTypeFilter,
			Hooknum: nftables.ChainHookForward, Priority: nftables.ChainPriorityFilter,
		}),
		Exprs: append(onInterface(expr.MetaKeyIIFNAME, r.lan),
			// The source of the IPv6 header (RFC 8200 section 3).
			&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: 8, Len: 16},
			&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 16, Mask: bits, Xor: make([]byte, 16)},
			&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: r.prefix.Masked().Addr().AsSlice()},
			&expr.Verdict{Kind: expr.VerdictDrop},
		),
	})
	if err := c.Flush(); err != nil {
		return fmt.Errorf("add the rules of a router on %s: %w", r.wan, err)
	}
	return nil
}

// onInterface passes packets of one interface by its name, which the kernel compares with all its zeros.
func onInterface(key expr.MetaKey, name string) []expr.Any {
	padded := make([]byte, unix.IFNAMSIZ)
	copy(padded, name)
	return []expr.Any{
		&expr.Meta{Key: key, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: padded},
	}
}
