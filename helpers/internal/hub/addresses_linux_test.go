package hub_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"mooring.dev/helpers/internal/netnstest"
)

// What comes from another address than a laptop has sent to would not pass the NAT between them, and moves the laptop's
// endpoint there.
func TestAHubWithTwoAddressesAnswersFromTheOneAsked(t *testing.T) {
	netnstest.NoLeaks(t)
	serve(t, file(t, []person{office}))
	l := join(t, office)
	hub := publicOf(hubKey)
	endpoint := func() string {
		p, err := l.end.Peer(hub)
		must(t, err)
		return p.Endpoint.String()
	}
	wan := fmt.Sprintf("wan%d", l.n)
	netnstest.Sysctl(t, "ipv6/conf/"+wan+"/accept_dad", "0")
	netnstest.Address(t, wan, fmt.Sprintf("10.0.%d.9/24", l.n), "2001:db8:99::9/64", "2001:db8:99::1/64")
	l.Do(func() { netnstest.Address(t, "eth0", "2001:db8:99::2/64") })
	l.awaitSLAAC()
	for _, asked := range []string{fmt.Sprintf("10.0.%d.9", l.n), "2001:db8:99::9"} {
		to := netip.AddrPortFrom(netip.MustParseAddr(asked), hubPort)
		// A late packet from where it asked before moves it back.
		netnstest.Await(t, "the hub is asked at "+asked, 10*time.Second, func() bool {
			must(t, l.end.SetEndpoint(hub, to))
			pings(t, l.Peer, tap, l.stable(), router6)
			return endpoint() == to.String()
		})
		transfers(t, l.Peer, nil, l.stable(), router6, 4<<20)
		if got := endpoint(); got != to.String() {
			t.Errorf("asked at %s, the hub answered from %s", to, got)
		}
	}
	// The address has gone: the hub goes on from its other one, and the laptop follows.
	removed, err := netlink.ParseAddr("2001:db8:99::9/64")
	must(t, err)
	must(t, netlink.AddrDel(netnstest.Link(t, wan), removed))
	pings(t, nil, "taps_bridge", router6, l.stable())
	transfers(t, l.Peer, nil, l.stable(), router6, 1<<20)
	if want := netip.AddrPortFrom(netip.MustParseAddr("2001:db8:99::1"), hubPort).String(); endpoint() != want {
		t.Errorf("the laptop asks at %s, want %s", endpoint(), want)
	}
}
