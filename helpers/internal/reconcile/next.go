package reconcile

import (
	"time"

	"mooring.dev/helpers/internal/plan"
)

// action is one thing to do to the machine, or to look at.
type action string

const (
	actWait        action = "wait" // until something happens or the time that comes with it
	actYield       action = "yield"
	actResolve     action = "resolve"
	actLookRoute   action = "look at the route"
	actChoose      action = "choose an engine"
	actLink        action = "bring up the link"
	actTap         action = "bring up the tap"
	actLookHome    action = "look whether at home"
	actPlace       action = "place"
	actExpire      action = "expire the prefix"
	actEndpoint    action = "set the endpoint"
	actSilence     action = "silence"
	actNudge       action = "nudge"
	actRehandshake action = "rehandshake"
	actAlternate   action = "try another address"
	actSolicit     action = "solicit"
	actLookDAD     action = "look at DAD"
	actVouch       action = "vouch for the address"
	actCheck       action = "check what is ours"
	actRepair      action = "repair"
	actProbe       action = "probe" // with its level
	actObserve     action = "observe the link"
)

// Times of the algorithm. Those of WireGuard are from drivers/net/wireguard/messages.h.
const (
	sessionLife    = 180 * time.Second // REJECT_AFTER_TIME
	sessionRenewed = 120 * time.Second // REKEY_AFTER_TIME: an older session means handshakes were tried in vain
	sessionStale   = 135 * time.Second // as wg's reresolve-dns.sh: the hub may have moved

	// No authenticated reply to a nudge: give the session up. Longer than a gateway takes to be found that misses the
	// first question: the next comes after 1 s (net.ipv4.neigh.*.retrans_time_ms), and what waited then goes at once.
	answerIn      = 1300 * time.Millisecond
	rehandshakeIn = 2 * time.Second // nor to that: once more, for it may have met the nudge's own at the hub
	handshakeIn   = 6 * time.Second // no handshake: another address

	keepalive   = 20 * time.Second       // over layer 2: keeps a firewall's GRE state (30 s unreplied), and verifies
	slowProbe   = 60 * time.Second       // link and internet, while Ethernet is verified more often
	probeWait   = 3 * time.Second        // one probe, with its repeats
	hastiest    = 200 * time.Millisecond // between two probes of a level, when one fails at once
	together    = time.Second            // probes that are due this close go together: one wake-up
	placeAgain  = 100 * time.Millisecond // DAD takes a second, and its end is no event for the routes
	dadFallback = 2 * time.Second        // if the monitor missed the end of DAD

	maxRepairs   = 10 // a minute
	repairWindow = time.Minute
)

// agenda collects when to wake up.
type agenda struct{ now, wake time.Time }

// due reports whether t has come; otherwise it is noted for the wake-up. The zero time never comes.
func (a *agenda) due(t time.Time) bool {
	if t.IsZero() {
		return false
	}
	if !t.After(a.now) {
		return true
	}
	if a.wake.IsZero() || t.Before(a.wake) {
		a.wake = t
	}
	return false
}

// next says what to do now, and when to ask again if nothing happens before. It changes nothing.
func next(f *facts, now time.Time) (act action, which level, wake time.Time) {
	a := &agenda{now: now}
	if f.dad == plan.DADDuplicate {
		if !f.yielded {
			return actYield, 0, time.Time{}
		}
		return actWait, 0, time.Time{}
	}
	for _, ask := range []func(*facts, *agenda) action{nextRoute, nextLinkWord, nextBuild, nextLook, nextRouter} {
		if act := ask(f, a); act != actWait {
			return act, 0, time.Time{}
		}
	}
	if l, ok := nextProbe(f, a); ok {
		return actProbe, l, time.Time{}
	}
	if f.awake && !f.verifiedAt.IsZero() && a.due(f.observeDue) {
		return actObserve, 0, time.Time{}
	}
	return actWait, 0, a.wake
}

// nextRoute: where the hub is and which way leads there. It comes first because a reflex waits for it.
func nextRoute(f *facts, a *agenda) action {
	switch {
	case !f.resolving && a.due(f.resolveDue):
		return actResolve
	case !f.routeKnown:
		return actLookRoute
	default:
		return actWait
	}
}

// nextLinkWord: what the link must be told. Without a route nothing is sent: a handshake tried in vain blocks
// the next for 5 s.
func nextLinkWord(f *facts, a *agenda) action {
	switch {
	case !f.linkUp:
		return actWait
	case !f.routed && f.awake:
		return actSilence
	case !f.routed:
		return actWait
	case f.told != f.endpoint:
		return actEndpoint
	case a.due(f.rehandshakeAt):
		return actRehandshake
	case f.nudge || !f.awake:
		return actNudge
	case a.due(f.alternate):
		return actAlternate
	default:
		return actWait
	}
}

// nextBuild: the link first, since its handshake runs while the rest is made.
func nextBuild(f *facts, a *agenda) action {
	if f.buildErr != nil && !a.due(f.buildDue) {
		return actWait
	}
	switch {
	case !f.chosen:
		return actChoose
	case !f.linkUp:
		return actLink
	case !f.tapUp:
		return actTap
	case a.due(f.prefixUntil):
		return actExpire
	case f.prefix.IsValid() && !f.homeKnown:
		return actLookHome
	case f.placed != nil && *f.placed == f.placement(a.now) && !f.renew:
		return actWait
	case f.placeDue.IsZero() || a.due(f.placeDue):
		return actPlace
	default:
		return actWait
	}
}

// nextLook: what events made uncertain.
func nextLook(f *facts, a *agenda) action {
	switch {
	case f.tapUp && (!f.dadKnown || f.dad == plan.DADTentative && a.due(f.dadDue)):
		return actLookDAD
	case f.tapUp && f.dad == plan.DADOK && !f.vouched:
		return actVouch
	case f.placed == nil:
		return actWait
	case !f.intactKnown:
		return actCheck
	case f.damaged && a.due(f.repairDue()):
		return actRepair
	default:
		return actWait
	}
}

// nextRouter: solicit until a router is known, once on each new tap (the kernel learns the router's MAC from the
// answer, which it cannot ask for while our address is optimistic), and again whenever it does not answer: a hub that
// came back may have another address. The end of its lifetime is an event of its own, since the default route goes.
func nextRouter(f *facts, a *agenda) action {
	if !f.routed || !f.tapUp || f.placed == nil {
		return actWait
	}
	if f.hasRouter(a.now) && f.senses[levelEthernet].isOK() && f.introduced {
		a.due(f.routerUntil)
		return actWait
	}
	if a.due(f.solicitDue) {
		return actSolicit
	}
	return actWait
}

func nextProbe(f *facts, a *agenda) (level, bool) {
	early := *a
	early.now = a.now.Add(together)
	for l := range levels {
		s := &f.senses[l]
		if s.inFlight || !f.ready(l, a.now) {
			continue
		}
		if a.due(s.due) {
			return l, true
		}
		// In the steady state the slow ones ride along with one that was started just now.
		if l != levelEthernet && s.isOK() && f.senses[levelEthernet].inFlight && early.due(s.due) {
			return l, true
		}
	}
	return 0, false
}

// repairDue is when the next repair is allowed: a network manager that keeps deleting must not make us spin.
func (f *facts) repairDue() time.Time {
	if len(f.repairTimes) < maxRepairs {
		return time.Unix(0, 0)
	}
	return f.repairTimes[0].Add(repairWindow)
}
