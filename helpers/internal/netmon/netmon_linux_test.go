package netmon

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/netnstest"
	"mooring.dev/helpers/internal/plan"
)

func TestMain(m *testing.M) { netnstest.Main(m) }

var must = netnstest.Must

// watched is a running monitor over a wlan0 that has a gateway.
func watched(t *testing.T) (*Monitor, netlink.Link, *netnstest.Peer) {
	t.Helper()
	netnstest.NoLeaks(t)
	peer := netnstest.NewPeer(t)
	wlan := peer.Wire(t, "wlan0", nil, "ap")
	silent(t, "wlan0")
	peer.Up(t, wlan, "ap")
	m := New(slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- m.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	if c := quiet(m); !c.Underlay || !c.Ours {
		t.Fatalf("the start tells %+v", c)
	}
	return m, wlan, peer
}

// silent keeps the kernel from giving the interface an IPv6 address, whose DAD would be a change of its own.
func silent(t *testing.T, name string) {
	t.Helper()
	netnstest.Sysctl(t, "ipv6/conf/"+name+"/addr_gen_mode", "1")
}

// quiet gives all that is told until nothing is for 100 ms.
func quiet(m *Monitor) (all plan.Change) {
	for {
		select {
		case c := <-m.Changes():
			all = all.Merge(c)
		case <-time.After(100 * time.Millisecond):
			return all
		}
	}
}

func TestChanges(t *testing.T) {
	m, wlan, peer := watched(t)
	addr := func(s string) *netlink.Addr {
		a, err := netlink.ParseAddr(s)
		must(t, err)
		return a
	}
	nodad := func(s string) *netlink.Addr {
		a := addr(s)
		a.Flags = unix.IFA_F_NODAD
		return a
	}
	tap := peer.Wire(t, "mtap0", nil, "far")
	silent(t, "mtap0")
	peer.Up(t, tap, "far")
	rule := func(priority int) *netlink.Rule {
		r := netlink.NewRule()
		r.Family, r.Priority, r.Table = netlink.FAMILY_V6, priority, 47500
		return r
	}
	quiet(m)
	underlay, ours, nothing := plan.Change{Underlay: true}, plan.Change{Ours: true}, plan.Change{}
	for _, step := range []struct {
		name string
		do   func() error
		want plan.Change
	}{
		{"an address of wlan0", func() error { return netlink.AddrAdd(wlan, addr("10.1.0.50/24")) }, underlay},
		{"a default route", func() error {
			return netlink.RouteAdd(&netlink.Route{LinkIndex: wlan.Attrs().Index, Gw: net.IPv4(10, 1, 0, 1)})
		}, underlay},
		{"an address of the tap", func() error { return netlink.AddrAdd(tap, nodad("2001:db8::5/64")) }, ours},
		{"a route by the tap", func() error {
			return netlink.RouteAdd(&netlink.Route{LinkIndex: tap.Attrs().Index, Table: 47500, Dst: addr("2001:db8:7::/64").IPNet})
		}, ours},
		{"a rule of ours", func() error { return netlink.RuleAdd(rule(4760)) }, ours},
		{"a rule of ours goes", func() error { return netlink.RuleDel(rule(4760)) }, ours},
		{"a rule of another", func() error { return netlink.RuleAdd(rule(5210)) }, underlay},
		{"a new alias", func() error { return netlink.LinkSetAlias(wlan, "Wi-Fi") }, nothing},
		{"a table of ours goes", func() error { return table("mooring0") }, ours},
		{"a table of another goes", func() error { return table("firewall") }, nothing},
		{"wlan0 goes down", func() error { return netlink.LinkSetDown(wlan) }, underlay},
		{"the tap has another MAC", func() error {
			return netlink.LinkSetHardwareAddr(tap, net.HardwareAddr{2, 0, 0, 0, 0, 9})
		}, ours},
		{"the tap goes", func() error { return netlink.LinkDel(tap) }, ours},
	} {
		must(t, step.do())
		if got := quiet(m); got != step.want {
			t.Errorf("%s: %+v, want %+v", step.name, got, step.want)
		}
	}
	netlink.RuleDel(rule(5210))
}

// table makes an nftables table and deletes it.
func table(name string) error {
	c, err := nftables.New()
	if err != nil {
		return err
	}
	t := c.AddTable(&nftables.Table{Name: name, Family: nftables.TableFamilyINet})
	if err := c.Flush(); err != nil {
		return err
	}
	c.DelTable(t)
	return c.Flush()
}

func TestRouteTo(t *testing.T) {
	m, wlan, peer := watched(t)
	hub := netip.MustParseAddr("203.0.113.4")
	mark := plan.NamesFor(0).Mark
	if u, ok := m.RouteTo(hub, mark); ok {
		t.Errorf("without any route: %+v", u)
	}
	a, err := netlink.ParseAddr("10.1.0.50/24")
	must(t, err)
	join := func() {
		must(t, netlink.AddrReplace(wlan, a))
		must(t, netlink.RouteReplace(&netlink.Route{LinkIndex: wlan.Attrs().Index, Gw: net.IPv4(10, 1, 0, 1)}))
	}
	join()
	want := plan.Underlay{
		Interface: "wlan0", Address: netip.MustParseAddr("10.1.0.50"), Gateway: netip.MustParseAddr("10.1.0.1"),
	}
	if u, ok := m.RouteTo(hub, mark); !ok || u != want {
		t.Errorf("%+v, %v; want %+v", u, ok, want)
	}
	if u, ok := m.RouteTo(netip.MustParseAddr("2001:db8::1"), mark); ok {
		t.Errorf("IPv6 without a route: %+v", u)
	}

	// The carrier goes; the IPv4 route stays and leads nowhere.
	carrier := func(up bool) {
		peer.Do(func() {
			ap := netnstest.Link(t, "ap")
			if up {
				must(t, netlink.LinkSetUp(ap))
			} else {
				must(t, netlink.LinkSetDown(ap))
			}
		})
		netlinkSettles(t, wlan, up)
		quiet(m)
	}
	carrier(false)
	if u, ok := m.RouteTo(hub, mark); ok {
		t.Errorf("without carrier: %+v", u)
	}
	carrier(true)
	if u, ok := m.RouteTo(hub, mark); !ok || u == want || u.Epoch == 0 {
		t.Errorf("after the carrier was lost the underlay is another: %+v, %v", u, ok)
	}

	// A rule of ours must not lead the outer packets into a tap.
	tap := peer.Wire(t, "mtap0", nil, "far")
	peer.Up(t, tap, "far")
	must(t, netlink.RouteAdd(&netlink.Route{LinkIndex: tap.Attrs().Index, Dst: &net.IPNet{IP: hub.AsSlice(), Mask: net.CIDRMask(32, 32)}}))
	if u, ok := m.RouteTo(hub, mark); ok {
		t.Errorf("by our own tap: %+v", u)
	}
	nowhere := &netlink.Route{Type: unix.RTN_UNREACHABLE, Dst: &net.IPNet{IP: hub.AsSlice(), Mask: net.CIDRMask(32, 32)}}
	must(t, netlink.RouteReplace(nowhere))
	t.Cleanup(func() { netlink.RouteDel(nowhere) })
	if u, ok := m.RouteTo(hub, mark); ok {
		t.Errorf("unreachable: %+v", u)
	}
}

func netlinkSettles(t *testing.T, link netlink.Link, up bool) {
	t.Helper()
	netnstest.Await(t, "the carrier changes", 3*time.Second, func() bool {
		l, err := netlink.LinkByIndex(link.Attrs().Index)
		must(t, err)
		return (l.Attrs().OperState == netlink.OperUp) == up
	})
}
