package reconcile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/proto"
)

// errStopping is answered to who comes after Run has ended.
var errStopping = &proto.Error{Name: proto.ErrInternal, Message: "the helper is stopping"}

// Set takes the whole desired configuration. It is stored before the machine is touched. Set returns once it is
// accepted, while the bring-up goes on, except that what is taken down is down on return. The same twice is no
// change, but a tunnel that gave up is tried again. Refusals are *proto.Error and change nothing.
func (m *Manager) Set(ctx context.Context, tunnels []plan.Tunnel) (changed bool, err error) {
	select {
	case <-m.turn:
		defer func() { m.turn <- struct{}{} }()
	case <-m.ended:
		return false, errStopping
	case <-ctx.Done():
		return false, ctx.Err()
	}
	m.mu.Lock()
	var before []Assigned
	again := false
	for _, r := range m.desired {
		before = append(before, r.Assigned)
		again = again || r.gaveUp()
	}
	m.mu.Unlock()
	next, err := assign(before, tunnels)
	if err != nil {
		return false, err
	}
	if slices.Equal(before, next) {
		if again {
			return false, m.apply(next)
		}
		return false, nil
	}
	for i, t := range tunnels {
		if slices.ContainsFunc(before, func(a Assigned) bool { return a.Tunnel == t }) {
			continue // it runs, or says itself why not
		}
		if err := m.admit(t); err != nil {
			err.Field = fmt.Sprintf("desired.tunnels[%d].%s", i, err.Field)
			return false, err
		}
	}
	if err := m.deps.Store.Save(next); err != nil {
		return false, fmt.Errorf("store the desired configuration: %w", err)
	}
	return true, m.apply(next)
}

// admit refuses a tunnel that cannot come up whatever the network does.
func (m *Manager) admit(t plan.Tunnel) *proto.Error {
	if _, err := m.deps.choose(t); err != nil {
		err.Field = "engine"
		return err
	}
	switch _, err := m.deps.Keys.Secrets(t.PublicKey); {
	case errors.Is(err, fs.ErrNotExist):
		return &proto.Error{
			Name: proto.ErrKeyMissing, Field: "publicKey", Quoted: t.PublicKey.String(),
			Message: "the helper has no private key for it",
		}
	case err != nil:
		return &proto.Error{Name: proto.ErrInternal, Field: "publicKey", Message: err.Error()}
	}
	return nil
}

// assign gives each tunnel the slot that its name has, or the lowest free one.
func assign(before []Assigned, tunnels []plan.Tunnel) ([]Assigned, error) {
	if len(tunnels) > plan.MaxSlots {
		return nil, &proto.Error{
			Name: proto.ErrTooManyTunnels, Field: "desired.tunnels",
			Message: fmt.Sprintf("%d tunnels, the helper can hold %d", len(tunnels), plan.MaxSlots),
		}
	}
	taken := map[int]bool{}
	slots := map[string]int{}
	for _, a := range before {
		if slices.ContainsFunc(tunnels, func(t plan.Tunnel) bool { return t.Name == a.Tunnel.Name }) {
			slots[a.Tunnel.Name] = a.Slot
			taken[a.Slot] = true
		}
	}
	var next []Assigned
	for _, t := range tunnels {
		slot, ok := slots[t.Name]
		for i := 0; !ok; i++ {
			if !taken[i] {
				slot, ok = i, true
				taken[i] = true
			}
		}
		next = append(next, Assigned{Slot: slot, Tunnel: t})
	}
	return next, nil
}

// UsesKey reports whether a desired tunnel has the public key.
func (m *Manager) UsesKey(k plan.Key) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.ContainsFunc(m.desired, func(r *running) bool { return r.Tunnel.PublicKey == k })
}

// Probe measures now all that can be measured, and returns when the last answer has come or its time is over.
func (m *Manager) Probe(ctx context.Context, name string) (proto.Reachability, error) {
	m.mu.Lock()
	var t *tunnel
	for _, r := range m.desired {
		if r.Tunnel.Name == name {
			t = r.tunnel
		}
	}
	m.mu.Unlock()
	if t == nil {
		return proto.Reachability{}, &proto.Error{
			Name: proto.ErrNoSuchTunnel, Field: "tunnel", Quoted: name, Message: "no such tunnel is desired",
		}
	}
	return t.refresh(ctx)
}
