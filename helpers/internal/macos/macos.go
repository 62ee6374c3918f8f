// Package macos speaks to the kernel of macOS (xnu) for the packages that need it: which interfaces stand for a
// tunnel's, the requests that make and address them, the routing socket's messages, and what of the system's
// configuration a tunnel publishes. Files without a suffix hold layouts and decisions, which are tested on every system;
// those that end in _darwin.go hold the calls.
//
// Layouts are those of 64-bit xnu, the same on both processors, little-endian. No one has run this on a Mac yet:
// docs/known-issues.md lists what was not tried.
package macos

import (
	"fmt"

	"mooring.dev/helpers/internal/plan"
)

// xnu names interfaces by driver and number. These numbers begin a slot's: below 2^15, which if_clone's bitmap ends at
// (IF_MAXUNIT, bsd/net/if.h), and away from those of others, who count from 0 or, as ZeroTier, stay below 10,000.
const (
	firstTap  = 14750
	firstPeer = 24750
	firstLink = 4750
)

// Interface is the system's name for a tunnel's interface: feth14750 for mtap0, utun4750 for mwg0. Other names are
// given back as they are.
func Interface(name string) string {
	for slot := range plan.MaxSlots {
		switch n := plan.NamesFor(slot); name {
		case n.Tap:
			return fmt.Sprintf("feth%d", firstTap+slot)
		case n.Link:
			return fmt.Sprintf("utun%d", LinkUnit(slot))
		}
	}
	return name
}

// Peer is the other end of the pair that stands for the tap of a slot: what is sent by the one is received by the
// other. The helper reads and writes frames there.
func Peer(slot int) string { return fmt.Sprintf("feth%d", firstPeer+slot) }

// LinkUnit is the number of the utun of a slot.
func LinkUnit(slot int) int { return firstLink + slot }

// SlotOf tells whose tap is called tap: mtap0 is slot 0's.
func SlotOf(tap string) (slot int, ok bool) {
	for slot := range plan.MaxSlots {
		if plan.NamesFor(slot).Tap == tap {
			return slot, true
		}
	}
	return 0, false
}

// IsOwn reports whether the system's name is that of an interface of ours, either end of a pair included.
func IsOwn(system string) bool {
	for slot := range plan.MaxSlots {
		n := plan.NamesFor(slot)
		if system == Interface(n.Tap) || system == Interface(n.Link) || system == Peer(slot) {
			return true
		}
	}
	return false
}
