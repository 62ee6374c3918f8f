//go:build !linux

package link

import (
	"net/netip"

	"mooring.dev/helpers/internal/plan"
)

type kernelState struct{}

// Kind is kernel.
func (*KernelEngine) Kind() plan.EngineKind { return plan.EngineKernel }

// Lacks names both parts: no other kernel has them as Linux does.
func (*KernelEngine) Lacks() []string { return []string{"WireGuard", "GRETAP"} }

// Recover has nothing to put back.
func (*KernelEngine) Recover() error { return nil }

// UpLink gives ErrUnsupported.
func (*KernelEngine) UpLink(plan.Names, plan.Tunnel, plan.Secrets, netip.AddrPort) error {
	return ErrUnsupported
}

// UpTap gives ErrUnsupported.
func (*KernelEngine) UpTap(plan.Names, plan.Tunnel) error { return ErrUnsupported }

// SetEndpoint gives ErrUnsupported.
func (*KernelEngine) SetEndpoint(plan.Names, plan.Tunnel, netip.AddrPort) error {
	return ErrUnsupported
}

// Nudge gives ErrUnsupported.
func (*KernelEngine) Nudge(plan.Names, plan.Tunnel) error { return ErrUnsupported }

// Silence gives ErrUnsupported.
func (*KernelEngine) Silence(plan.Names, plan.Tunnel) error { return ErrUnsupported }

// Rehandshake gives ErrUnsupported.
func (*KernelEngine) Rehandshake(plan.Names) error { return ErrUnsupported }

// Observe gives ErrUnsupported.
func (*KernelEngine) Observe(plan.Names) (plan.LinkState, error) {
	return plan.LinkState{}, ErrUnsupported
}

// Vouch gives ErrUnsupported.
func (*KernelEngine) Vouch(plan.Names) error { return ErrUnsupported }

// Disown gives ErrUnsupported.
func (*KernelEngine) Disown(plan.Names) error { return ErrUnsupported }

// Intact gives ErrUnsupported.
func (*KernelEngine) Intact(plan.Names, plan.Tunnel) (bool, error) { return false, ErrUnsupported }

// Down does nothing: there can be nothing.
func (*KernelEngine) Down(plan.Names) error { return nil }

// Leftovers finds nothing.
func (*KernelEngine) Leftovers() ([]int, error) { return nil, nil }
