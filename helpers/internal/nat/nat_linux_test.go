package nat_test

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/google/nftables"

	"mooring.dev/helpers/internal/nat"
	"mooring.dev/helpers/internal/netnstest"
	"mooring.dev/helpers/internal/ruleset"
)

func TestMain(m *testing.M) { netnstest.Main(m) }

var must = netnstest.Must

// seenFrom tells by which address the machine that listens on to sees who dials it from in.
func seenFrom(t *testing.T, in, out *netnstest.Peer, to string) string {
	t.Helper()
	var l net.Listener
	var err error
	out.Do(func() { l, err = net.Listen("tcp", net.JoinHostPort(to, "0")) })
	must(t, err)
	defer l.Close()
	var c net.Conn
	in.Do(func() { c, err = net.DialTimeout("tcp", l.Addr().String(), 5*time.Second) })
	must(t, err)
	defer c.Close()
	other, err := l.Accept()
	must(t, err)
	defer other.Close()
	host, _, err := net.SplitHostPort(other.RemoteAddr().String())
	must(t, err)
	return host
}

// We route between the inside, another network beside it, and the internet at eth0.
func TestMasquerade(t *testing.T) {
	inside, beside, internet := netnstest.NewPeer(t), netnstest.NewPeer(t), netnstest.NewPeer(t)
	for _, m := range []struct {
		peer         *netnstest.Peer
		device       string
		ours, theirs string
	}{
		{inside, "in0", "192.168.0.1", "192.168.0.2"},
		{beside, "in1", "10.9.0.1", "10.9.0.2"},
		{internet, "eth0", "198.51.100.1", "198.51.100.2"},
	} {
		m.peer.Up(t, m.peer.Wire(t, m.device, nil, "eth0"), "eth0")
		netnstest.Address(t, m.device, m.ours+"/24")
		m.peer.Do(func() { netnstest.Address(t, "eth0", m.theirs+"/24"); netnstest.DefaultRoute(t, m.ours) })
	}
	netnstest.Sysctl(t, "ipv4/conf/all/forwarding", "1")
	t.Cleanup(func() { netnstest.Sysctl(t, "ipv4/conf/all/forwarding", "0") })

	must(t, ruleset.Write(ruleset.Table{Family: nftables.TableFamilyINet, Name: "test", Chains: []ruleset.Chain{
		nat.Masquerade("eth0", []netip.Prefix{netip.MustParsePrefix("2001:db8::1/64"), netip.MustParsePrefix("192.168.0.1/24")}),
	}}))
	t.Cleanup(func() { must(t, ruleset.Remove(nftables.TableFamilyINet, "test")) })
	if from := seenFrom(t, inside, internet, "198.51.100.2"); from != "198.51.100.1" {
		t.Errorf("the internet sees the inside as %s", from)
	}
	if from := seenFrom(t, beside, internet, "198.51.100.2"); from != "10.9.0.2" {
		t.Errorf("the internet sees another network as %s", from)
	}
	if from := seenFrom(t, inside, beside, "10.9.0.2"); from != "192.168.0.2" {
		t.Errorf("another network sees the inside as %s", from)
	}
}
