package link

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/dump"
	"mooring.dev/helpers/internal/plan"
)

// routeSteps: in the own table the prefix on-link and a default by the router, both with the stable address as
// source. They are `protocol kernel`, which network managers take for the kernel's own and leave alone.
func routeSteps(tap netlink.Link, n plan.Names, p plan.Placement) ([]step, error) {
	have, err := tableRoutes(n)
	if err != nil {
		return nil, err
	}
	base := netlink.Route{
		LinkIndex: tap.Attrs().Index,
		Table:     n.Table,
		Protocol:  unix.RTPROT_KERNEL,
		Src:       p.Address.AsSlice(),
		Priority:  1024,
	}
	onLink := base
	onLink.Dst = ipNet(p.Prefix)
	want := []netlink.Route{onLink}
	if p.Router.IsValid() {
		def := base
		def.Dst = ipNet(netip.PrefixFrom(netip.IPv6Unspecified(), 0))
		def.Gw = p.Router.AsSlice()
		want = append(want, def)
	}
	var steps []step
	found := make([]bool, len(want))
outer:
	for _, r := range have {
		for i, w := range want {
			if sameRoute(r, w) {
				found[i] = true
				continue outer
			}
		}
		steps = append(steps, step{"remove route " + r.String(), func() error {
			return ignoreGone(netlink.RouteDel(&r))
		}})
	}
	for i, w := range want {
		if !found[i] {
			steps = append(steps, step{fmt.Sprintf("add route %s to table %d", w.Dst, n.Table), func() error {
				return netlink.RouteReplace(&w)
			}})
		}
	}
	return steps, nil
}

func sameRoute(a, b netlink.Route) bool {
	return a.LinkIndex == b.LinkIndex && a.Dst != nil && a.Dst.String() == b.Dst.String() &&
		a.Gw.Equal(b.Gw) && a.Src.Equal(b.Src)
}

func tableRoutes(n plan.Names) ([]netlink.Route, error) {
	routes, err := dump.Whole(func() ([]netlink.Route, error) {
		return netlink.RouteListFiltered(netlink.FAMILY_V6, &netlink.Route{Table: n.Table}, netlink.RT_FILTER_TABLE)
	})
	if err != nil && !errors.Is(err, unix.ENOENT) { // the table is made with its first route
		return nil, fmt.Errorf("list the routes of table %d: %w", n.Table, err)
	}
	for i := range routes {
		if routes[i].Dst == nil {
			routes[i].Dst = &net.IPNet{IP: net.IPv6zero, Mask: net.CIDRMask(0, 128)}
		}
	}
	return routes, nil
}

func clearRoutes(n plan.Names) error {
	routes, err := tableRoutes(n)
	errs := []error{err}
	for _, r := range routes {
		if err := ignoreGone(netlink.RouteDel(&r)); err != nil {
			errs = append(errs, fmt.Errorf("remove route %s: %w", r, err))
		}
	}
	return errors.Join(errs...)
}
