package plan

import (
	"net/netip"
	"time"
)

// MTUs of the two interfaces: WireGuard over any 1500-byte path, and that less outer IPv4 (20), GRE (4) and
// Ethernet (14). See facts: a tap below 1280 would lose IPv6 with all its sysctls.
const (
	LinkMTU = 1420
	TapMTU  = 1382
)

// LinkState is what an engine sees of its link.
type LinkState struct {
	LastHandshake time.Time      // zero: none yet
	Endpoint      netip.AddrPort // invalid: none yet
	RxBytes       uint64         // authenticated bytes from the hub
	TxBytes       uint64
}

// DAD is the stable address's state in Duplicate Address Detection (RFC 4862 section 5.4).
type DAD string

// The values of DAD.
const (
	DADNone      DAD = "none"      // no address yet
	DADTentative DAD = "tentative" // answers already (optimistic), not yet proven unique
	DADOK        DAD = "ok"
	DADDuplicate DAD = "duplicate" // another device answered for it
)

// Underlay is the network the outer packets leave by. Two that compare equal need no new packet to the hub: the
// hub's idea of where we are still holds.
type Underlay struct {
	Interface string
	Address   netip.Addr // the source address there
	Gateway   netip.Addr // invalid: the destination is on-link
	Epoch     uint64     // counts how often the interface lost its carrier or was taken down
}

// Advertisement is a Router Advertisement (RFC 4861 section 4.2) that passed validation.
type Advertisement struct {
	Router         netip.Addr    // link-local source
	RouterMAC      [6]byte       // from the source link-layer option, zero when absent
	Prefix         netip.Prefix  // first on-link /64 with the autonomous flag
	ValidLifetime  time.Duration // of Prefix
	RouterLifetime time.Duration
	RDNSS          []netip.Addr
	MTU            uint32 // 0: no option
}

// Change says what a monitor saw since the last one. More than one flag may be set.
type Change struct {
	Underlay bool // links, addresses, routes or rules that are not ours
	Ours     bool // something of ours was made, altered or deleted, by us or by someone else
	Resumed  bool // the machine woke from sleep, or its clock was set
}

// Merge adds what other saw.
func (c Change) Merge(other Change) Change {
	return Change{
		Underlay: c.Underlay || other.Underlay,
		Ours:     c.Ours || other.Ours,
		Resumed:  c.Resumed || other.Resumed,
	}
}
