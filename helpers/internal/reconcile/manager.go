package reconcile

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/proto"
)

// Deps are what a Manager works with. Engines are in the order of preference; Only, if it names one, is the only one
// that tunnels are offered, and the others merely clean what earlier helpers left.
type Deps struct {
	Engines  []Engine
	Only     plan.EngineKind // "" and auto: all
	Host     Host
	Monitor  Monitor
	Prober   Prober
	Resolver Resolver
	Keys     KeyStore
	Store    Store
	Log      *slog.Logger
	Version  string
}

// Manager holds the one desired configuration and a running tunnel for each entry of it.
type Manager struct {
	deps    Deps
	started time.Time

	// turn is held (by taking its only token) by whoever changes the desired configuration. It is filled when
	// Run has taken over what was stored, and emptied for good when Run ends.
	turn  chan struct{}
	ended chan struct{}

	// mu guards everything below. It may be taken while turn is held, never the other way round, and nothing
	// is called under it.
	mu          sync.Mutex
	desired     []*running
	subscribers map[chan proto.Status]struct{}
}

// running is an entry of the desired configuration. The list has the order in which it was set, and is replaced
// as a whole, never altered.
type running struct {
	Assigned
	tunnel *tunnel
	status proto.TunnelStatus // guarded by the manager's mu
}

// gaveUp reports whether the tunnel waits for a person to ask for it again.
func (r running) gaveUp() bool {
	return r.status.Fault != nil && r.status.Fault.Cause == proto.CauseDuplicateIdentity
}

// New only assembles; Run starts.
func New(deps Deps) *Manager {
	return &Manager{
		deps:        deps,
		started:     time.Now(),
		turn:        make(chan struct{}, 1),
		ended:       make(chan struct{}),
		subscribers: map[chan proto.Status]struct{}{},
	}
}

// Run cleans what an earlier helper left and nobody desires, takes over the stored configuration, and serves
// until ctx ends. Then it takes everything down; the stored configuration stays for the next start.
func (m *Manager) Run(ctx context.Context) error {
	defer close(m.ended)
	stored, err := m.deps.Store.Load()
	if err != nil {
		// Better a helper without tunnels, which can be asked for them, than none.
		m.deps.Log.Error("starting without the stored tunnels", "err", err)
		stored = nil
	}
	for _, e := range m.deps.Engines {
		if err := e.Recover(); err != nil {
			m.deps.Log.Error("cannot put back what an earlier helper changed", "engine", e.Kind(), "err", err)
		}
	}
	m.clean(stored)
	m.apply(stored) // nothing runs yet, so nothing can fail to end
	m.turn <- struct{}{}
	for {
		select {
		case c := <-m.deps.Monitor.Changes():
			m.mu.Lock()
			for _, r := range m.desired {
				r.tunnel.changes.put(c)
			}
			m.mu.Unlock()
		case <-ctx.Done():
			<-m.turn
			return m.apply(nil)
		}
	}
}

// clean removes what is ours by name and number in slots that are not desired.
func (m *Manager) clean(stored []Assigned) {
	slots, err := m.deps.leftovers()
	if err != nil {
		m.deps.Log.Error("cannot look for leftovers", "err", err)
	}
	for _, slot := range slots {
		wanted := false
		for _, a := range stored {
			wanted = wanted || a.Slot == slot
		}
		if wanted {
			continue
		}
		m.deps.Log.Warn("cleaning what an earlier helper left", "slot", slot)
		if err := m.deps.takeDown(plan.NamesFor(slot)); err != nil {
			m.deps.Log.Error("cannot clean", "slot", slot, "err", err)
		}
	}
}

// leftovers are the slots of which anything is on this machine, in order.
func (d *Deps) leftovers() ([]int, error) {
	slots, err := d.Host.Leftovers()
	errs := []error{err}
	for _, e := range d.Engines {
		more, err := e.Leftovers()
		slots, errs = append(slots, more...), append(errs, err)
	}
	slices.Sort(slots)
	return slices.Compact(slots), errors.Join(errs...)
}

// apply makes the running tunnels those of next: what is equal keeps running untouched, unless it gave up, what
// changed is replaced by a tunnel that adopts what matches, what is gone is taken down. turn must be held.
func (m *Manager) apply(next []Assigned) error {
	m.mu.Lock()
	before := m.desired
	m.mu.Unlock()

	var after []*running
	var starting []*tunnel
	kept := map[*tunnel]bool{}
	for _, a := range next {
		if r := find(before, a.Slot); r != nil && r.Tunnel == a.Tunnel && !r.gaveUp() {
			after = append(after, r)
			kept[r.tunnel] = true
			continue
		}
		t := newTunnel(&m.deps, a, func(s proto.TunnelStatus) { m.note(a.Slot, s) })
		after = append(after, &running{Assigned: a, tunnel: t, status: t.last})
		starting = append(starting, t)
	}
	var ending sync.WaitGroup
	errs := make([]error, len(before))
	for i, r := range before {
		if kept[r.tunnel] {
			continue
		}
		successor := find(after, r.Slot)
		keep := successor != nil && successor.Tunnel.Engine == r.Tunnel.Engine
		ending.Go(func() { errs[i] = r.tunnel.halt(keep) })
	}
	ending.Wait()

	m.mu.Lock()
	m.desired = after
	m.broadcastLocked()
	m.mu.Unlock()
	for _, t := range starting {
		t.start()
	}
	return errors.Join(errs...)
}

func find(list []*running, slot int) *running {
	for _, r := range list {
		if r.Slot == slot {
			return r
		}
	}
	return nil
}

// note takes a tunnel's new status and tells the subscribers.
func (m *Manager) note(slot int, s proto.TunnelStatus) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := find(m.desired, slot); r != nil {
		r.status = s
		m.broadcastLocked()
	}
}

// Status is a snapshot of everything observed.
func (m *Manager) Status() proto.Status {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.statusLocked()
}

func (m *Manager) statusLocked() proto.Status {
	s := proto.Status{Version: m.deps.Version, Tunnels: []proto.TunnelStatus{}}
	for _, r := range m.desired {
		s.Tunnels = append(s.Tunnels, r.status)
	}
	return s
}

// Subscribe gives the present snapshot and then each newer one; a subscriber that is slow gets the newest only.
// cancel ends it and closes the channel.
func (m *Manager) Subscribe() (snapshot proto.Status, changes <-chan proto.Status, cancel func()) {
	ch := make(chan proto.Status, 1)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.subscribers[ch] = struct{}{}
	return m.statusLocked(), ch, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if _, ok := m.subscribers[ch]; ok {
			delete(m.subscribers, ch)
			close(ch)
		}
	}
}

func (m *Manager) broadcastLocked() {
	s := m.statusLocked()
	for ch := range m.subscribers {
		select {
		case <-ch:
		default:
		}
		ch <- s // has room: only this puts, and it holds the lock
	}
}
