package userspace

import (
	"net"
	"os"
	"testing"

	"github.com/vishvananda/netlink"

	"mooring.dev/helpers/internal/netnstest"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childState); dir != "" {
		runChild(dir)
	}
	netnstest.Main(m)
}

var must = netnstest.Must

// world is the network around the laptop, which is the test's own namespace:
//
//	laptop wlan0 10.1.0.50 --- 10.1.0.1 \
//	                                     hub 203.0.113.4, taps_bridge 2001:db8::1/64
//	laptop eth1  10.2.0.50 --- 10.2.0.1 /
type world struct {
	t    *testing.T
	hub  *hub
	wlan underlay
	eth  underlay
}

// underlay is one of the laptop's networks.
type underlay struct {
	name    string
	link    netlink.Link
	address string
	gateway string
}

const hubAddress = "203.0.113.4"

func newWorld(t *testing.T) *world {
	t.Helper()
	netnstest.NoLeaks(t)
	place := netnstest.NewPeer(t)
	w := &world{t: t}
	w.wlan = w.wire(place, "wlan0", "10.1.0")
	w.eth = w.wire(place, "eth1", "10.2.0")
	w.join(w.wlan)
	w.hub = newHub(t, place)
	return w
}

func (w *world) wire(place *netnstest.Peer, name, net4 string) underlay {
	w.t.Helper()
	u := underlay{name, place.Wire(w.t, name, nil, "to-"+name), net4 + ".50", net4 + ".1"}
	netnstest.Sysctl(w.t, "ipv6/conf/"+name+"/accept_dad", "0") // so that nothing here changes by itself a second later
	place.Up(w.t, u.link, "to-"+name)
	netnstest.Address(w.t, name, u.address+"/24")
	place.Do(func() {
		// The hub has one address that all the world knows it by, and answers from that.
		netnstest.Address(w.t, "lo", hubAddress+"/32")
		netnstest.Address(w.t, "to-"+name, u.gateway+"/32")
		to := netnstest.Link(w.t, "to-"+name)
		must(w.t, netlink.RouteReplace(&netlink.Route{
			LinkIndex: to.Attrs().Index, Scope: netlink.SCOPE_LINK, Src: net.ParseIP(hubAddress),
			Dst: &net.IPNet{IP: net.ParseIP(net4 + ".0"), Mask: net.CIDRMask(24, 32)},
		}))
	})
	return u
}

// join makes the default route lead by u.
func (w *world) join(u underlay) {
	w.t.Helper()
	must(w.t, netlink.RouteReplace(u.route()))
}

// leave takes the default route away.
func (w *world) leave(u underlay) {
	w.t.Helper()
	must(w.t, netlink.RouteDel(u.route()))
}

func (u underlay) route() *netlink.Route {
	return &netlink.Route{
		LinkIndex: u.link.Attrs().Index, Gw: net.ParseIP(u.gateway),
		Dst: &net.IPNet{IP: net.IPv4zero, Mask: net.CIDRMask(0, 32)},
	}
}
