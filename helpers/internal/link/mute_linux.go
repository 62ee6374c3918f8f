package link

import (
	"fmt"
	"slices"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/ruleset"
)

const muteChain = "refusals"

// mute keeps what the tap says to packets that nobody here waits for from leaving: see reconcile.Engine.Vouch. Its chain
// stands in the table of the guard, which there must be, and goes with it at the latest.
func mute(n plan.Names) error {
	return changeMute(n, func(c *nftables.Conn, chain *nftables.Chain) {
		for _, refusal := range [][]expr.Any{
			// meta l4proto tcp tcp flags & rst != 0: the flags are octet 13 (RFC 9293 section 3.1).
			saidOn(n.Tap, unix.IPPROTO_TCP, 13,
				&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 1, Mask: []byte{0x04}, Xor: []byte{0}},
				&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: []byte{0}}),
			// icmpv6 type destination-unreachable (RFC 4443 section 3.1).
			saidOn(n.Tap, unix.IPPROTO_ICMPV6, 0, &expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{1}}),
		} {
			c.AddRule(&nftables.Rule{Table: chain.Table, Chain: chain, Exprs: slices.Concat(refusal, ruleset.Drop())})
		}
	})
}

// unmute ends that. Again it changes nothing.
func unmute(n plan.Names) error {
	c, err := nftables.New()
	if err != nil {
		return fmt.Errorf("open nftables: %w", err)
	}
	chains, err := c.ListChainsOfTableFamily(nftables.TableFamilyINet)
	if err != nil {
		return fmt.Errorf("list nftables chains: %w", err)
	}
	for _, chain := range chains {
		if chain.Table.Name == n.NftTable && chain.Name == muteChain {
			return changeMute(n, func(c *nftables.Conn, chain *nftables.Chain) { c.DelChain(chain) })
		}
	}
	return nil
}

// changeMute empties the chain, which is made where it is missing, and has fill go on from there.
func changeMute(n plan.Names, fill func(*nftables.Conn, *nftables.Chain)) error {
	c, err := nftables.New()
	if err != nil {
		return fmt.Errorf("open nftables: %w", err)
	}
	chain := c.AddChain(&nftables.Chain{
		Name:     muteChain,
		Table:    &nftables.Table{Name: n.NftTable, Family: nftables.TableFamilyINet},
		Type:     nftables.ChainTypeFilter,
		Hooknum:  nftables.ChainHookOutput,
		Priority: nftables.ChainPriorityFilter,
	})
	c.FlushChain(chain)
	fill(c, chain)
	if err := c.Flush(); err != nil {
		return fmt.Errorf("write chain %s of nftables table inet %s: %w", muteChain, n.NftTable, err)
	}
	return nil
}

// saidOn matches IPv6 that leaves by an interface, and loads an octet of its transport header for what follows.
func saidOn(device string, protocol byte, octet uint32, then ...expr.Any) []expr.Any {
	return slices.Concat(ruleset.To(device), []expr.Any{
		&expr.Meta{Key: expr.MetaKeyNFPROTO, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{unix.NFPROTO_IPV6}},
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{protocol}},
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: octet, Len: 1},
	}, then)
}
