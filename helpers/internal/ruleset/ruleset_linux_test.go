package ruleset_test

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/vishvananda/netlink"

	"mooring.dev/helpers/internal/netnstest"
	"mooring.dev/helpers/internal/ruleset"
)

func TestMain(m *testing.M) { netnstest.Main(m) }

var must = netnstest.Must

// world is two machines, one on either side of us.
type world struct {
	a, b         *netnstest.Peer
	aWire, bWire netlink.Link
}

// newWorld wires them to aDevice and bDevice here; neither has an address yet.
func newWorld(t *testing.T, aDevice, bDevice string) world {
	t.Helper()
	w := world{a: netnstest.NewPeer(t), b: netnstest.NewPeer(t)}
	w.aWire, w.bWire = w.a.Wire(t, aDevice, nil, "eth0"), w.b.Wire(t, bDevice, nil, "eth0")
	w.a.Up(t, w.aWire, "eth0")
	w.b.Up(t, w.bWire, "eth0")
	return w
}

// bridged puts both wires on a bridge and gives the machines addresses of one network.
func bridged(t *testing.T, aDevice, bDevice string) world {
	t.Helper()
	w := newWorld(t, aDevice, bDevice)
	attrs := netlink.NewLinkAttrs()
	attrs.Name = "br0"
	br := &netlink.Bridge{LinkAttrs: attrs, MulticastSnooping: new(bool)}
	must(t, netlink.LinkAdd(br))
	t.Cleanup(func() { netlink.LinkDel(br) })
	must(t, netlink.LinkSetUp(br))
	must(t, netlink.LinkSetMaster(w.aWire, br))
	must(t, netlink.LinkSetMaster(w.bWire, br))
	w.a.Do(func() { netnstest.Address(t, "eth0", "192.168.0.1/16", "fd00::1/64") })
	w.b.Do(func() { netnstest.Address(t, "eth0", "192.168.0.2/16", "fd00::2/64") })
	return w
}

// mss connects from a to b and gives the segment size that each side sends by then.
func (w world) mss(t *testing.T, b string) (ofA, ofB int) {
	t.Helper()
	var l net.Listener
	var err error
	w.b.Do(func() { l, err = net.Listen("tcp", net.JoinHostPort(b, "0")) })
	must(t, err)
	defer l.Close()
	var c net.Conn
	w.a.Do(func() { c, err = net.DialTimeout("tcp", l.Addr().String(), 5*time.Second) })
	must(t, err)
	defer c.Close()
	other, err := l.Accept()
	must(t, err)
	defer other.Close()
	return netnstest.MSS(t, c), netnstest.MSS(t, other)
}

func write(t *testing.T, table ruleset.Table) {
	t.Helper()
	must(t, ruleset.Write(table))
	t.Cleanup(func() { must(t, ruleset.Remove(table.Family, table.Name)) })
}

func bridgeTable(chains ...ruleset.Chain) ruleset.Table {
	return ruleset.Table{Family: nftables.TableFamilyBridge, Name: "test", Chains: chains}
}

func TestClampBridged(t *testing.T) {
	for _, tt := range []struct{ aDevice, bDevice string }{{"gretap_a", "lan0"}, {"lan0", "gretap_a"}, {"gretap_a", "gretap_b"}} {
		t.Run(tt.aDevice+" to "+tt.bDevice, func(t *testing.T) {
			w := bridged(t, tt.aDevice, tt.bDevice)
			if a, b := w.mss(t, "192.168.0.2"); a != 1460 || b != 1460 {
				t.Fatalf("without a clamp: %d and %d", a, b)
			}
			write(t, bridgeTable(ruleset.ClampBridged("gretap_*", 1382)))
			if a, b := w.mss(t, "192.168.0.2"); a != 1342 || b != 1342 {
				t.Errorf("IPv4: %d and %d, want 1342", a, b)
			}
			if a, b := w.mss(t, "fd00::2"); a != 1322 || b != 1322 {
				t.Errorf("IPv6: %d and %d, want 1322", a, b)
			}
		})
	}
}

func TestClampBridgedLeavesOthersAlone(t *testing.T) {
	w := bridged(t, "lan0", "lan1")
	write(t, bridgeTable(ruleset.ClampBridged("gretap_*", 1382)))
	if a, b := w.mss(t, "192.168.0.2"); a != 1460 || b != 1460 {
		t.Errorf("between two LAN members: %d and %d, want 1460", a, b)
	}
}

func TestClampBridgedRaisesNothing(t *testing.T) {
	w := bridged(t, "gretap_a", "lan0")
	write(t, bridgeTable(ruleset.ClampBridged("gretap_*", 1382)))
	w.a.Do(func() {
		l := netnstest.Link(t, "eth0")
		must(t, netlink.LinkSetMTU(l, 1300))
	})
	if a, b := w.mss(t, "192.168.0.2"); a != 1260 || b != 1260 {
		t.Errorf("with a narrower end: %d and %d, want 1260", a, b)
	}
}

// routed makes us the router between two networks: a behind tun0, which carries 1,382 octets here, b behind eth0.
func routed(t *testing.T) world {
	t.Helper()
	w := newWorld(t, "tun0", "eth0")
	netnstest.Address(t, "tun0", "192.168.0.1/24", "fd00:1::1/64")
	netnstest.Address(t, "eth0", "198.51.100.1/24", "fd00:2::1/64")
	must(t, netlink.LinkSetMTU(w.aWire, 1382))
	w.a.Do(func() {
		netnstest.Address(t, "eth0", "192.168.0.2/24", "fd00:1::2/64")
		netnstest.DefaultRoute(t, "192.168.0.1")
		netnstest.DefaultRoute(t, "fd00:1::1")
	})
	w.b.Do(func() {
		netnstest.Address(t, "eth0", "198.51.100.2/24", "fd00:2::2/64")
		netnstest.DefaultRoute(t, "198.51.100.1")
		netnstest.DefaultRoute(t, "fd00:2::1")
	})
	for _, name := range []string{"ipv4/conf/all/forwarding", "ipv6/conf/all/forwarding"} {
		netnstest.Sysctl(t, name, "1")
		t.Cleanup(func() { netnstest.Sysctl(t, name, "0") })
	}
	return w
}

func TestClampRouted(t *testing.T) {
	w := routed(t)
	if a, b := w.mss(t, "198.51.100.2"); a != 1460 || b != 1460 {
		t.Fatalf("without a clamp: %d and %d", a, b)
	}
	write(t, ruleset.Table{Family: nftables.TableFamilyINet, Name: "test", Chains: []ruleset.Chain{ruleset.ClampRouted("tun0")}})
	if a, b := w.mss(t, "198.51.100.2"); a != 1342 || b != 1342 {
		t.Errorf("IPv4: %d and %d, want 1342", a, b)
	}
	if a, b := w.mss(t, "fd00:2::2"); a != 1322 || b != 1322 {
		t.Errorf("IPv6: %d and %d, want 1322", a, b)
	}
}

func TestPin(t *testing.T) {
	w := bridged(t, "gretap_a", "gretap_b")
	var own [6]byte
	w.a.Do(func() {
		l := netnstest.Link(t, "eth0")
		copy(own[:], l.Attrs().HardwareAddr)
	})
	sets, chain := ruleset.Pin(map[string][6]byte{"gretap_a": own, "gretap_other": {2, 1}})
	table := bridgeTable(chain)
	table.Sets = sets
	write(t, table)
	w.mss(t, "192.168.0.2") // connects: its own MAC passes, and the other port, which is not pinned
	if n := dropped(t, table); n != 0 {
		t.Fatalf("%d of its own frames dropped", n)
	}
	w.a.Do(func() {
		l := netnstest.Link(t, "eth0")
		must(t, netlink.LinkSetHardwareAddr(l, net.HardwareAddr{2, 0xba, 0xd, 0, 0, 1}))
		if c, err := net.DialTimeout("tcp", "192.168.0.2:1", 300*time.Millisecond); err == nil || !err.(net.Error).Timeout() {
			t.Errorf("from another MAC: got %v, %v; want silence", c, err)
		}
	})
	if n := dropped(t, table); n == 0 {
		t.Error("nothing was counted")
	}
}

func dropped(t *testing.T, table ruleset.Table) uint64 {
	t.Helper()
	chain := table.Chains[0].Name
	c, err := nftables.New()
	must(t, err)
	rules, err := c.GetRules(&nftables.Table{Name: table.Name, Family: table.Family}, &nftables.Chain{Name: chain})
	must(t, err)
	at := slices.IndexFunc(rules[0].Exprs, func(e expr.Any) bool { _, ok := e.(*expr.Counter); return ok })
	return rules[0].Exprs[at].(*expr.Counter).Packets
}

func TestGuard(t *testing.T) {
	w := newWorld(t, "wg0", "eth0")
	netnstest.Address(t, "wg0", "172.16.0.1/24")
	netnstest.Address(t, "eth0", "198.51.100.1/24")
	table := ruleset.Table{Family: nftables.TableFamilyINet, Name: "test", Chains: []ruleset.Chain{
		ruleset.Guard(netip.MustParseAddr("172.16.0.1"), "wg0"),
	}}
	write(t, table)
	w.a.Do(func() {
		netnstest.Address(t, "eth0", "172.16.0.2/24")
		gre(t, "172.16.0.1")
	})
	if n := dropped(t, table); n != 0 {
		t.Errorf("%d dropped that came out of the link", n)
	}
	w.b.Do(func() {
		netnstest.Address(t, "eth0", "198.51.100.2/24")
		netnstest.DefaultRoute(t, "198.51.100.1")
		gre(t, "198.51.100.1") // to an address of ours that is not the hub's
		gre(t, "172.16.0.1")
	})
	if n := dropped(t, table); n != 1 {
		t.Errorf("%d of a neighbour's dropped, want 1", n)
	}
}

// gre sends one packet and waits until its way is known.
func gre(t *testing.T, to string) {
	t.Helper()
	c, err := net.Dial("ip4:47", to)
	must(t, err)
	defer c.Close()
	_, err = c.Write([]byte{0, 0, 0x65, 0x58})
	must(t, err)
	time.Sleep(100 * time.Millisecond)
}

// A table of the name that a killed predecessor left is replaced whole, and removing what is not there is no error.
func TestWriteReplaces(t *testing.T) {
	for i := range 3 {
		table := bridgeTable()
		for n := range i + 1 {
			c := ruleset.ClampBridged("x*", 1400)
			c.Name += strconv.Itoa(n)
			table.Chains = append(table.Chains, c)
		}
		must(t, ruleset.Write(table))
		c, err := nftables.New()
		must(t, err)
		chains, err := c.ListChainsOfTableFamily(nftables.TableFamilyBridge)
		must(t, err)
		if len(chains) != i+1 {
			t.Errorf("%d chains, want %d", len(chains), i+1)
		}
	}
	for range 2 {
		must(t, ruleset.Remove(nftables.TableFamilyBridge, "test"))
	}
}
