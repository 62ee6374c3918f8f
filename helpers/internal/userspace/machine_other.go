//go:build !linux && !darwin

package userspace

import (
	"net"

	"mooring.dev/helpers/internal/datapath"
	"mooring.dev/helpers/internal/link"
	"mooring.dev/helpers/internal/plan"
)

// nowhere is a system that this package has no code for.
type nowhere struct{}

var _ machine = nowhere{}

func newMachine() machine { return nowhere{} }

func (nowhere) lacks() []string { return []string{"a TAP"} }
func (nowhere) ready() error    { return link.ErrUnsupported }

func (nowhere) openLink(plan.Names) (nic, error) { return nic{}, link.ErrUnsupported }

func (nowhere) openTap(plan.Names, datapath.PortOptions) (nic, error) {
	return nic{}, link.ErrUnsupported
}

func (nowhere) settleLink(plan.Names, plan.Tunnel) error { return link.ErrUnsupported }
func (nowhere) settleTap(plan.Names) error               { return link.ErrUnsupported }

func (nowhere) stands(string, nic, net.HardwareAddr) (bool, error) { return false, link.ErrUnsupported }

func (nowhere) intact(plan.Names, plan.Tunnel) (bool, error) { return false, link.ErrUnsupported }
func (nowhere) disown(plan.Names) error                      { return link.ErrUnsupported }
