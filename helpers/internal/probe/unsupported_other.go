//go:build !linux && !darwin

package probe

import (
	"context"
	"net/netip"
	"syscall"
	"time"

	"mooring.dev/helpers/internal/plan"
)

// Echo gives ErrUnsupported.
func (*Prober) Echo(context.Context, string, netip.Addr, netip.Addr) (time.Duration, error) {
	return 0, ErrUnsupported
}

// Neighbour gives ErrUnsupported.
func (*Prober) Neighbour(context.Context, string, netip.Addr, netip.Addr) (time.Duration, error) {
	return 0, ErrUnsupported
}

// Owner gives ErrUnsupported.
func (*Prober) Owner(context.Context, string, netip.Addr) ([6]byte, error) {
	return [6]byte{}, ErrUnsupported
}

// Solicit gives ErrUnsupported.
func (*Prober) Solicit(string, netip.Addr) error { return ErrUnsupported }

// Advertisements gives ErrUnsupported.
func (*Prober) Advertisements(context.Context, string) (<-chan plan.Advertisement, error) {
	return nil, ErrUnsupported
}

// markSocket marks nothing.
func markSocket(uint32) func(string, string, syscall.RawConn) error { return nil }
