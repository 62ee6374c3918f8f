package link

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/plan"
)

type hostState struct{}

// step is one difference between what is there and what shall be.
type step struct {
	what string
	do   func() error
}

// differences compares everything that a placement stands for with the machine: addresses first, since routes
// name one as their source, then routes, then rules, so that no rule points into an empty table. The zero
// placement asks for the link-local alone and takes nothing away: after a crash, what was learned from an RA
// serves until the next RA says it again.
func differences(n plan.Names, t plan.Tunnel, p plan.Placement, valid time.Duration) ([]step, error) {
	tap, err := Existing(n.Tap)
	if err != nil {
		return nil, err
	}
	var all []step
	for _, part := range []func() ([]step, error){
		func() ([]step, error) { return addressSteps(tap, n, t, p, valid) },
		func() ([]step, error) { return routeSteps(tap, n, p) },
		func() ([]step, error) { return ruleSteps(n, p) },
	} {
		steps, err := part()
		if err != nil {
			return nil, err
		}
		all = append(all, steps...)
		if !p.Valid() {
			break
		}
	}
	return all, nil
}

// Place performs the differences. valid is the lifetime of the stable address, [plan.Forever] when nobody
// limits it; the kernel removes the address when it ends.
func (h *Host) Place(n plan.Names, t plan.Tunnel, p plan.Placement, valid time.Duration) error {
	steps, err := differences(n, t, p, valid)
	if err != nil {
		return err
	}
	for _, s := range steps {
		if err := s.do(); err != nil {
			return fmt.Errorf("%s: %w", s.what, err)
		}
		h.log.Debug("placed", "what", s.what)
	}
	return nil
}

// Intact is false when an address, a route or a rule is missing or has changed.
func (h *Host) Intact(n plan.Names, t plan.Tunnel, p plan.Placement) (bool, error) {
	steps, err := differences(n, t, p, anyLifetime)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	for _, s := range steps {
		h.log.Debug("not intact", "missing", s.what)
	}
	return len(steps) == 0, err
}

// Clear removes the rules and routes of the slot; addresses go with the tap. It goes on after a failure.
func (h *Host) Clear(n plan.Names) error { return errors.Join(clearRules(n), clearRoutes(n)) }

// Leftovers lists the slots that have a rule of ours. Routes and addresses are gone with their tap.
func (h *Host) Leftovers() ([]int, error) {
	var slots []int
	for slot := range plan.MaxSlots {
		rules, err := ownRules(plan.NamesFor(slot))
		if err != nil {
			return nil, err
		}
		if len(rules) > 0 {
			slots = append(slots, slot)
		}
	}
	return slots, nil
}

// isGone tells the kernel's words for something that is not there any more.
func isGone(err error) bool {
	return errors.Is(err, unix.ENODEV) || errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ESRCH) ||
		errors.Is(err, unix.EADDRNOTAVAIL)
}
