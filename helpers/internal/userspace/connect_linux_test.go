package userspace

import (
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/link"
	"mooring.dev/helpers/internal/netnstest"
	"mooring.dev/helpers/internal/plan"
)

// TestUserspaceEngineConnects: an address from the pinned MAC, an answer on each of the three levels, and a machine
// that is afterwards as it was.
func TestUserspaceEngineConnects(t *testing.T) {
	newWorld(t)
	before := netnstest.Snapshot(t)
	l := newLaptop(t, t.TempDir())
	began := time.Now()
	l.set(home(t))
	l.awaitVerified(5 * time.Second)
	t.Logf("verified after %v", time.Since(began))
	s := l.status()
	if s.Engine == nil || *s.Engine != "userspace" || s.Address == nil || *s.Address != stable.String() || s.DAD != "ok" || s.Fault != nil {
		t.Errorf("%+v", s)
	}
	netnstest.Await(t, "the internet is reached", 3*time.Second, func() bool {
		r := l.status().Reachability
		return is(r.Link.OK) && is(r.Ethernet.OK) && is(r.Internet.OK)
	})
	for name, mtu := range map[string]int{names.Link: plan.LinkMTU, names.Tap: plan.TapMTU} {
		if got := netnstest.Link(t, name).Attrs().MTU; got != mtu {
			t.Errorf("MTU of %s: %d", name, got)
		}
	}
	if got := netnstest.Link(t, names.Tap).Attrs().HardwareAddr.String(); got != "12:ab:34:cd:56:ef" {
		t.Errorf("MAC %s", got)
	}
	if addrs, err := netlink.AddrList(netnstest.Link(t, names.Link), netlink.FAMILY_V6); err != nil || len(addrs) != 0 {
		t.Errorf("the link has IPv6 addresses: %v, %v", addrs, err)
	}
	l.set()
	netnstest.ExpectSnapshot(t, before)
}

// TestUserspaceEngineTwice: the same again changes nothing, neither from above nor when each part is asked again.
func TestUserspaceEngineTwice(t *testing.T) {
	newWorld(t)
	l := newLaptop(t, t.TempDir())
	l.set(home(t))
	l.awaitVerified(5 * time.Second)
	netnstest.Await(t, "the address has its lifetime, which comes after DAD", time.Second, func() bool {
		addrs, err := netlink.AddrList(netnstest.Link(t, names.Tap), netlink.FAMILY_V6)
		must(t, err)
		return slices.ContainsFunc(addrs, func(a netlink.Addr) bool {
			return a.IP.Equal(stable.AsSlice()) && a.Flags&unix.IFA_F_PERMANENT == 0
		})
	})
	before, handshake := netnstest.Snapshot(t), *l.status().LastHandshake
	if l.set(home(t)) {
		t.Error("the same configuration is told to be a change")
	}
	must(t, l.engine.UpLink(names, home(t), plan.Secrets{PrivateKey: laptopPrivate}, l.engine.slots[0].carrier.hub.Endpoint))
	must(t, l.engine.UpTap(names, home(t)))
	netnstest.ExpectSnapshot(t, before)
	if s, err := l.engine.Observe(names); err != nil || !s.LastHandshake.Equal(handshake) {
		t.Errorf("another session: %+v, %v", s, err)
	}
	if n := l.manager.Stats().Tunnels[0].Repairs; n != 0 {
		t.Errorf("%d repairs", n)
	}
}

// TestUserspaceEngineChanges: what differs is made anew, and nothing else.
func TestUserspaceEngineChanges(t *testing.T) {
	newWorld(t)
	l := newLaptop(t, t.TempDir())
	spec := home(t)
	l.set(spec)
	l.awaitCarries(5 * time.Second)
	linkIndex, tapIndex := netnstest.Link(t, names.Link).Attrs().Index, netnstest.Link(t, names.Tap).Attrs().Index

	anew := func(name string, than int) {
		t.Helper()
		netnstest.Await(t, name+" is made anew", 2*time.Second, func() bool {
			l, err := link.Find(name)
			return err == nil && l != nil && l.Attrs().Index != than
		})
	}

	spec.TxOffload = plan.TxOffloadOff
	l.set(spec)
	anew(names.Tap, tapIndex)
	if got := netnstest.Link(t, names.Link).Attrs().Index; got != linkIndex {
		t.Error("another offload made another link")
	}
	spec.ListenPort++
	l.set(spec)
	anew(names.Link, linkIndex)
	l.awaitCarries(5 * time.Second)
}

// TestUserspaceEngineHoldsSeveral: two tunnels share nothing, and one goes without the other.
func TestUserspaceEngineHoldsSeveral(t *testing.T) {
	before := netnstest.Snapshot(t)
	e := New(slog.New(slog.DiscardHandler))
	intact := func(n plan.Names, spec plan.Tunnel) bool {
		ok, err := e.Intact(n, spec)
		must(t, err)
		return ok
	}
	one, two, twoNames := home(t), home(t), plan.NamesFor(1)
	two.ListenPort, two.MAC[5], two.Address = 0, 7, netip.MustParsePrefix("172.17.0.2/24")
	two.Hub.Address = netip.MustParseAddr("172.17.0.1")
	for spec, n := range map[plan.Tunnel]plan.Names{one: names, two: twoNames} {
		must(t, e.UpLink(n, spec, plan.Secrets{PrivateKey: laptopPrivate}, netip.AddrPort{}))
		must(t, e.UpTap(n, spec))
	}
	if !intact(names, one) || !intact(twoNames, two) {
		t.Error("not both are there")
	}
	must(t, e.Down(names))
	if intact(names, one) || !intact(twoNames, two) {
		t.Error("not one of them is there")
	}
	must(t, e.Down(twoNames))
	netnstest.ExpectSnapshot(t, before)
}

// TestUserspaceEngineIsSilentWithoutEndpoint: a link that does not know its hub's address tries no handshake, which
// would block the first real one.
func TestUserspaceEngineIsSilentWithoutEndpoint(t *testing.T) {
	w := newWorld(t)
	w.leave(w.wlan)
	l := newLaptop(t, t.TempDir())
	l.set(home(t))
	netnstest.Await(t, "the tap is there", 3*time.Second, func() bool {
		l, err := link.Find(names.Tap)
		return err == nil && l != nil
	})
	time.Sleep(50 * time.Millisecond)
	if s, err := l.engine.Observe(names); err != nil || s.TxBytes != 0 {
		t.Errorf("sent %d bytes, %v", s.TxBytes, err)
	}
	w.join(w.wlan)
	began := time.Now()
	netnstest.Await(t, "a handshake", 2*time.Second, func() bool { return l.status().LastHandshake != nil })
	t.Logf("first handshake %v after the network came", time.Since(began))
	l.awaitCarries(5 * time.Second)
}

// TestUserspaceEngineReachesAHubInsideItsOwnPrefix: the hub is at an IPv6 address that the tunnel itself would carry.
// Only the mark keeps the outer packets out of the tap.
func TestUserspaceEngineReachesAHubInsideItsOwnPrefix(t *testing.T) {
	w := newWorld(t)
	netnstest.Address(t, w.wlan.name, "2001:db8:a::50/64")
	must(t, netlink.RouteAdd(&netlink.Route{
		LinkIndex: w.wlan.link.Attrs().Index, Gw: net.ParseIP("2001:db8:a::1"),
		Dst: &net.IPNet{IP: net.IPv6zero, Mask: net.CIDRMask(0, 128)},
	}))
	const inside = "2001:db8::4"
	w.hub.place.Do(func() {
		netnstest.Address(t, "lo", inside+"/128")
		netnstest.Address(t, "to-"+w.wlan.name, "2001:db8:a::1/128")
		must(t, netlink.RouteAdd(&netlink.Route{
			LinkIndex: netnstest.Link(t, "to-"+w.wlan.name).Attrs().Index, Src: net.ParseIP(inside),
			Dst: &net.IPNet{IP: net.ParseIP("2001:db8:a::"), Mask: net.CIDRMask(64, 128)},
		}))
	})
	l := newLaptop(t, t.TempDir())
	spec := home(t)
	spec.Hub.Endpoint.Host = inside
	l.set(spec)
	l.awaitVerified(5 * time.Second)
	if s := l.status(); s.Endpoint == nil || *s.Endpoint != "[2001:db8::4]:23450" || s.Underlay.Interface != w.wlan.name {
		t.Errorf("%+v", s)
	}
}

func is(b *bool) bool { return b != nil && *b }
