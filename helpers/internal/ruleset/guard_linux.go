package ruleset

import (
	"net/netip"
	"slices"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// Guard counts and drops GRE to the address local that has not come out of device decrypted: the kernel's GRETAP takes
// what a neighbour on any other cable says, too (ip_tunnel_lookup, net/ipv4/ip_tunnel.c). It is for the family inet.
func Guard(local netip.Addr, device string) Chain {
	return Chain{
		Name: "guard", Type: nftables.ChainTypeFilter, Hook: nftables.ChainHookPrerouting, Priority: nftables.ChainPriorityRaw,
		Rules: [][]expr.Any{slices.Concat(
			IPv4Destination(netip.PrefixFrom(local, local.BitLen()), false),
			[]expr.Any{
				&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1},
				&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{unix.IPPROTO_GRE}},
				&expr.Meta{Key: expr.MetaKeyIIFNAME, Register: 1},
				&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: paddedName(device)},
			}, Drop())},
	}
}
