//go:build !linux && !darwin

package link

import (
	"net/netip"
	"time"

	"mooring.dev/helpers/internal/plan"
)

type hostState struct{}

// Place gives ErrUnsupported.
func (*Host) Place(plan.Names, plan.Tunnel, plan.Placement, time.Duration) error {
	return ErrUnsupported
}

// Intact gives ErrUnsupported.
func (*Host) Intact(plan.Names, plan.Tunnel, plan.Placement) (bool, error) {
	return false, ErrUnsupported
}

// DAD gives ErrUnsupported.
func (*Host) DAD(plan.Names, netip.Addr) (plan.DAD, error) { return plan.DADNone, ErrUnsupported }

// AtHome gives ErrUnsupported.
func (*Host) AtHome(netip.Prefix) (bool, error) { return false, ErrUnsupported }

// Clear does nothing: there can be nothing.
func (*Host) Clear(plan.Names) error { return nil }

// Leftovers finds nothing.
func (*Host) Leftovers() ([]int, error) { return nil, nil }
