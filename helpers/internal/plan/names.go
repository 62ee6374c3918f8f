package plan

import (
	"fmt"
	"net/netip"
)

// MaxSlots is how many tunnels one helper can hold: the rule priorities below have room for ten.
const MaxSlots = 10

// Names are the names and numbers of the operating system that belong to one tunnel. They are derived from its
// slot here and nowhere else, so that two tunnels cannot collide, and what a crashed helper left behind can be
// recognised.
type Names struct {
	Slot     int
	Link     string // the WireGuard interface: mwg0
	Tap      string // the Ethernet interface: mtap0
	NftTable string // the nftables table of family inet: mooring0
	Table    int    // own routing table
	Mark     uint32 // fwmark of the outer packets

	// Priorities of the policy rules. They stay within 4750..4799: below Tailscale's 5200 and wg-quick's
	// 32764. Every slot's bypass comes before every slot's lookups, so that no outer packet takes any tap.
	PriorityBypass, PriorityTo, PriorityFrom, PriorityEnd int

	// Decoy is a unique local address (RFC 4193) on the tap that wins source selection against the deprecated
	// stable address, so that an IPv4-only laptop does not find the tunnel by ip6_dst_lookup_tail's second try.
	Decoy netip.Prefix
}

// NamesFor gives the names of a slot, 0 <= slot < MaxSlots.
func NamesFor(slot int) Names {
	if slot < 0 || slot >= MaxSlots {
		panic(fmt.Sprintf("plan: slot %d is out of range", slot))
	}
	decoy := [16]byte{0xfd, 'm', 'o', 'o', 'r', 'i', 'n', byte(slot), 15: 2}
	return Names{
		Slot:           slot,
		Link:           fmt.Sprintf("mwg%d", slot),
		Tap:            fmt.Sprintf("mtap%d", slot),
		NftTable:       fmt.Sprintf("mooring%d", slot),
		Table:          47500 + slot,
		Mark:           0x4d570000 + uint32(slot),
		PriorityBypass: 4750 + slot,
		PriorityTo:     4760 + slot,
		PriorityFrom:   4770 + slot,
		PriorityEnd:    4790 + slot,
		Decoy:          netip.PrefixFrom(netip.AddrFrom16(decoy), 128),
	}
}

// IsOwnInterface reports whether name is the link or the tap of some slot.
func IsOwnInterface(name string) bool {
	for slot := range MaxSlots {
		if n := NamesFor(slot); name == n.Link || name == n.Tap {
			return true
		}
	}
	return false
}

// IsOwnNftTable reports whether name is the nftables table of some slot.
func IsOwnNftTable(name string) bool {
	for slot := range MaxSlots {
		if name == NamesFor(slot).NftTable {
			return true
		}
	}
	return false
}
