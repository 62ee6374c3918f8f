package macos

import (
	"fmt"
	"net/netip"
	"time"

	"mooring.dev/helpers/internal/plan"
)

// Tap is what lies on a tap.
type Tap struct {
	Index     int
	Addresses []Address // of IPv6, without zones
	Routes    []Route   // of IPv6, by this interface
}

// Address is one of a tap's.
type Address struct {
	netip.Prefix
	Ends time.Time // by the wall clock; zero: never
}

// Step is one difference between what is there and what shall be.
type Step struct {
	Do      Action
	Address netip.Prefix  // of an address
	Valid   time.Duration // of one that is added
	Route   Route         // of a route
}

// Action is what a Step does.
type Action string

// The actions. StartLocal makes the link-local address, AddAddress also renews one that is there.
const (
	StartLocal  Action = "start"
	AddAddress  Action = "add address"
	DropAddress Action = "remove address"
	AddRoute    Action = "add route"
	DropRoute   Action = "remove route"
)

func (s Step) String() string {
	if s.Do == AddRoute || s.Do == DropRoute {
		return fmt.Sprintf("%s %s", s.Do, s.Route)
	}
	return fmt.Sprintf("%s %s", s.Do, s.Address)
}

// AnyLifetime asks Differences to leave lifetimes alone.
const AnyLifetime time.Duration = -1

// lifetimeSlack is how far the end of an address may be from the wanted one before it is written again.
const lifetimeSlack = 60 * time.Second

// Differences compares all that a placement stands for with a tap: the link-local by EUI-64, the stable address, no
// other address, and a default route by the router. The zero placement asks for the link-local alone and takes nothing
// away.
//
// What are rules on Linux is the strong host model here: a packet that has the stable address as its source, because
// its socket is bound to it, is routed in the scope of the interface which has that address, and so meets the scoped
// default route. A socket that asks for nothing meets neither, and there is no default for it, so that neither a
// deprecated address nor a decoy is needed. The route to the prefix comes with the address and goes with it; where
// another interface has the same prefix, xnu scopes the route of the one that came later (nd6_prefix_onlink_rtrequest,
// bsd/netinet6/nd6_rtr.c), whatever AtHome says.
func Differences(have Tap, t plan.Tunnel, p plan.Placement, valid time.Duration, now time.Time) []Step {
	local := netip.PrefixFrom(plan.LinkLocal(t.MAC), 64)
	stable := netip.PrefixFrom(p.Address, 64)
	var steps []Step
	foundLocal, foundStable := false, false
	for _, a := range have.Addresses {
		switch {
		case a.Addr() == local.Addr():
			foundLocal = true
		case p.Valid() && a.Prefix == stable:
			foundStable = true
			if needsRenewal(a, valid, now) {
				steps = append(steps, Step{Do: AddAddress, Address: stable, Valid: valid})
			}
		case p.Valid():
			steps = append(steps, Step{Do: DropAddress, Address: a.Prefix})
		}
	}
	if !foundLocal {
		steps = append(steps, Step{Do: StartLocal, Address: local})
	}
	if !p.Valid() {
		return steps
	}
	if !foundStable {
		steps = append(steps, Step{Do: AddAddress, Address: stable, Valid: valid})
	}
	return append(steps, routeSteps(have, p)...)
}

func routeSteps(have Tap, p plan.Placement) []Step {
	want := Route{To: defaultRoute, Via: p.Router, Interface: have.Index, Scoped: true}
	found := false
	var steps []Step
	for _, r := range have.Routes {
		switch {
		case r.To.Bits() != 0:
		case r == want:
			found = true
		default:
			steps = append(steps, Step{Do: DropRoute, Route: r})
		}
	}
	if p.Router.IsValid() && !found {
		steps = append(steps, Step{Do: AddRoute, Route: want})
	}
	return steps
}

// Clearing removes the default routes of a tap. Its addresses, and what comes with them, go with it.
func Clearing(have Tap) []Step {
	return routeSteps(have, plan.Placement{})
}

var defaultRoute = netip.PrefixFrom(netip.IPv6Unspecified(), 0)

func needsRenewal(a Address, valid time.Duration, now time.Time) bool {
	switch {
	case valid == AnyLifetime:
		return false
	case valid >= plan.Forever || a.Ends.IsZero():
		return (valid >= plan.Forever) != a.Ends.IsZero()
	}
	return now.Add(valid).Sub(a.Ends).Abs() > lifetimeSlack
}

// dadOf reads the flags of an address. One that was found to be a duplicate stays, flagged.
func dadOf(flags uint32) plan.DAD {
	switch {
	case flags&flagDuplicated != 0:
		return plan.DADDuplicate
	case flags&(flagTentative|flagOptimistic) != 0:
		return plan.DADTentative
	}
	return plan.DADOK
}
