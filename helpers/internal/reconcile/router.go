package reconcile

import (
	"net/netip"
	"time"

	"mooring.dev/helpers/internal/plan"
)

// twoHours is the floor of RFC 4862 section 5.5.3 e: an RA that nobody signed may not end an address sooner.
const twoHours = 2 * time.Hour

// noteAdvertisement takes a valid RA. The first router that advertises our prefix is pinned as the hub's. What any
// other says on this shared Ethernet is nothing to us while the pinned one lives; but a hub that was rebooted may
// come back with another address, since a bridge takes its MAC from chance or from its ports.
func (f *facts) noteAdvertisement(adv plan.Advertisement, now time.Time) {
	ethernet := &f.senses[levelEthernet]
	if f.router.IsValid() && adv.Router != f.router {
		if f.hasRouter(now) && (ethernet.ok == nil || *ethernet.ok) {
			if now.Sub(ethernet.at) > time.Second {
				ethernet.soon(now) // is the pinned one still there?
			}
			return
		}
		if adv.Prefix != f.prefix || adv.RouterLifetime == 0 {
			return
		}
	}
	if pinned := f.spec.Prefix; pinned.IsValid() && adv.Prefix.IsValid() && adv.Prefix != pinned {
		// Perhaps a stranger on the bridge: the hub's own RA may still follow, and clears this.
		f.mismatch = adv.Prefix
		return
	}
	switch {
	case !adv.Prefix.IsValid():
		if !f.router.IsValid() {
			return
		}
	case adv.Prefix == f.prefix:
		f.prefixUntil, f.renew = until(now, renewed(f.validFor(now), adv.ValidLifetime)), true
	case adv.ValidLifetime > 0: // the first one, or the hub was renumbered
		f.prefix, f.homeKnown = adv.Prefix, false
		f.prefixUntil = until(now, adv.ValidLifetime)
	default:
		return
	}
	f.mismatch = netip.Prefix{}
	if !f.hasRouter(now) || adv.Router != f.router || adv.RouterLifetime == 0 {
		ethernet.hurry(now)
	}
	f.router, f.routerUntil, f.rdnss = adv.Router, now.Add(adv.RouterLifetime), adv.RDNSS
	if adv.RouterLifetime > 0 {
		f.solicits, f.solicitDue = 0, now.Add(backoff(0))
	}
}

// renewed is the valid lifetime that is left after an RA: RFC 4862 section 5.5.3 e.
func renewed(remaining, advertised time.Duration) time.Duration {
	switch {
	case advertised > twoHours || advertised > remaining:
		return advertised
	case remaining <= twoHours:
		return remaining
	default:
		return twoHours
	}
}

// until is zero for a lifetime that never ends.
func until(now time.Time, lifetime time.Duration) time.Time {
	if lifetime >= plan.Forever {
		return time.Time{}
	}
	return now.Add(lifetime)
}

// noteExpired: the prefix's lifetime ended unrenewed. A pinned prefix is asked for again, a learned one forgotten.
func (f *facts) noteExpired(now time.Time) {
	f.prefix, f.prefixUntil, f.placed = netip.Prefix{}, time.Time{}, nil
	f.router, f.rdnss = netip.Addr{}, nil
	f.dad = plan.DADNone
	f.noteUnverified()
	f.solicitDue, f.solicits = now, 0
}
