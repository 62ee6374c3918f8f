package userspace

import (
	"net"

	"mooring.dev/helpers/internal/datapath"
	"mooring.dev/helpers/internal/plan"
)

// machine makes the two interfaces of a tunnel on this system. The rest of the package is the same on all.
type machine interface {
	// lacks is the engine's Lacks.
	lacks() []string

	// ready is a *plan.LackingError while no tap would have IPv6.
	ready() error

	// openLink makes the link's interface, for IP packets, and openTap the tap, for frames: both down and without
	// addresses, and gone with their port. Where another's interface has the name the error is a *link.TakenError.
	openLink(n plan.Names) (nic, error)
	openTap(n plan.Names, o datapath.PortOptions) (nic, error)

	// settleLink and settleTap give what was made MTU, address and settings, and set it up. Again they change nothing.
	settleLink(n plan.Names, t plan.Tunnel) error
	settleTap(n plan.Names) error

	// stands reports whether the interface that is called name is the one that was made as nic and, where mac is not
	// nil, still has that MAC.
	stands(name string, nic nic, mac net.HardwareAddr) (bool, error)

	// intact reports whether both interfaces are up and have their addresses.
	intact(n plan.Names, t plan.Tunnel) (bool, error)

	// disown gives the tap a chance MAC.
	disown(n plan.Names) error
}

// nic is an interface that was made. The zero nic is none.
type nic struct {
	port  datapath.Port // belongs to the datapath.Device that it is attached to
	index int           // the system's number for the interface, which no later one gets
}
