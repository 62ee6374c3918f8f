package reconcile

import (
	"net/netip"
	"slices"
	"time"

	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/proto"
)

// The functions of this file turn what happened into facts. They touch nothing but the facts.

// noteChange makes unknown what a change of the network may have altered.
func (f *facts) noteChange(c plan.Change, now time.Time) {
	if c.Underlay || c.Resumed {
		f.routeKnown, f.homeKnown = false, false
		if f.resolveErr != nil {
			f.resolveDue = now
		}
	}
	if c.Ours {
		f.dadKnown, f.intactKnown = false, false
	}
	if c.Resumed && f.routed {
		// The kernel cleared the session keys at suspend, and nothing else tells of it.
		f.startRoam(now)
		f.noteMove(now, false)
	}
}

// noteRoute takes the way to the hub as it now is. endpoint is invalid when there is none.
func (f *facts) noteRoute(endpoint netip.AddrPort, u plan.Underlay, online bool, now time.Time) {
	wasRouted, oldUnderlay, oldEndpoint := f.routed, f.underlay, f.endpoint
	f.routeKnown, f.online = true, online
	f.routed, f.endpoint, f.underlay = endpoint.IsValid(), endpoint, u
	switch {
	case !f.routed && wasRouted:
		f.noteUnverified()
		f.forgetReadings()
		f.startRoam(now)
		f.alternate, f.rehandshakeAt, f.noAnswer = time.Time{}, time.Time{}, false
	case f.routed && !(wasRouted && u == oldUnderlay && endpoint == oldEndpoint):
		f.noteMove(now, u != oldUnderlay || !wasRouted)
	}
}

// noteMove: the hub must hear from us at once, and everything is to be verified anew. roam says that it is the
// underlay that changed, and not the hub's address.
func (f *facts) noteMove(now time.Time, roam bool) {
	f.noteUnverified()
	f.forgetReadings()
	if roam {
		f.noAnswer = false
		f.startRoam(now)
		if f.wasUp {
			f.roams++
		}
	}
	f.nudge = true
	f.solicits, f.solicitDue = 0, now
	f.try(now)
	if f.told.IsValid() {
		f.doubt(now.Add(answerIn))
		if now.Sub(f.link.LastHandshake) > sessionRenewed {
			f.doubt(now) // handshakes may have been tried without a network
		}
	}
}

// try restarts the time in which a handshake must happen.
func (f *facts) try(now time.Time) {
	f.tryingAt = now
	f.alternate = now.Add(handshakeIn)
	for l := range f.senses {
		f.senses[l].hurry(now)
		f.senses[l].misses = 0
	}
}

func (f *facts) startRoam(now time.Time) {
	if f.wasUp && f.roamAt.IsZero() {
		f.roamAt = now
	}
}

func (f *facts) noteUnverified() { f.verifiedAt = time.Time{} }

func (f *facts) forgetReadings() {
	for l := range f.senses {
		f.senses[l] = sense{due: f.senses[l].due, nth: f.senses[l].nth + 1}
	}
}

// noteResolved takes the hub's addresses, or why there are none.
func (f *facts) noteResolved(addrs []netip.Addr, err error, now time.Time) {
	f.resolving = false
	if err != nil {
		f.resolveErr = err
		f.resolveDue = now.Add(backoff(f.resolves))
		f.resolves++
		return
	}
	f.resolveErr, f.resolves, f.resolveDue, f.resolvedAt = nil, 0, time.Time{}, now
	f.candidates = order(addrs, f.prefix)
	f.candidate = 0
	for i, a := range f.candidates {
		if a == f.endpoint.Addr() {
			f.candidate = i
		}
	}
	f.routeKnown = false
}

// resolveAgain asks anew for a name, unless that was done just now.
func (f *facts) resolveAgain(now time.Time) {
	if f.named() && !f.resolving && f.resolveDue.IsZero() && now.Sub(f.resolvedAt) > 10*time.Second {
		f.resolveDue = now
	}
}

// noteReading takes the result of the nth probe of a level, started at that time.
func (f *facts) noteReading(l level, nth int, rtt time.Duration, err error, started, now time.Time) {
	s := &f.senses[l]
	if nth != s.nth {
		return
	}
	s.inFlight = false
	if err == nil {
		s.ok, s.rtt, s.at, s.misses = new(true), rtt, now, 0
		s.due = started.Add(slowProbe)
		if l == levelEthernet {
			s.due = started.Add(keepalive)
		}
		return
	}
	s.misses++
	if s.isOK() && s.misses == 1 {
		s.due = later(now, started.Add(hastiest)) // once more before anything is believed
		return
	}
	s.ok, s.rtt, s.at = new(false), 0, now
	s.due = later(now.Add(f.pause(l, now)), started.Add(hastiest))
	switch {
	case l != levelInternet && !f.verifiedAt.IsZero():
		f.noteSilent(now)
	case l == levelLink:
		f.doubtSession(started, now)
	}
}

// doubt has the session given up at that time, unless somebody answers by it before.
func (f *facts) doubt(at time.Time) { f.rehandshakeAt, f.rehandshakes = at, 0 }

// doubtSession: the hub took our handshake, and nobody answers by the session. It may have been restarted since, or
// two handshakes crossed. WireGuard itself would try another one only 15 s after it was last answered
// (KEEPALIVE_TIMEOUT + REKEY_TIMEOUT). A hub that answers over Ethernet has the session, and merely answers no echo
// inside the link; whether anything else came meanwhile is looked at before it is done.
func (f *facts) doubtSession(asked, now time.Time) {
	taken := f.handshakeFresh(now) && f.link.LastHandshake.Before(asked) && !f.link.LastHandshake.Before(f.tryingAt)
	if !taken || f.link.LastHandshake.Equal(f.doubted) || f.senses[levelEthernet].isOK() || !f.rehandshakeAt.IsZero() {
		return
	}
	f.doubted = f.link.LastHandshake
	f.nudgedAt, f.nudgedRx = asked, f.askedRx
	f.doubt(now)
}

// noteSilent: traffic that was verified is not answered any more, though the underlay looks the same (another
// NAT behind it, the hub rebooted or moved).
func (f *facts) noteSilent(now time.Time) {
	f.noteUnverified()
	f.nudge = true
	f.doubt(now.Add(answerIn))
	f.tryingAt, f.alternate = now, now.Add(handshakeIn)
	f.senses[levelLink].hurry(now)
	f.senses[levelEthernet].hurry(now)
	f.solicits, f.solicitDue = 0, now
	f.resolveAgain(now)
}

// pause between failing probes: short at first, sparing later.
func (f *facts) pause(l level, now time.Time) time.Duration {
	switch {
	case l == levelInternet:
		return slowProbe
	case now.Sub(f.tryingAt) < 10*time.Second:
		return 0
	case now.Sub(f.tryingAt) < time.Minute:
		return time.Second
	default:
		return 5 * time.Second
	}
}

// noteLink takes what the link shows.
func (f *facts) noteLink(s plan.LinkState, now time.Time) {
	f.link = s
	f.observeDue = later(s.LastHandshake.Add(sessionStale), now.Add(keepalive))
	if !s.LastHandshake.Before(f.tryingAt) && !s.LastHandshake.IsZero() {
		f.noAnswer = false
	}
}

// answered reports whether anything authenticated came since the nudge; by the new session, once the old was given up.
func (f *facts) answered() bool {
	return f.link.LastHandshake.After(f.nudgedAt) || f.rehandshakes == 0 && f.link.RxBytes > f.nudgedRx
}

// noteGivenUp: what was, or still is, answered by the session of before says nothing of the next one.
func (f *facts) noteGivenUp(now time.Time) {
	f.nudgedAt = now
	for _, l := range []level{levelLink, levelEthernet} {
		if s := &f.senses[l]; s.isOK() {
			*s = sense{nth: s.nth}
		}
		f.senses[l].hurry(now)
	}
}

// settle draws the conclusion that spans several facts: traffic is verified, or no longer.
func (f *facts) settle(now time.Time) {
	if !f.traffic(now) || !f.verifiedAt.IsZero() {
		return
	}
	f.verifiedAt, f.wasUp, f.noAnswer = now, true, false
	f.alternate, f.rehandshakeAt = time.Time{}, time.Time{}
	f.senses[levelInternet].hurry(now)
	if !f.roamAt.IsZero() {
		// A new slice each time: statuses that were told share the old one.
		kept := f.recentRoams[max(0, len(f.recentRoams)+1-proto.MaxRecentRoams):]
		ended := proto.EndedRoam{At: now.UTC(), OutageMs: now.Sub(f.roamAt).Milliseconds()}
		f.recentRoams = append(slices.Clone(kept), ended)
		f.roamAt = time.Time{}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// backoff is 1, 2, 4 … 30 s.
func backoff(n int) time.Duration { return min(time.Second<<min(n, 5), 30*time.Second) }
