package reconcile

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/proto"
)

// probe starts one level's probe as a task.
func (t *tunnel) probe(ctx context.Context, l level, started time.Time) {
	f := t.facts
	if t.probes[l] != nil {
		t.probes[l]() // a forgotten one may still be waiting
	}
	bounded, cancel := context.WithTimeout(ctx, f.senses[l].patience())
	t.probes[l] = cancel
	if l == levelLink {
		t.observe(started)
		f.askedRx = f.link.RxBytes
	}
	f.senses[l].nth++
	f.senses[l].inFlight = true
	ask, nth := t.question(l), f.senses[l].nth
	t.task(ctx, func(context.Context) func(time.Time) {
		defer cancel()
		rtt, err := ask(bounded)
		return func(now time.Time) { t.noteProbe(l, nth, rtt, err, started, now) }
	})
}

// patience is how long an answer is waited for: one that was prompt till now is missed sooner.
func (s *sense) patience() time.Duration {
	if !s.isOK() {
		return probeWait
	}
	return min(answerIn+4*s.rtt, probeWait)
}

// question copies what the probe needs, since it runs beside the owner.
func (t *tunnel) question(l level) func(context.Context) (time.Duration, error) {
	f, p := t.facts, t.deps.Prober
	n, linkLocal, router := f.names, plan.LinkLocal(f.spec.MAC), f.router
	switch l {
	case levelLink:
		src, dst := f.spec.Address.Addr(), f.spec.Hub.Address
		return func(ctx context.Context) (time.Duration, error) { return p.Echo(ctx, n.Link, src, dst) }
	case levelEthernet:
		if f.senses[l].isOK() && f.senses[l].misses == 0 {
			// The keepalive: one packet and its reply say all that there is to say.
			return func(ctx context.Context) (time.Duration, error) { return p.Echo(ctx, n.Tap, linkLocal, router) }
		}
		return func(ctx context.Context) (time.Duration, error) {
			return both(ctx, p, n.Tap, linkLocal, router)
		}
	default:
		src, dst := f.address(), f.internetTarget()
		return func(ctx context.Context) (time.Duration, error) { return p.Echo(ctx, n.Tap, src, dst) }
	}
}

// both asks by solicitation and by echo at the same time; the time is that of the echo.
func both(ctx context.Context, p Prober, device string, src, dst netip.Addr) (rtt time.Duration, err error) {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		_, err := p.Neighbour(ctx, device, src, dst)
		return err
	})
	group.Go(func() error {
		var err error
		rtt, err = p.Echo(ctx, device, src, dst)
		return err
	})
	return rtt, group.Wait()
}

func (t *tunnel) noteProbe(l level, nth int, rtt time.Duration, err error, started, now time.Time) {
	f := t.facts
	if nth != f.senses[l].nth || f.yielded {
		return
	}
	if err != nil {
		t.log.Debug("no answer", "level", l.String(), "err", err)
	}
	if f.linkUp {
		t.observe(now)
	}
	f.noteReading(l, nth, rtt, err, started, now)
}

// waiter is a request for fresh readings.
type waiter struct {
	since   time.Time
	missing map[level]bool
	reply   chan proto.Reachability // has room for one
}

// refresh measures all levels that can be, and gives the readings when the last has come.
func (t *tunnel) refresh(ctx context.Context) (proto.Reachability, error) {
	w := &waiter{missing: map[level]bool{}, reply: make(chan proto.Reachability, 1)}
	select {
	case t.events <- func(now time.Time) { t.wait(w, now) }:
	case <-t.done:
		return t.facts.reachability(), nil // nobody owns the facts any more
	case <-ctx.Done():
		return proto.Reachability{}, ctx.Err()
	}
	select {
	case r := <-w.reply:
		return r, nil
	case <-ctx.Done():
		return proto.Reachability{}, ctx.Err()
	}
}

func (t *tunnel) wait(w *waiter, now time.Time) {
	w.since = now
	for l := range levels {
		w.missing[l] = true
		t.facts.senses[l].soon(now)
	}
	t.waiters = append(t.waiters, w)
}

// serve answers the waiters whose levels all have a reading since, or cannot have one now.
func (t *tunnel) serve(now time.Time) {
	t.waiters = slices.DeleteFunc(t.waiters, func(w *waiter) bool {
		for l := range levels {
			if w.missing[l] && (t.facts.senses[l].at.After(w.since) || !t.facts.ready(l, now)) {
				delete(w.missing, l)
			}
		}
		if len(w.missing) == 0 {
			w.reply <- t.facts.reachability()
		}
		return len(w.missing) == 0
	})
}
