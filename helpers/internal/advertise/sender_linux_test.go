package advertise

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/mdlayher/ndp"
	"github.com/vishvananda/netlink"
	"golang.org/x/net/ipv6"

	"mooring.dev/helpers/internal/netnstest"
)

func TestMain(m *testing.M) { netnstest.Main(m) }

var must = netnstest.Must

// host is a machine on the wire br0 of ours. Its kernel configures nothing by itself.
type host struct {
	*netnstest.Peer
	conn *ndp.Conn
}

func newHost(t *testing.T) host {
	t.Helper()
	h := host{Peer: netnstest.NewPeer(t)}
	h.Do(func() {
		netnstest.Sysctl(t, "ipv6/conf/default/accept_ra", "0")
		netnstest.Sysctl(t, "ipv6/conf/default/accept_dad", "0")
	})
	h.Up(t, h.Wire(t, "br0", exampleMAC[:], "eth0"), "eth0")
	h.Do(func() {
		ifi, err := net.InterfaceByName("eth0")
		must(t, err)
		netnstest.Await(t, "the host has its link-local address", 5*time.Second, func() bool {
			h.conn, _, err = ndp.Listen(ifi, ndp.LinkLocal)
			return err == nil
		})
		filter := new(ipv6.ICMPFilter)
		filter.SetAll(true)
		filter.Accept(ipv6.ICMPTypeRouterAdvertisement)
		must(t, h.conn.SetICMPFilter(filter))
		must(t, h.conn.SetControlMessage(ipv6.FlagHopLimit|ipv6.FlagDst, true))
		must(t, h.conn.JoinGroup(allNodes))
	})
	t.Cleanup(func() { h.conn.Close() })
	return h
}

// next waits for an advertisement; nil when none comes in time.
func (h host) next(t *testing.T, within time.Duration) (*ndp.RouterAdvertisement, *ipv6.ControlMessage) {
	t.Helper()
	must(t, h.conn.SetReadDeadline(time.Now().Add(within)))
	m, cm, from, err := h.conn.ReadFrom()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, nil
	}
	must(t, err)
	if !from.IsLinkLocalUnicast() || cm.HopLimit != 255 {
		t.Errorf("from %v with hop limit %d", from, cm.HopLimit)
	}
	return m.(*ndp.RouterAdvertisement), cm
}

func (h host) ask(t *testing.T) {
	t.Helper()
	must(t, h.conn.WriteTo(&ndp.RouterSolicitation{}, nil, allRouters))
}

// run starts a sender on br0; stop waits for its end.
func run(t *testing.T, a Announcement) (s *Sender, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s, ended := NewSender(slog.New(slog.DiscardHandler), "br0"), make(chan error)
	go func() { ended <- s.Run(ctx, a) }()
	return s, func() {
		t.Helper()
		cancel()
		must(t, <-ended)
	}
}

func TestAskedAndUnasked(t *testing.T) {
	netnstest.NoLeaks(t)
	h := newHost(t)
	s, stop := run(t, example)

	ra, cm := h.next(t, 5*time.Second)
	if ra == nil || ra.RouterLifetime != RouterLifetime || cm.Dst.String() != "ff02::1" {
		t.Fatalf("the first, unasked: got %+v to %v", ra, cm)
	}
	packet, err := ndp.MarshalMessage(ra)
	must(t, err)
	if _, mac, _ := heard(t, packet); mac != exampleMAC {
		t.Errorf("it says that the router's MAC is %x", mac)
	}

	for range 3 { // single hosts are answered each time, however soon
		h.ask(t)
		if ra, cm := h.next(t, time.Second); ra == nil || !netip.MustParseAddr(cm.Dst.String()).IsLinkLocalUnicast() {
			t.Fatalf("asked: got %+v to %v", ra, cm)
		}
	}

	changed := example
	changed.RDNSS = nil
	must(t, s.Update(changed))
	if ra, _ := h.next(t, minDelay+time.Second); ra == nil || len(ra.Options) != len(example.message(exampleMAC, false).Options)-1 {
		t.Errorf("after a change: got %+v", ra)
	}
	changed.MTU = 1
	if s.Update(changed) == nil {
		t.Error("what cannot be said was taken")
	}

	stop()
	if ra, _ := h.next(t, time.Second); ra == nil || ra.RouterLifetime != 0 {
		t.Errorf("the last: got %+v", ra)
	}
}

func TestQuestionsFromAfarAreNotAnswered(t *testing.T) {
	h := newHost(t)
	_, stop := run(t, example)
	defer stop()
	h.next(t, 5*time.Second)
	must(t, h.conn.WriteTo(&ndp.RouterSolicitation{}, &ipv6.ControlMessage{HopLimit: 254}, allRouters))
	if ra, _ := h.next(t, 500*time.Millisecond); ra != nil {
		t.Errorf("got %+v", ra)
	}
}

// A sender that is started before its interface can be used waits for it, and can be ended meanwhile.
func TestWaitsForTheInterface(t *testing.T) {
	netnstest.NoLeaks(t)
	_, stop := run(t, example)
	time.Sleep(2 * retry)
	stop()

	_, stop = run(t, example)
	h := newHost(t)
	if ra, _ := h.next(t, 10*time.Second); ra == nil {
		t.Error("nothing was heard once it was there")
	}
	stop()
	l := netnstest.Link(t, "br0")
	must(t, netlink.LinkDel(l))
}

// Here the kernel is the host: it makes the address of its MAC, and has us as its router until we end.
func TestKernelBelievesIt(t *testing.T) {
	p := netnstest.NewPeer(t)
	p.Up(t, p.Wire(t, "br0", nil, "eth0"), "eth0")
	_, stop := run(t, example)
	var mac net.HardwareAddr
	has := func() (address, route bool, mtu string) {
		p.Do(func() {
			l := netnstest.Link(t, "eth0")
			mac = l.Attrs().HardwareAddr
			addrs, err := netlink.AddrList(l, netlink.FAMILY_V6)
			must(t, err)
			for _, a := range addrs {
				own := a.IP[8] == mac[0]^2 && a.IP[15] == mac[5]
				address = address || own && netip.MustParsePrefix("2001:db8::/64").Contains(netip.AddrFrom16([16]byte(a.IP)))
			}
			routes, err := netlink.RouteList(l, netlink.FAMILY_V6)
			must(t, err)
			for _, r := range routes {
				route = route || (r.Dst == nil || r.Dst.IP.IsUnspecified()) && r.Gw.IsLinkLocalUnicast()
			}
			b, err := os.ReadFile("/proc/sys/net/ipv6/conf/eth0/mtu")
			must(t, err)
			mtu = string(b)
		})
		return address, route, mtu
	}
	netnstest.Await(t, "an address and a router", 10*time.Second, func() bool { a, r, mtu := has(); return a && r && mtu == "1382\n" })
	stop()
	netnstest.Await(t, "an address without a router", 10*time.Second, func() bool { a, r, _ := has(); return a && !r })
}
