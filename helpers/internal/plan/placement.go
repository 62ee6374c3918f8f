package plan

import (
	"net/netip"
	"time"
)

// Forever is the lifetime that never ends (RFC 4861 section 4.6.2: all one bits).
const Forever time.Duration = 0xffffffff * time.Second

// Placement is everything that lies on the tap: it is compared whole, so that what is there already is left
// alone. The zero Placement places nothing.
type Placement struct {
	Address netip.Addr   // the stable address
	Prefix  netip.Prefix // its /64

	// Router is the next hop of the own table's default route, link-local; invalid: there is none.
	Router netip.Addr

	// AtHome leaves out the rule to the prefix: another interface has an address in it, and the neighbours
	// there are nearer by that interface.
	AtHome bool
}

// Valid reports whether there is anything to place.
func (p Placement) Valid() bool { return p.Address.IsValid() }

// LackingError says that this machine is missing, or has switched off, something that no retry brings.
type LackingError struct{ What string }

func (e *LackingError) Error() string { return "this system lacks " + e.What }
