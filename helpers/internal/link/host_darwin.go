package link

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"mooring.dev/helpers/internal/macos"
	"mooring.dev/helpers/internal/plan"
)

// hostState is what a Host keeps between calls.
type hostState struct {
	published macos.Publisher // what configd was told
}

// Place performs the differences, and publishes the stable address. A failure of the latter is only logged: names
// without A records are then not found on an IPv4-only underlay, and all else works.
func (h *Host) Place(n plan.Names, t plan.Tunnel, p plan.Placement, valid time.Duration) error {
	name := macos.Interface(n.Tap)
	tap, err := macos.Look(name)
	if err != nil {
		return err
	}
	if tap == nil {
		return ErrNoLink(name)
	}
	for _, s := range macos.Differences(*tap, t, p, valid, time.Now()) {
		if err := macos.Perform(name, s); err != nil {
			return err
		}
		h.log.Debug("placed", "what", s.String())
	}
	if p.Valid() {
		if err := h.published.Publish(n.Slot, name, p.Address); err != nil {
			h.log.Warn("the system does not learn of the tunnel's IPv6", "err", err)
		}
	}
	return nil
}

// Intact is false when an address or the route is missing or has changed.
func (h *Host) Intact(n plan.Names, t plan.Tunnel, p plan.Placement) (bool, error) {
	tap, err := macos.Look(macos.Interface(n.Tap))
	if err != nil || tap == nil {
		return false, err
	}
	steps := macos.Differences(*tap, t, p, macos.AnyLifetime, time.Now())
	for _, s := range steps {
		h.log.Debug("not intact", "missing", s.String())
	}
	return len(steps) == 0, nil
}

// DAD reads the flags of the tap's addresses.
func (h *Host) DAD(n plan.Names, addr netip.Addr) (plan.DAD, error) {
	return macos.DAD(macos.Interface(n.Tap), addr)
}

// AtHome looks through the addresses of all interfaces that are not ours.
func (h *Host) AtHome(prefix netip.Prefix) (bool, error) {
	all, err := net.Interfaces()
	if err != nil {
		return false, fmt.Errorf("list interfaces: %w", err)
	}
	for _, i := range all {
		if macos.IsOwn(i.Name) {
			continue
		}
		addresses, err := macos.Addresses(&i)
		if err != nil {
			continue // gone meanwhile; the monitor tells
		}
		for _, a := range addresses {
			if prefix.Contains(a.Addr()) {
				return true, nil
			}
		}
	}
	return false, nil
}

// Clear withdraws what was published, removes the default route, and a tap that a killed helper left with all that
// lies on it. It goes on after a failure.
func (h *Host) Clear(n plan.Names) error {
	h.published.Withdraw(n.Slot)
	if err := macos.DropLeftover(n.Slot); err != nil {
		return err
	}
	name := macos.Interface(n.Tap)
	tap, err := macos.Look(name)
	if err != nil || tap == nil {
		return err
	}
	var errs []error
	for _, s := range macos.Clearing(*tap) {
		errs = append(errs, macos.Perform(name, s))
	}
	return errors.Join(errs...)
}

// Leftovers lists the slots whose tap outlived a killed helper: a feth does, unlike all other interfaces of ours.
func (h *Host) Leftovers() ([]int, error) {
	var slots []int
	var errs []error
	for slot := range plan.MaxSlots {
		left, err := macos.IsLeftover(slot)
		if left {
			slots = append(slots, slot)
		}
		errs = append(errs, err)
	}
	return slots, errors.Join(errs...)
}
