//go:build !linux && !darwin

package netmon

import (
	"context"
	"net/netip"

	"mooring.dev/helpers/internal/plan"
)

type monitorState struct{}

// Run gives ErrUnsupported.
func (m *Monitor) Run(context.Context) error { return ErrUnsupported }

// RouteTo knows no route.
func (m *Monitor) RouteTo(netip.Addr, uint32) (plan.Underlay, bool) { return plan.Underlay{}, false }
