package reconcile

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/proto"
)

// tunnel is one desired tunnel and the goroutine that owns its facts.
type tunnel struct {
	deps    *Deps
	log     *slog.Logger
	publish func(proto.TunnelStatus)

	stop    context.CancelFunc
	keep    bool          // set before stop: leave the machine as it is, another takes over
	done    chan struct{} // closed when run has returned
	downErr error         // valid after done: why the take-down was not complete

	changes *mailbox
	events  chan func(now time.Time) // results of tasks and requests, run by the owner

	// The owner's alone.
	facts     *facts
	engine    Engine // nil until chosen
	tasks     sync.WaitGroup
	probes    [levels]context.CancelFunc
	listening context.CancelFunc
	waiters   []*waiter
	last      proto.TunnelStatus
}

func newTunnel(deps *Deps, a Assigned, publish func(proto.TunnelStatus)) *tunnel {
	t := &tunnel{
		deps:    deps,
		log:     deps.Log.With("tunnel", a.Tunnel.Name),
		publish: publish,
		done:    make(chan struct{}),
		changes: newMailbox(),
		events:  make(chan func(time.Time)),
		facts:   newFacts(a.Slot, a.Tunnel, time.Now()),
	}
	t.last = t.facts.status("", time.Now())
	return t
}

// start makes the tunnel run until halt. It must be called once.
func (t *tunnel) start() {
	ctx, cancel := context.WithCancel(context.Background())
	t.stop = cancel
	go func() {
		defer close(t.done)
		defer cancel()
		t.run(ctx)
	}()
}

// halt ends the tunnel and waits. With keep the machine stays as it is, for a successor to adopt.
func (t *tunnel) halt(keep bool) error {
	t.keep = keep
	t.stop()
	<-t.done
	return t.downErr
}

// run alternates between asking next what to do, doing it, and waiting.
func (t *tunnel) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		now := time.Now()
		t.facts.settle(now)
		t.serve(now)
		t.tell(now)
		act, which, wake := next(t.facts, now)
		if act != actWait {
			t.perform(ctx, act, which, now)
			continue
		}
		timer.Stop()
		var alarm <-chan time.Time
		if !wake.IsZero() {
			timer.Reset(wake.Sub(now))
			alarm = timer.C
		}
		select {
		case <-ctx.Done():
		case <-alarm:
		case event := <-t.events:
			event(time.Now())
		case <-t.changes.ready:
			t.facts.noteChange(t.changes.take(), time.Now())
		}
	}
	t.end()
}

// end waits for the tasks, which all listen to the context, and takes everything down unless it is kept.
func (t *tunnel) end() {
	for _, cancel := range append(t.probes[:], t.listening) {
		if cancel != nil {
			cancel()
		}
	}
	t.tasks.Wait()
	for _, w := range t.waiters {
		w.reply <- t.facts.reachability()
	}
	if !t.keep {
		t.downErr = t.takeDown()
	}
}

// task runs f beside the owner; what it returns is run by the owner, unless the tunnel ends before.
func (t *tunnel) task(ctx context.Context, f func(context.Context) func(now time.Time)) {
	t.tasks.Go(func() {
		event := f(ctx)
		t.post(ctx, event)
	})
}

func (t *tunnel) post(ctx context.Context, event func(time.Time)) {
	if event == nil {
		return
	}
	select {
	case t.events <- event:
	case <-ctx.Done():
	}
}

// tell publishes the status if it differs from the one before.
func (t *tunnel) tell(now time.Time) {
	kind := ""
	if t.engine != nil {
		kind = string(t.engine.Kind())
	}
	s := t.facts.status(kind, now)
	if !sameStatus(s, t.last) {
		t.logChange(t.last, s)
		t.last = s
		t.publish(s)
	}
}

// logChange says in one line each what a person would want to find in the log.
func (t *tunnel) logChange(old, s proto.TunnelStatus) {
	if (old.VerifiedSince == nil) != (s.VerifiedSince == nil) {
		if s.VerifiedSince != nil {
			t.log.Info("traffic is verified", "roams", s.Roam.Count)
		} else {
			t.log.Info("traffic is not verified any more")
		}
	}
	if s.Fault != nil && (old.Fault == nil || *old.Fault != *s.Fault) {
		t.log.Warn("does not work", "cause", string(s.Fault.Cause), "detail", s.Fault.Detail)
	}
}

// mailbox holds the changes that its owner has not fetched yet, merged.
type mailbox struct {
	ready chan struct{}

	mu      sync.Mutex // guards pending
	pending plan.Change
}

func newMailbox() *mailbox { return &mailbox{ready: make(chan struct{}, 1)} }

func (m *mailbox) put(c plan.Change) {
	m.mu.Lock()
	m.pending = m.pending.Merge(c)
	m.mu.Unlock()
	select {
	case m.ready <- struct{}{}:
	default:
	}
}

func (m *mailbox) take() plan.Change {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.pending
	m.pending = plan.Change{}
	return c
}
