// Package userspace is the engine that carries a tunnel in this process: wireguard-go and our own GRETAP behind a TUN
// and a TAP. It needs no module of the kernel for either.
//
//	mtap0 (TAP)  <->  datapath  <->  wireguard-go  <->  UDP, marked
//	mwg0  (TUN)  <------/
//
// Both interfaces go with the process, whatever ends it, so nothing of this engine is ever left over. Addresses,
// routes and rules on them are the host's (package link).
package userspace

import (
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"sync"

	"mooring.dev/helpers/internal/plan"
)

// Engine carries tunnels in this process. It implements reconcile.Engine; its methods may be called by several
// goroutines.
type Engine struct {
	log     *slog.Logger
	machine machine
	slots   [plan.MaxSlots]slot
}

// slot holds what carries its tunnel.
type slot struct {
	mu      sync.Mutex // guards carrier and all that is in it; held during each method of the engine
	carrier *carrier   // nil: the tunnel is down
}

// New only assembles.
func New(log *slog.Logger) *Engine { return &Engine{log: log, machine: newMachine()} }

// Kind is userspace.
func (e *Engine) Kind() plan.EngineKind { return plan.EngineUserspace }

// Lacks names what this machine is missing.
func (e *Engine) Lacks() []string { return e.machine.lacks() }

// Recover has nothing to put back: the engine changes nothing outside its own interfaces.
func (e *Engine) Recover() error { return nil }

// Leftovers finds nothing: the interfaces went with the process that had them.
func (e *Engine) Leftovers() ([]int, error) { return nil, nil }

// UpLink makes the TUN and WireGuard match. A link that runs with the same key and port keeps its session.
func (e *Engine) UpLink(n plan.Names, t plan.Tunnel, s plan.Secrets, endpoint netip.AddrPort) error {
	slot, unlock := e.lock(n)
	defer unlock()
	if c := slot.carrier; c != nil && !c.runs(t, s) {
		c.close()
		slot.carrier = nil
	}
	if slot.carrier == nil {
		c, err := start(e.log, e.machine, n, t, s)
		if err != nil {
			return err
		}
		slot.carrier = c
	}
	if err := slot.carrier.upLink(n, t); err != nil {
		return err
	}
	return slot.carrier.point(t, s, endpoint)
}

// UpTap makes the TAP match.
func (e *Engine) UpTap(n plan.Names, t plan.Tunnel) error {
	return e.do(n, func(c *carrier) error { return c.upTap(n, t) })
}

// SetEndpoint points WireGuard at another address of the hub.
func (e *Engine) SetEndpoint(n plan.Names, t plan.Tunnel, endpoint netip.AddrPort) error {
	return e.do(n, func(c *carrier) error { return c.setEndpoint(endpoint, t.Hub.Address) })
}

// Nudge sends by the session that there is, and starts a new handshake beside it: a hub that has forgotten the session
// then answers after one round trip.
func (e *Engine) Nudge(n plan.Names, _ plan.Tunnel) error { return e.do(n, (*carrier).nudge) }

// Silence stops the persistent keepalive.
func (e *Engine) Silence(n plan.Names, _ plan.Tunnel) error { return e.do(n, (*carrier).silence) }

// Rehandshake forgets the session and starts a handshake, unless one that was started since the newest nudge may still
// be answered.
func (e *Engine) Rehandshake(n plan.Names) error { return e.do(n, (*carrier).rehandshake) }

// Observe reads the newest handshake, the endpoint in use and the counters.
func (e *Engine) Observe(n plan.Names) (s plan.LinkState, err error) {
	err = e.do(n, func(c *carrier) error {
		s, err = c.observe()
		return err
	})
	return s, err
}

// Vouch lets the TAP refuse what nobody here waits for.
func (e *Engine) Vouch(n plan.Names) error {
	return e.do(n, func(c *carrier) error {
		if c.quiet != nil {
			c.quiet.vouched.Store(true)
		}
		return nil
	})
}

// Disown gives the TAP a chance MAC.
func (e *Engine) Disown(n plan.Names) error {
	return e.do(n, func(c *carrier) error { return c.disown(n) })
}

// Intact is false when WireGuard has ended, or an interface is not the one that was made, down or without its address.
func (e *Engine) Intact(n plan.Names, t plan.Tunnel) (bool, error) {
	slot, unlock := e.lock(n)
	defer unlock()
	if slot.carrier == nil {
		return false, nil
	}
	return slot.carrier.intact(n, t)
}

// Down ends WireGuard, and with it both interfaces. Others' interfaces by our names stay.
func (e *Engine) Down(n plan.Names) error {
	slot, unlock := e.lock(n)
	defer unlock()
	if slot.carrier != nil {
		slot.carrier.close()
		slot.carrier = nil
	}
	return nil
}

func (e *Engine) lock(n plan.Names) (*slot, func()) {
	s := &e.slots[n.Slot]
	s.mu.Lock()
	return s, s.mu.Unlock
}

// do has f done with what carries the tunnel; fs.ErrNotExist when nothing does.
func (e *Engine) do(n plan.Names, f func(*carrier) error) error {
	slot, unlock := e.lock(n)
	defer unlock()
	if slot.carrier == nil {
		return fmt.Errorf("%s: %w", n.Link, fs.ErrNotExist)
	}
	return f(slot.carrier)
}
