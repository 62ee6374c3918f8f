package netmon

import (
	"net/netip"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/plan"
)

// RouteTo asks the kernel. A route by an interface without carrier, or by a tunnel of ours, is none: IPv4
// routes stay when the carrier goes.
func (m *Monitor) RouteTo(dst netip.Addr, mark uint32) (plan.Underlay, bool) {
	routes, err := netlink.RouteGetWithOptions(dst.AsSlice(), &netlink.RouteGetOptions{Mark: mark})
	if err != nil || len(routes) == 0 {
		return plan.Underlay{}, false
	}
	r := routes[0]
	if r.Type != unix.RTN_UNICAST && r.Type != unix.RTN_LOCAL {
		return plan.Underlay{}, false
	}
	link, err := netlink.LinkByIndex(r.LinkIndex)
	if err != nil {
		return plan.Underlay{}, false
	}
	name := link.Attrs().Name
	usable := isUsable(link.Attrs().RawFlags)
	if !usable || plan.IsOwnInterface(name) {
		return plan.Underlay{}, false
	}
	u := plan.Underlay{Interface: name}
	u.Address = addr(r.Src)
	u.Gateway = addr(r.Gw)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.noteLocked(r.LinkIndex, name, string(link.Attrs().HardwareAddr), usable)
	u.Epoch = m.links[r.LinkIndex].epoch
	return u, true
}

func addr(b []byte) netip.Addr {
	a, _ := netip.AddrFromSlice(b)
	return a.Unmap()
}
