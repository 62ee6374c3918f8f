package hub_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"mooring.dev/helpers/internal/advertise"
	"mooring.dev/helpers/internal/hub"
	"mooring.dev/helpers/internal/link"
	"mooring.dev/helpers/internal/netnstest"
	"mooring.dev/helpers/internal/plan"
)

func masquerading(f map[string]any) { f["masquerade"] = "uplink" }

// uplink is a machine's own network card, with settings of its own.
func uplink(t *testing.T) {
	t.Helper()
	addLink(t, &netlink.Bridge{LinkAttrs: named("uplink")})
	netnstest.Address(t, "uplink", "198.51.100.1/24")
	netnstest.SetUp(t, "uplink")
	for path, value := range map[string]string{
		"ipv6/conf/uplink/forwarding": "1", // one of all
		"ipv4/conf/uplink/forwarding": "1",
	} {
		netnstest.Sysctl(t, path, value)
	}
	old, err := os.ReadFile("/proc/sys/net/ipv4/conf/all/accept_redirects")
	must(t, err)
	netnstest.Sysctl(t, "ipv4/conf/all/accept_redirects", "0")
	t.Cleanup(func() { netnstest.Sysctl(t, "ipv4/conf/all/accept_redirects", string(old)) })
}

func named(name string) netlink.LinkAttrs {
	attrs := netlink.NewLinkAttrs()
	attrs.Name = name
	attrs.HardwareAddr = net.HardwareAddr{2, 1, 2, 3, 4, byte(len(name))}
	return attrs
}

func addLink(t *testing.T, l netlink.Link) {
	t.Helper()
	must(t, netlink.LinkAdd(l))
	t.Cleanup(func() {
		if err := netlink.LinkDel(l); err != nil {
			t.Error(err)
		}
	})
}

func TestTheMachineIsAsItWas(t *testing.T) {
	netnstest.NoLeaks(t)
	uplink(t)
	before := netnstest.Snapshot(t)
	r := serve(t, file(t, []person{office, train, guest}, masquerading))
	for _, path := range []string{"ipv4/conf/all/forwarding", "ipv6/conf/all/forwarding", "ipv6/conf/uplink/accept_ra"} {
		value, err := os.ReadFile("/proc/sys/net/" + path)
		must(t, err)
		if want := map[bool]string{true: "2\n", false: "1\n"}[strings.HasSuffix(path, "accept_ra")]; string(value) != want {
			t.Errorf("while it runs %s is %q", path, value)
		}
	}
	r.stop()
	netnstest.ExpectSnapshot(t, before)
	left, err := os.ReadDir(r.options.StateDir)
	if err != nil || len(left) > 0 {
		t.Errorf("the record stays: %v, %v", left, err)
	}
}

// A bridge that is there is joined: what it has it keeps, and only what was added goes.
func TestAJoinedBridge(t *testing.T) {
	for _, state := range []string{"up", "down"} {
		t.Run(state, func(t *testing.T) {
			addLink(t, &netlink.Bridge{LinkAttrs: named("taps_bridge")})
			netnstest.Address(t, "taps_bridge", "192.168.0.1/16") // one of the two that the file names
			member(t, "taps_bridge", "lan0")
			if state == "up" {
				awaitUp(t, "taps_bridge")
			}
			before := netnstest.Snapshot(t)
			r := serve(t, file(t, []person{office}))
			l := join(t, office)
			l.awaitSLAAC()
			pings(t, l.Peer, tap, l.stable(), router6)
			forget(t, office)
			r.stop()
			netnstest.ExpectSnapshot(t, before)
		})
	}
}

// A hub that was killed leaves a bridge, settings, tables, a socket, a record. The next one takes over, and the last
// leaves the machine as the first has found it.
func TestAKilledHubIsFollowed(t *testing.T) {
	uplink(t)
	for _, bridge := range []string{"made", "joined"} {
		t.Run(bridge, func(t *testing.T) {
			if bridge == "joined" {
				addLink(t, &netlink.Bridge{LinkAttrs: named("taps_bridge")})
				member(t, "taps_bridge", "lan0")
				awaitUp(t, "taps_bridge")
			}
			before := netnstest.Snapshot(t)
			o, book := newOptions(t, file(t, []person{office, train}, masquerading))
			kill(t, o)
			if netnstest.Snapshot(t) == before {
				t.Fatal("the killed one left nothing: this shows nothing")
			}
			r := serveWith(t, o, book)
			l := join(t, office)
			l.awaitSLAAC()
			pings(t, l.Peer, tap, l.stable(), router6)
			forget(t, office)
			r.stop()
			netnstest.ExpectSnapshot(t, before)
		})
	}
}

// The next one has another bridge: the first one's is not left behind.
func TestAKilledHubIsFollowedByAnother(t *testing.T) {
	before := netnstest.Snapshot(t)
	o, book := newOptions(t, file(t, nil))
	kill(t, o)
	o.Config = file(t, nil, func(f map[string]any) { f["bridge"].(map[string]any)["name"] = "other" })
	r := serveWith(t, o, book)
	if _, err := netlink.LinkByName("taps_bridge"); err == nil {
		t.Error("the bridge of the killed one stays")
	}
	r.stop()
	netnstest.ExpectSnapshot(t, before)
}

// The next one cannot start: it leaves nothing of the killed one either.
func TestAKilledHubIsFollowedByAFailure(t *testing.T) {
	uplink(t)
	before := netnstest.Snapshot(t)
	o, _ := newOptions(t, file(t, []person{office}, masquerading))
	kill(t, o)
	taken, err := net.ListenPacket("udp", ":23450")
	must(t, err)
	defer taken.Close()
	if err := hub.Serve(context.Background(), o, nil); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("got %v", err)
	}
	netnstest.ExpectSnapshot(t, before)
}

func TestStartsThatFailLeaveNothing(t *testing.T) {
	netnstest.NoLeaks(t)
	addLink(t, &netlink.Bridge{LinkAttrs: named("wg_vpns")})
	addLink(t, &netlink.Bridge{LinkAttrs: named("gretap_guest")})
	taken, err := net.ListenPacket("udp", ":23451")
	must(t, err)
	defer taken.Close()
	before := netnstest.Snapshot(t)
	for name, change := range map[string]func(f map[string]any){
		"the link's name is taken": func(map[string]any) {},
		"the kernel lacks it":      func(f map[string]any) { f["engine"] = "kernel" },
		"the port is taken":        func(f map[string]any) { f["listenPort"] = 23451 },
		"it is no bridge":          func(f map[string]any) { f["bridge"].(map[string]any)["name"] = "lo" },
	} {
		o, _ := newOptions(t, file(t, []person{guest}, change))
		err := hub.Serve(context.Background(), o, nil)
		if err == nil {
			t.Errorf("%s: it ended well", name)
		}
		if taken := new(link.TakenError); name == "it is no bridge" && (!errors.As(err, &taken) || taken.Interface != "lo") {
			t.Errorf("%s: got %v", name, err)
		}
		netnstest.ExpectSnapshot(t, before)
	}
}

func TestOneHubANamespace(t *testing.T) {
	r := serve(t, file(t, nil))
	if err := hub.Serve(context.Background(), r.options, nil); !errors.Is(err, hub.ErrRunning) {
		t.Errorf("got %v", err)
	}
	if _, err := netlink.LinkByName("taps_bridge"); err != nil {
		t.Error("the second has harmed the first")
	}
}

func TestMasqueradeAndRoute(t *testing.T) {
	serve(t, file(t, []person{office}, masquerading))
	internet := newInternet(t)
	l := join(t, office)
	l.awaitSLAAC()
	l.Do(func() { netnstest.Address(t, tap, "192.168.2.2/16"); netnstest.DefaultRoute(t, router4.String()) })
	inLaptop, beyond := netip.MustParseAddr("192.168.2.2"), netip.MustParseAddr("198.51.100.9")
	c := open(t, l.Peer, internet, inLaptop, beyond)
	defer c.close()
	if from := c.b.RemoteAddr().(*net.TCPAddr).IP.String(); from != "198.51.100.1" {
		t.Errorf("the internet sees %s", from)
	}
	c.exchange(t, 1<<20)
	if size := netnstest.MSS(t, c.b); size > 1342 {
		t.Errorf("the internet sends segments of %d", size)
	}
}

// A server that has its default route from advertisements keeps it when it becomes a router.
func TestTheUplinkKeepsItsRouter(t *testing.T) {
	internet := newInternet(t)
	provider := advertise.NewSender(slog.New(slog.DiscardHandler), "eth0")
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go internet.Do(func() {
		ended <- provider.Run(ctx, advertise.Announcement{
			Prefix: netip.MustParsePrefix("2001:db8:9::/64"), Router: netip.MustParseAddr("2001:db8:9::1"), MTU: 1500,
		})
	})
	t.Cleanup(func() { cancel(); must(t, <-ended) })
	netnstest.Await(t, "a router at the uplink", 15*time.Second, func() bool { return hasRouter(t, "uplink") })
	r := serve(t, file(t, nil))
	if !hasRouter(t, "uplink") {
		t.Error("the hub's start has thrown the router away")
	}
	r.stop()
	if !hasRouter(t, "uplink") {
		t.Error("the hub's end has thrown the router away")
	}
}

func TestWithoutIPv6(t *testing.T) {
	netnstest.Sysctl(t, "ipv6/conf/all/disable_ipv6", "1")
	t.Cleanup(func() { netnstest.Sysctl(t, "ipv6/conf/all/disable_ipv6", "0") })
	before := netnstest.Snapshot(t)
	o, _ := newOptions(t, file(t, nil))
	if err := hub.Serve(context.Background(), o, nil); !errors.As(err, new(*plan.LackingError)) {
		t.Errorf("got %v", err)
	}
	netnstest.ExpectSnapshot(t, before)
}

// Laptops have the hub's link-local address as their router, so a restart must not change it.
func TestTheRouterIsTheSameAfterARestart(t *testing.T) {
	var routers [2]string
	for i := range routers {
		r := serve(t, file(t, []person{guest}))
		bridge := netnstest.Link(t, "taps_bridge")
		routers[i] = bridge.Attrs().HardwareAddr.String()
		own := netip.PrefixFrom(plan.LinkLocal([6]byte(bridge.Attrs().HardwareAddr)), 64)
		netnstest.Await(t, "the link-local address is that of the MAC", time.Second, func() bool {
			return hasAddress(t, "taps_bridge", own)
		})
		r.stop()
	}
	if routers[0] != routers[1] {
		t.Errorf("%s, then %s", routers[0], routers[1])
	}
}
