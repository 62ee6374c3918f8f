package ruleset

import (
	"slices"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// Pin counts and drops frames that come in by one of the ports and are from another MAC than the port's. The sets are
// the table's, of the family bridge. It is looked at before anything else, because the bridge learns from a frame, or
// answers it, as soon as it has passed.
func Pin(macs map[string][6]byte) ([]Set, Chain) {
	ports := Set{Name: "pinned_ports", Type: nftables.TypeIFName}
	pairs := Set{Name: "pinned", Type: nftables.MustConcatSetType(nftables.TypeIFName, nftables.TypeEtherAddr)}
	for port, mac := range macs {
		name := paddedName(port)
		ports.Keys = append(ports.Keys, name)
		pairs.Keys = append(pairs.Keys, slices.Concat(name, mac[:], []byte{0, 0})) // each part fills words of 4 octets
	}
	// A name fills the four words of register 1, so the MAC goes into the word after them.
	const afterName = unix.NFT_REG32_00 + unix.IFNAMSIZ/4
	return []Set{ports, pairs}, Chain{
		Name: "pin", Type: nftables.ChainTypeFilter, Hook: nftables.ChainHookPrerouting, Priority: nftables.ChainPriorityRaw,
		Rules: [][]expr.Any{slices.Concat(
			[]expr.Any{
				&expr.Meta{Key: expr.MetaKeyIIFNAME, Register: 1},
				&expr.Lookup{SourceRegister: 1, SetName: ports.Name},
				&expr.Payload{DestRegister: afterName, Base: expr.PayloadBaseLLHeader, Offset: 6, Len: 6},
				&expr.Lookup{SourceRegister: 1, SetName: pairs.Name, Invert: true},
			}, Drop())},
	}
}
