package udpbind

import (
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/netnstest"
)

// wired has this machine, a hub, on the wire eth0 with each family twice, and another machine at the far end.
func wired(t *testing.T) *netnstest.Peer {
	t.Helper()
	netnstest.NoLeaks(t)
	p := netnstest.NewPeer(t)
	link := p.Wire(t, "eth0", nil, "eth0")
	netnstest.Sysctl(t, "ipv6/conf/eth0/accept_dad", "0")
	p.Do(func() {
		netnstest.Sysctl(t, "ipv6/conf/eth0/accept_dad", "0")
		netnstest.Address(t, "eth0", "192.0.2.9/24", "2001:db8::9/64", "fe80::9/64")
	})
	// Where the route says nothing, IPv4 takes the oldest address and IPv6 the newest.
	netnstest.Address(t, "eth0", "192.0.2.1/24", "192.0.2.2/24", "2001:db8::2/64", "2001:db8::1/64", "fe80::2/64", "fe80::1/64")
	p.Up(t, link, "eth0")
	return p
}

// asker is a socket of the other machine's, bound to an address of its where that is not empty.
func asker(t *testing.T, p *netnstest.Peer, network, bound string) (s *net.UDPConn) {
	t.Helper()
	p.Do(func() {
		var err error
		s, err = net.ListenUDP(network, &net.UDPAddr{IP: net.ParseIP(bound)})
		must(t, err)
		must(t, s.SetDeadline(time.Now().Add(10*time.Second)))
	})
	t.Cleanup(func() { s.Close() })
	return s
}

// answeredFrom tells from where each of the next datagrams came, and expects one address.
func answeredFrom(t *testing.T, s *net.UDPConn, count int) string {
	t.Helper()
	var all netip.Addr
	for i := range count {
		_, from, err := s.ReadFromUDPAddrPort(make([]byte, 2000))
		if err != nil {
			t.Fatalf("after %d answers of %d: %v", i, count, err)
		}
		if a := from.Addr().WithZone("").Unmap(); i == 0 {
			all = a
		} else if a != all {
			t.Errorf("answers come from %s and %s", all, a)
		}
	}
	return all.String()
}

// places are a hub's addresses of each kind: that of the route, and the other.
var places = []struct{ network, first, second, asker string }{
	{"udp4", "192.0.2.1", "192.0.2.2", ""},
	{"udp6", "2001:db8::1", "2001:db8::2", ""},
	{"udp6", "fe80::1", "fe80::2", ""},
	{"udp6", "fe80::1", "fe80::2", "2001:db8::9"}, // whose address does not say on which wire the hub's is
}

func at(t *testing.T, address string, port uint16) netip.AddrPort {
	t.Helper()
	a := netip.MustParseAddr(address)
	if a.IsLinkLocalUnicast() {
		a = a.WithZone("eth0")
	}
	return netip.AddrPortFrom(a, port)
}

func TestAnswersComeFromWhereTheHubWasAsked(t *testing.T) {
	p := wired(t)
	for _, offload := range []bool{true, false} {
		hub := listen(t, offload, Options{AnswerWhereAsked: true})
		for i, place := range places {
			for _, address := range []string{place.second, place.first, place.second} {
				s := asker(t, p, place.network, place.asker)
				send(t, p, s, at(t, address, hub.port))
				_, from := hub.receive(t, min(i, 1), 1)
				answer := [][]byte{pattern(100, 1), pattern(100, 2), pattern(100, 3), pattern(40, 4)}
				must(t, hub.Send(answer, from[0]))
				if got := answeredFrom(t, s, len(answer)); got != address {
					t.Errorf("offload %v: asked at %s, answered from %s", offload, address, got)
				}
			}
		}
	}
}

// All packets of a coalesced message were heard at the same address.
func TestTheAddressOfATrainIsKept(t *testing.T) {
	p := wired(t)
	hub := listen(t, true, Options{AnswerWhereAsked: true})
	var laptop *open
	p.Do(func() { laptop = listen(t, true, Options{}) })
	for i, place := range places[:2] {
		asked := [][]byte{pattern(500, 0), pattern(500, 1), pattern(500, 2), pattern(100, 3)}
		must(t, laptop.Send(asked, endpointOf(t, laptop, place.second, hub.port)))
		got, from := hub.receive(t, i, len(asked))
		expectSame(t, got, asked)
		for n, e := range from {
			if e.SrcToString() != place.second {
				t.Errorf("packet %d to %s was heard at %s", n, place.second, e.SrcToString())
			}
			if e != from[0] {
				t.Errorf("packet %d to %s has an endpoint of its own", n, place.second)
			}
		}
		must(t, hub.Send(got, from[3]))
		back, source := laptop.receive(t, i, len(asked))
		expectSame(t, back, asked)
		if source[0].DstIP().String() != place.second {
			t.Errorf("asked at %s, answered from %s", place.second, source[0].DstToString())
		}
	}
}

func TestAnswersGoOnWhenTheAddressHasGone(t *testing.T) {
	p := wired(t)
	for _, offload := range []bool{true, false} {
		hub := listen(t, offload, Options{AnswerWhereAsked: true})
		for i, place := range places[:2] {
			second := fmt.Sprintf("%s/%d", place.second, []int{24, 64}[i])
			s := asker(t, p, place.network, place.asker)
			send(t, p, s, at(t, place.second, hub.port))
			_, from := hub.receive(t, i, 1)
			removed, err := netlink.ParseAddr(second)
			must(t, err)
			must(t, netlink.AddrDel(netnstest.Link(t, "eth0"), removed))
			answer := [][]byte{pattern(100, 1), pattern(100, 2)}
			for range 2 {
				must(t, hub.Send(answer, from[0]))
				if got := answeredFrom(t, s, len(answer)); got != place.first {
					t.Errorf("offload %v: %s has gone, answered from %s", offload, place.second, got)
				}
			}
			if from[0].SrcIP().IsValid() {
				t.Errorf("offload %v: %s is still remembered", offload, from[0].SrcToString())
			}
			netnstest.Address(t, "eth0", second) // and is there again
			netnstest.Await(t, second+" is served", 5*time.Second, func() bool {
				routes, err := netlink.RouteGet(net.ParseIP(place.second))
				return err == nil && routes[0].Type == unix.RTN_LOCAL
			})
			send(t, p, s, at(t, place.second, hub.port))
			_, from = hub.receive(t, i, 1)
			if got := from[0].SrcToString(); got != place.second {
				t.Errorf("offload %v: asked at %s, which is remembered as %s", offload, place.second, got)
			}
		}
	}
}

func TestALaptopAnswersByItsRoute(t *testing.T) {
	p := wired(t)
	laptop := listen(t, true, Options{})
	for i, place := range places[:2] {
		s := asker(t, p, place.network, place.asker)
		send(t, p, s, at(t, place.second, laptop.port))
		_, from := laptop.receive(t, i, 1)
		must(t, laptop.Send([][]byte{{1}}, from[0]))
		if got := answeredFrom(t, s, 1); got != place.first {
			t.Errorf("answered from %s, want that of the route, %s", got, place.first)
		}
	}
}

// send is the other machine's, where the zone of a link-local address has another number.
func send(t *testing.T, p *netnstest.Peer, s *net.UDPConn, to netip.AddrPort) {
	t.Helper()
	p.Do(func() {
		if to.Addr().Zone() != "" {
			to = netip.AddrPortFrom(to.Addr().WithZone(fmt.Sprint(netnstest.Link(t, "eth0").Attrs().Index)), to.Port())
		}
		_, err := s.WriteToUDPAddrPort(pattern(148, 0), to)
		must(t, err)
	})
}
