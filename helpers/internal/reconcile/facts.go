package reconcile

import (
	"net/netip"
	"time"

	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/proto"
)

// level is one of the three things that reachability is measured of.
type level int

const (
	levelLink     level = iota // an echo to the hub inside WireGuard
	levelEthernet              // neighbour solicitation and echo to the hub's router address on the tap
	levelInternet              // an echo from the stable address to a host beyond the hub
	levels
)

func (l level) String() string { return [levels]string{"link", "ethernet", "internet"}[l] }

// sense is one level's newest reading and when the next is due.
type sense struct {
	ok       *bool // nil: not measured on this underlay yet
	rtt      time.Duration
	at       time.Time // of the reading
	due      time.Time
	inFlight bool
	nth      int // which probe is the newest; what an older one found says nothing any more
	misses   int // in a row
}

func (s *sense) isOK() bool { return s.ok != nil && *s.ok }

// soon has the level measured now, unless a probe is under way.
func (s *sense) soon(now time.Time) {
	if !s.inFlight {
		s.due = now
	}
}

// hurry has the level measured now, and forgets a probe that is under way.
func (s *sense) hurry(now time.Time) { s.due, s.inFlight, s.nth = now, false, s.nth+1 }

// facts is all that is known about one tunnel. The goroutine that owns the tunnel is the only one to touch it.
// Events make facts known, or unknown (…Known fields turn false); next says from them alone what to do.
type facts struct {
	names plan.Names
	spec  plan.Tunnel

	// The hub's addresses, in the order of trial, and the one in use.
	candidates []netip.Addr
	candidate  int
	resolving  bool
	resolvedAt time.Time
	resolveDue time.Time // zero: not needed
	resolveErr error
	resolves   int // failures in a row

	// The way to it.
	routeKnown bool
	routed     bool
	online     bool           // some default route is there, though perhaps no address of the hub
	endpoint   netip.AddrPort // valid when routed
	underlay   plan.Underlay

	// What was built.
	chosen bool // an engine
	linkUp bool
	tapUp  bool
	// The tap has solicited since it was made, so the kernel knows the router's MAC.
	introduced bool
	vouched    bool // the tap may refuse what nobody here waits for
	placed     *plan.Placement
	renew      bool      // the address's lifetime changed
	placeDue   time.Time // zero: now; otherwise DAD has to end first
	buildErr   error
	buildDue   time.Time // the next attempt after buildErr
	builds     int       // failures in a row

	// What the link was told.
	told          netip.AddrPort
	awake         bool      // it has its keepalive
	nudge         bool      // it shall send one packet now
	rehandshakeAt time.Time // zero: no need
	rehandshakes  int       // since the session came into doubt
	nudgedRx      uint64    // authenticated bytes received before the nudge, or the probe, that nobody answered yet
	nudgedAt      time.Time
	askedRx       uint64    // authenticated bytes received before the newest probe of the link
	doubted       time.Time // the handshake of the session that was last given up, because nobody answered by it

	// What the router said.
	prefix      netip.Prefix // from the profile, or the first RA
	prefixUntil time.Time    // zero: forever
	router      netip.Addr   // pinned: the first that advertised our prefix
	routerUntil time.Time
	rdnss       []netip.Addr
	mismatch    netip.Prefix // advertised instead of the profile's
	solicitDue  time.Time
	solicits    int

	homeKnown bool
	atHome    bool

	dadKnown bool
	dad      plan.DAD
	dadDue   time.Time
	dupMAC   [6]byte
	yielded  bool // taken down because the identity is in use elsewhere

	intactKnown bool
	damaged     bool
	repairs     int
	repairTimes []time.Time // the newest few, for the rate limit

	link       plan.LinkState
	observeDue time.Time // the newest handshake will be stale unless another is seen
	senses     [levels]sense
	tryingAt   time.Time
	alternate  time.Time // when another address of the hub is tried
	noAnswer   bool
	verifiedAt time.Time // zero: not verified now
	wasUp      bool      // verified once

	roamAt      time.Time // zero: no roam under way
	roams       int
	recentRoams []proto.EndedRoam // oldest first, at most proto.MaxRecentRoams
}

func newFacts(slot int, t plan.Tunnel, now time.Time) *facts {
	f := &facts{
		names:       plan.NamesFor(slot),
		spec:        t,
		prefix:      t.Prefix,
		dad:         plan.DADNone,
		dadKnown:    true, // nothing to look at yet
		intactKnown: true,
	}
	if ap, ok := t.Hub.Endpoint.Literal(); ok {
		f.candidates = []netip.Addr{ap.Addr()}
	} else {
		f.resolveDue = now
	}
	return f
}

// named reports whether the endpoint is a DNS name.
func (f *facts) named() bool { _, literal := f.spec.Hub.Endpoint.Literal(); return !literal }

// hasRouter reports whether a router is known whose lifetime has not ended.
func (f *facts) hasRouter(now time.Time) bool { return f.router.IsValid() && now.Before(f.routerUntil) }

// placement is what shall be on the tap: nothing but the link-local until the prefix is known.
func (f *facts) placement(now time.Time) plan.Placement {
	if !f.prefix.IsValid() {
		return plan.Placement{}
	}
	p := plan.Placement{
		Address: f.address(),
		Prefix:  f.prefix,
		AtHome:  f.atHome,
	}
	if f.hasRouter(now) {
		p.Router = f.router
	}
	return p
}

// address is the stable address; invalid until the prefix is known.
func (f *facts) address() netip.Addr {
	if !f.prefix.IsValid() {
		return netip.Addr{}
	}
	return plan.StableAddress(f.prefix, f.spec.MAC)
}

// validFor is the lifetime that the stable address has left.
func (f *facts) validFor(now time.Time) time.Duration {
	if f.prefixUntil.IsZero() {
		return plan.Forever
	}
	return f.prefixUntil.Sub(now)
}

// internetTarget is the first advertised name server beyond the hub; invalid when there is none.
func (f *facts) internetTarget() netip.Addr {
	for _, a := range f.rdnss {
		if a.IsGlobalUnicast() && !f.prefix.Contains(a) {
			return a
		}
	}
	return netip.Addr{}
}

// ready reports whether a level can be measured at all.
func (f *facts) ready(l level, now time.Time) bool {
	if !f.routed || !f.linkUp {
		return false
	}
	switch l {
	case levelLink:
		return true
	case levelEthernet:
		// A router whose lifetime ended is still the hub, and the one that can be asked.
		return f.tapUp && f.placed != nil && f.router.IsValid()
	default:
		return f.tapUp && f.hasRouter(now) && f.placed != nil && f.placed.Router.IsValid() &&
			f.internetTarget().IsValid() && !f.verifiedAt.IsZero()
	}
}

// handshakeFresh: WireGuard refuses a session after 180 s (REJECT_AFTER_TIME).
func (f *facts) handshakeFresh(now time.Time) bool {
	return !f.link.LastHandshake.IsZero() && now.Sub(f.link.LastHandshake) < sessionLife
}

// traffic reports whether verified traffic flows: the hub answered over WireGuard and over Ethernet on this
// underlay, by a session that lives, and the stable address is proven ours.
func (f *facts) traffic(now time.Time) bool {
	return f.routed && f.placed != nil && f.placed.Valid() && f.dad == plan.DADOK &&
		f.senses[levelLink].isOK() && f.senses[levelEthernet].isOK() && f.handshakeFresh(now)
}
