package reconcile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"time"

	"mooring.dev/helpers/internal/plan"
)

// perform does what next said, and notes what came of it. Everything here returns at once or in milliseconds;
// what waits for the network is a task.
func (t *tunnel) perform(ctx context.Context, act action, which level, now time.Time) {
	f := t.facts
	if act == actProbe {
		t.log.Debug("does", "action", string(act), "level", which.String())
	} else {
		t.log.Debug("does", "action", string(act))
	}
	switch act {
	case actYield:
		t.yield(ctx)
	case actResolve:
		t.resolve(ctx)
	case actLookRoute:
		t.lookRoute(now)
	case actChoose, actLink, actTap, actPlace, actLookHome, actExpire:
		err := t.build(ctx, act, now)
		if err != nil && act == actPlace && t.placeLater(now) {
			return
		}
		t.noteBuilt(act, err, now)
	case actEndpoint:
		t.word(act, t.engine.SetEndpoint(f.names, f.spec, f.endpoint))
		f.told, f.nudge = f.endpoint, true
		if !f.link.LastHandshake.IsZero() && now.Sub(f.link.LastHandshake) > sessionRenewed || f.noAnswer {
			f.doubt(now)
		}
	case actSilence:
		t.word(act, t.engine.Silence(f.names, f.spec))
		f.awake = false
	case actNudge:
		t.observe(now)
		f.nudgedAt, f.nudgedRx = now, f.link.RxBytes
		t.word(act, t.engine.Nudge(f.names, f.spec))
		f.awake, f.nudge = true, false
	case actRehandshake:
		t.rehandshake(now)
	case actAlternate:
		t.alternate(now)
	case actSolicit:
		t.solicit(now)
	case actLookDAD:
		t.lookDAD(now)
	case actVouch:
		t.word(act, t.engine.Vouch(f.names))
		f.vouched = true
	case actCheck:
		t.check()
	case actRepair:
		t.repair(now)
	case actProbe:
		t.probe(ctx, which, now)
	case actObserve:
		t.observe(now)
		if now.Sub(f.link.LastHandshake) >= sessionStale {
			f.nudge = true
			f.resolveAgain(now)
		}
	}
}

// word notes a failed word to the link: something of ours is not as it was.
func (t *tunnel) word(act action, err error) {
	if err != nil {
		t.log.Warn("the link did not take it", "action", string(act), "err", err)
		t.facts.intactKnown = false
	}
}

// build makes one part of the tunnel.
func (t *tunnel) build(ctx context.Context, act action, now time.Time) error {
	f := t.facts
	switch act {
	case actChoose:
		return t.choose()
	case actLink:
		secrets, err := t.deps.Keys.Secrets(f.spec.PublicKey)
		if err != nil {
			return &keyError{err}
		}
		if err := t.engine.UpLink(f.names, f.spec, secrets, f.endpoint); err != nil {
			return err
		}
		f.linkUp, f.told = true, f.endpoint
		// An adopted link may have its keepalive even where we gave it no endpoint: then it is silenced next.
		f.awake, f.nudge = true, false
	case actTap:
		if err := t.engine.UpTap(f.names, f.spec); err != nil {
			return err
		}
		if err := t.listen(ctx); err != nil {
			return err
		}
		f.tapUp, f.introduced, f.vouched, f.solicitDue, f.solicits = true, false, false, now, 0
	case actLookHome:
		home, err := t.deps.Host.AtHome(f.prefix)
		if err != nil {
			return err
		}
		f.homeKnown, f.atHome = true, home
	case actPlace:
		p := f.placement(now)
		if err := t.deps.Host.Place(f.names, f.spec, p, f.validFor(now)); err != nil {
			return err
		}
		if f.placed == nil || f.placed.Address != p.Address {
			f.dadKnown = false
		}
		f.placed, f.renew, f.placeDue = &p, false, time.Time{}
	case actExpire:
		if err := t.deps.Host.Clear(f.names); err != nil {
			return err
		}
		f.noteExpired(now)
	}
	return nil
}

// placeLater says whether placing failed only because of DAD. The kernel takes no route from an address that failed
// it (over a short way that is a matter of microseconds, so this may be the first that we notice), nor, where it was
// built without CONFIG_IPV6_OPTIMISTIC_DAD, from one that is still tentative.
func (t *tunnel) placeLater(now time.Time) bool {
	f := t.facts
	switch t.lookDAD(now); f.dad {
	case plan.DADDuplicate:
		return true
	case plan.DADTentative:
		f.placeDue = now.Add(placeAgain)
		return true
	default:
		return false
	}
}

// choose takes an engine, and has the others give up what they may hold of the slot: an earlier helper, or the
// tunnel before this one, may have used another.
func (t *tunnel) choose() error {
	engine, refusal := t.deps.choose(t.facts.spec)
	if refusal != nil {
		return &engineError{refusal.Message}
	}
	for _, e := range t.deps.Engines {
		if e == engine {
			continue
		}
		if err := e.Down(t.facts.names); err != nil {
			return fmt.Errorf("take down what the %s engine left: %w", e.Kind(), err)
		}
	}
	t.engine, t.facts.chosen = engine, true
	return nil
}

// engineError says why there is no engine.
type engineError struct{ message string }

func (e *engineError) Error() string { return e.message }

// keyError keeps a missing key apart from everything else that does not exist.
type keyError struct{ err error }

func (e *keyError) Error() string { return e.err.Error() }
func (e *keyError) Unwrap() error { return e.err }

func (t *tunnel) noteBuilt(act action, err error, now time.Time) {
	f := t.facts
	if err == nil {
		f.buildErr, f.builds = nil, 0
		return
	}
	if errors.Is(err, fs.ErrNotExist) && act != actLink {
		// An interface went while we worked on it: start over from the link.
		f.linkUp, f.tapUp, f.placed = false, false, nil
	}
	if f.buildErr == nil || f.buildErr.Error() != err.Error() {
		t.log.Error("cannot "+string(act), "err", err)
	}
	f.buildErr, f.buildDue = err, now.Add(backoff(f.builds))
	f.builds++
}

// listen hears the advertisements of the present tap.
func (t *tunnel) listen(ctx context.Context) error {
	if t.listening != nil {
		t.listening()
	}
	ctx, t.listening = context.WithCancel(ctx)
	heard, err := t.deps.Prober.Advertisements(ctx, t.facts.names.Tap)
	if err != nil {
		return err
	}
	t.tasks.Go(func() {
		for adv := range heard {
			t.post(ctx, func(now time.Time) { t.facts.noteAdvertisement(adv, now) })
		}
	})
	return nil
}

func (t *tunnel) resolve(ctx context.Context) {
	f := t.facts
	f.resolving, f.resolveDue = true, time.Time{}
	host, mark := f.spec.Hub.Endpoint.Host, f.names.Mark
	t.task(ctx, func(ctx context.Context) func(time.Time) {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		addrs, err := t.deps.Resolver.Resolve(ctx, host, mark)
		if err == nil && len(addrs) == 0 {
			err = fmt.Errorf("look up %s: it has no address", host)
		}
		return func(now time.Time) { f.noteResolved(addrs, err, now) }
	})
}

// lookRoute takes the first of the hub's addresses, from the preferred one on, to which there is a way.
func (t *tunnel) lookRoute(now time.Time) {
	f := t.facts
	for i := range f.candidates {
		addr := f.candidates[(f.candidate+i)%len(f.candidates)]
		if u, ok := t.deps.Monitor.RouteTo(addr, f.names.Mark); ok {
			f.noteRoute(netip.AddrPortFrom(addr, f.spec.Hub.Endpoint.Port), u, true, now)
			return
		}
	}
	online := false
	for _, addr := range somewhere {
		_, ok := t.deps.Monitor.RouteTo(addr, f.names.Mark)
		online = online || ok
	}
	f.noteRoute(netip.AddrPort{}, plan.Underlay{}, online, now)
}

// rehandshake, unless the nudge was answered meanwhile. When the nudge is still to come nobody can have answered. Each
// throws away the handshake before it, so that on a slow way the last must be left alone: the rest is WireGuard's.
func (t *tunnel) rehandshake(now time.Time) {
	f := t.facts
	f.rehandshakeAt = time.Time{}
	if f.nudge {
		f.rehandshakeAt = now.Add(answerIn)
	} else if t.observe(now); f.answered() {
		return
	} else if f.rehandshakes++; f.rehandshakes == 1 {
		f.rehandshakeAt = now.Add(rehandshakeIn)
	}
	t.word(actRehandshake, t.engine.Rehandshake(f.names))
	f.noteGivenUp(now)
}

// alternate: no handshake in time. Say so, and try the next address.
func (t *tunnel) alternate(now time.Time) {
	f := t.facts
	t.observe(now)
	if !f.link.LastHandshake.Before(f.tryingAt) {
		f.alternate = time.Time{}
		return
	}
	f.noAnswer = true
	f.alternate = now.Add(handshakeIn)
	f.resolveAgain(now)
	if len(f.candidates) > 1 {
		f.candidate = (f.candidate + 1) % len(f.candidates)
		f.routeKnown = false
	}
}

func (t *tunnel) solicit(now time.Time) {
	f := t.facts
	if err := t.deps.Prober.Solicit(f.names.Tap, plan.LinkLocal(f.spec.MAC)); err != nil {
		t.log.Debug("cannot solicit a router yet", "err", err)
		f.solicitDue = now.Add(min(50*time.Millisecond<<min(f.solicits, 10), backoff(f.solicits)))
	} else {
		f.introduced = true
		f.solicitDue = now.Add(backoff(f.solicits))
	}
	f.solicits++
}

func (t *tunnel) lookDAD(now time.Time) {
	f := t.facts
	dad, err := t.deps.Host.DAD(f.names, f.address())
	if err != nil {
		t.log.Warn("cannot read the state of DAD", "err", err)
		dad = f.dad
	}
	// Only an address that passed has its limit set (see Host.Place).
	f.renew = f.renew || dad == plan.DADOK && f.dad != plan.DADOK && !f.prefixUntil.IsZero()
	f.dadKnown, f.dad, f.dadDue = true, dad, now.Add(dadFallback)
}

func (t *tunnel) check() {
	f := t.facts
	host, hostErr := t.deps.Host.Intact(f.names, f.spec, *f.placed)
	engine, engineErr := t.engine.Intact(f.names, f.spec)
	if err := errors.Join(hostErr, engineErr); err != nil {
		t.log.Warn("cannot check what is ours", "err", err)
	}
	f.intactKnown, f.damaged = true, hostErr == nil && !host || engineErr == nil && !engine
}

// repair has everything built again; what is there still is left alone.
func (t *tunnel) repair(now time.Time) {
	f := t.facts
	t.log.Warn("something of ours was changed from outside; putting it back")
	f.repairs++
	f.repairTimes = append(f.repairTimes, now)
	if len(f.repairTimes) > maxRepairs {
		f.repairTimes = f.repairTimes[1:]
	}
	f.damaged, f.linkUp, f.tapUp, f.placed = false, false, false, nil
	f.senses[levelLink].hurry(now)
	f.senses[levelEthernet].hurry(now)
}

func (t *tunnel) observe(now time.Time) {
	s, err := t.engine.Observe(t.facts.names)
	if err != nil {
		t.word(actObserve, err)
		return
	}
	t.facts.noteLink(s, now)
}

// yield leaves the identity to the device that has it: everything goes, and stays so until the desired state is
// set anew. Before that the owner is made to say something, so that the hub's bridge finds it again behind its own
// port: our first frames had the same MAC.
func (t *tunnel) yield(ctx context.Context) {
	f := t.facts
	f.yielded = true
	f.noteUnverified()
	f.forgetReadings()
	contested := f.address()
	if !contested.IsValid() {
		contested = plan.LinkLocal(f.spec.MAC)
	}
	if err := t.engine.Disown(f.names); err != nil {
		t.log.Warn("cannot give the MAC up", "err", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	if mac, err := t.deps.Prober.Owner(ctx, f.names.Tap, contested); err != nil {
		t.log.Debug("the other device does not say its MAC", "err", err)
	} else {
		f.dupMAC = mac
	}
	t.log.Error("another device uses this identity; the tunnel is taken down")
	for _, cancel := range append(t.probes[:], t.listening) {
		if cancel != nil {
			cancel()
		}
	}
	if err := t.takeDown(); err != nil {
		t.log.Error("cannot take the tunnel down", "err", err)
	}
}

// takeDown removes all of the tunnel.
func (t *tunnel) takeDown() error { return t.deps.takeDown(t.facts.names) }

// takeDown removes all of a slot, whichever engine carried it. It goes on after a failure.
func (d *Deps) takeDown(n plan.Names) error {
	errs := []error{d.Host.Clear(n)}
	for _, e := range d.Engines {
		errs = append(errs, e.Down(n))
	}
	return errors.Join(errs...)
}
