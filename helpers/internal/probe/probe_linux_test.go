package probe

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/mdlayher/ndp"
	"github.com/vishvananda/netlink"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/netnstest"
)

func TestMain(m *testing.M) { netnstest.Main(m) }

var must = netnstest.Must

// segment is one Ethernet with us at one end and a far end whose kernel answers by itself:
//
//	us (dev0) 192.0.2.1, fe80::1:1   ──veth──   far (dev1) 192.0.2.2, fe80::1:2, 2001:db8::2
type segment struct {
	peer *netnstest.Peer
	p    *Prober
}

var (
	ours4, far4   = netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	oursLL, farLL = netip.MustParseAddr("fe80::1:1"), netip.MustParseAddr("fe80::1:2")
	farGlobal     = netip.MustParseAddr("2001:db8::2")
	farMAC        = net.HardwareAddr{2, 0, 0, 0, 0, 2}
)

func newSegment(t *testing.T) segment {
	t.Helper()
	peer := netnstest.NewPeer(t)
	link := peer.Wire(t, "dev0", nil, "dev1")
	// The kernel's own solicitations, sent when it is done with DAD, would be heard beside ours.
	netnstest.Sysctl(t, "ipv6/conf/dev0/router_solicitations", "0")
	peer.Do(func() { must(t, netlink.LinkSetHardwareAddr(netnstest.Link(t, "dev1"), farMAC)) })
	peer.Up(t, link, "dev1")
	peer.Do(func() { address(t, "dev1", "192.0.2.2/24", "fe80::1:2/64", "2001:db8::2/64") })
	address(t, "dev0", "192.0.2.1/24", "fe80::1:1/64")
	return segment{peer, New(slog.New(slog.DiscardHandler))}
}

// address adds addresses and waits until they are answered for: the kernel joins their groups a little later, and
// a question before that would be asked again only after a second.
func address(t *testing.T, device string, addrs ...string) {
	t.Helper()
	netnstest.Address(t, device, addrs...)
	netnstest.Await(t, "the addresses of "+device+" are proven", 5*time.Second, func() bool {
		have, err := netlink.AddrList(netnstest.Link(t, device), netlink.FAMILY_V6)
		must(t, err)
		return !slices.ContainsFunc(have, func(a netlink.Addr) bool {
			return a.Flags&unix.IFA_F_NODAD != 0 && a.Flags&unix.IFA_F_TENTATIVE != 0
		})
	})
}

func within(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func TestEcho(t *testing.T) {
	s := newSegment(t)
	for _, test := range []struct{ src, dst netip.Addr }{{ours4, far4}, {oursLL, farLL}} {
		rtt, err := s.p.Echo(within(t, 2*time.Second), "dev0", test.src, test.dst)
		if err != nil || rtt <= 0 {
			t.Errorf("echo to %s: %v, %v", test.dst, rtt, err)
		}
	}
	start := time.Now()
	if _, err := s.p.Echo(within(t, 500*time.Millisecond), "dev0", ours4, netip.MustParseAddr("192.0.2.9")); err == nil {
		t.Error("an address that nobody has answered")
	}
	if took := time.Since(start); took < 400*time.Millisecond || took > 2*time.Second {
		t.Errorf("gave up after %v", took)
	}
	if _, err := s.p.Echo(within(t, time.Second), "nodev", ours4, far4); err == nil {
		t.Error("a device that is not there answered")
	}
}

// TestEchoRepeats: the link comes up while the question is being asked.
func TestEchoRepeats(t *testing.T) {
	s := newSegment(t)
	link := netnstest.Link(t, "dev0")
	must(t, netlink.LinkSetDown(link))
	time.AfterFunc(300*time.Millisecond, func() { netlink.LinkSetUp(link) })
	if rtt, err := s.p.Echo(within(t, 5*time.Second), "dev0", ours4, far4); err != nil || rtt > time.Second {
		t.Errorf("%v, %v", rtt, err)
	}
}

// TestAfterRecreation: an interface of the same name and another number, as after a repair.
func TestAfterRecreation(t *testing.T) {
	for range 2 {
		t.Run("", func(t *testing.T) {
			s := newSegment(t)
			if _, err := s.p.Echo(within(t, 2*time.Second), "dev0", oursLL, farLL); err != nil {
				t.Error(err)
			}
			if err := s.p.Solicit("dev0", oursLL); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestNeighbour(t *testing.T) {
	s := newSegment(t)
	if _, err := s.p.Neighbour(within(t, 2*time.Second), "dev0", oursLL, farLL); err != nil {
		t.Error(err)
	}
	if _, err := s.p.Neighbour(within(t, 300*time.Millisecond), "dev0", oursLL, netip.MustParseAddr("fe80::9")); err == nil {
		t.Error("an address that nobody has answered")
	}
}

func TestOwner(t *testing.T) {
	s := newSegment(t)
	mac, err := s.p.Owner(within(t, 2*time.Second), "dev0", farGlobal)
	if err != nil || net.HardwareAddr(mac[:]).String() != farMAC.String() {
		t.Errorf("%x, %v", mac, err)
	}
	if mac, err := s.p.Owner(within(t, 200*time.Millisecond), "dev0", netip.MustParseAddr("2001:db8::9")); err == nil {
		t.Errorf("%x has an address that nobody has", mac)
	}
}

// TestSolicitAndAdvertise: the far end hears our solicitation as RFC 4861 wants it, and answers once well and
// once with a hop limit that says it was forwarded.
func TestSolicitAndAdvertise(t *testing.T) {
	s := newSegment(t)
	ctx, cancel := context.WithCancel(t.Context())
	heard, err := s.p.Advertisements(ctx, "dev0")
	must(t, err)
	router := s.router(t)
	must(t, s.p.Solicit("dev0", oursLL))
	buf := make([]byte, 1500)
	router.SetReadDeadline(time.Now().Add(2 * time.Second))
	n, cm, from, err := router.ReadFrom(buf)
	if err != nil {
		t.Fatal("no solicitation: ", err)
	}
	if msg, err := ndp.ParseMessage(buf[:n]); err != nil || cm.HopLimit != 255 || len(msg.(*ndp.RouterSolicitation).Options) != 0 {
		t.Errorf("solicitation %+v, hop limit %d, %v", msg, cm.HopLimit, err)
	}
	for _, hops := range []int{64, 255} {
		must(t, router.SetHopLimit(hops))
		if _, err := router.WriteTo(packet(t, goodPrefix(nil)), nil, from); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case adv := <-heard:
		if adv.Router != farLL || adv.Prefix != prefix {
			t.Errorf("%+v", adv)
		}
	case <-time.After(2 * time.Second):
		t.Fatal("no advertisement")
	}
	select {
	case adv := <-heard:
		t.Errorf("the forwarded one too: %+v", adv)
	case <-time.After(50 * time.Millisecond):
	}
	cancel()
	if _, ok := <-heard; ok {
		t.Error("the channel is still open")
	}
}

// router is a raw socket at the far end that hears solicitations.
func (s segment) router(t *testing.T) *ipv6.PacketConn {
	t.Helper()
	var pc *ipv6.PacketConn
	s.peer.Do(func() {
		dev1, err := find("dev1")
		must(t, err)
		conn, err := dev1.listenICMP(t.Context(), farLL)
		must(t, err)
		pc = ipv6.NewPacketConn(conn)
		must(t, pc.JoinGroup(dev1.Interface, dev1.address(allRouters)))
		must(t, pc.SetControlMessage(ipv6.FlagHopLimit, true))
		must(t, accept(conn, ipv6.ICMPTypeRouterSolicitation))
	})
	t.Cleanup(func() { pc.Close() })
	return pc
}
