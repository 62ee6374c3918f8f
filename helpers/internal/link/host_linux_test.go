package link

import (
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"slices"
	"strings"
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

var (
	names  = plan.NamesFor(0)
	tunnel = plan.Tunnel{
		Name:    "home",
		Address: netip.MustParsePrefix("172.16.0.2/24"),
		Hub:     plan.Hub{Address: netip.MustParseAddr("172.16.0.1")},
		MAC:     [6]byte{0x12, 0xab, 0x34, 0xcd, 0x56, 0xef},
	}
	prefix = netip.MustParsePrefix("2001:db8::/64")
	stable = plan.StableAddress(prefix, tunnel.MAC)
	router = netip.MustParseAddr("fe80::1")
	placed = plan.Placement{Address: stable, Prefix: prefix, Router: router}
)

// newTap stands in for the GRETAP with a veth of its name and MAC, which is as good for all that lies on it.
func newTap(t *testing.T) (*Host, netlink.Link, *netnstest.Peer) {
	t.Helper()
	peer := netnstest.NewPeer(t)
	link := peer.Wire(t, names.Tap, tunnel.HardwareAddr(), "far")
	must(t, tapSysctls(names.Tap))
	peer.Up(t, link, "far")
	h := NewHost(slog.New(slog.DiscardHandler))
	t.Cleanup(func() { h.Clear(names) })
	return h, link, peer
}

// machine prints what the tests are about, as ip(8) would, without what differs by chance.
func machine(t *testing.T) string {
	t.Helper()
	var out []string
	addrs, err := netlink.AddrList(nil, netlink.FAMILY_V6)
	must(t, err)
	for _, a := range addrs {
		flags := []string{}
		for _, f := range []struct {
			bit  int
			name string
		}{{unix.IFA_F_NODAD, "nodad"}, {unix.IFA_F_DEPRECATED, "deprecated"}, {unix.IFA_F_NOPREFIXROUTE, "noprefixroute"}} {
			if a.Flags&f.bit != 0 {
				flags = append(flags, f.name)
			}
		}
		if !a.IP.IsLoopback() {
			out = append(out, strings.TrimSpace(fmt.Sprintf("addr %s %s", a.IPNet, strings.Join(flags, " "))))
		}
	}
	slices.Sort(out)
	routes, err := tableRoutes(names)
	must(t, err)
	for _, r := range routes {
		out = append(out, strings.TrimSpace(fmt.Sprintf("route %s via %v src %s proto %d", r.Dst, r.Gw, r.Src, r.Protocol)))
	}
	rules, err := netlink.RuleList(netlink.FAMILY_V6)
	must(t, err)
	for _, r := range rules {
		if r.Priority > 0 && r.Priority < 32766 {
			out = append(out, "rule "+ruleKey(r))
		}
	}
	tables, err := guards()
	must(t, err)
	for name := range tables {
		out = append(out, "nft inet "+name)
	}
	return strings.Join(out, "\n")
}

const wholeMachine = `addr 2001:db8::10ab:34ff:fecd:56ef/64 deprecated noprefixroute
addr fd6d:6f6f:7269:6e00::2/128 nodad noprefixroute
addr fe80::10ab:34ff:fecd:56ef/64
route 2001:db8::/64 via <nil> src 2001:db8::10ab:34ff:fecd:56ef proto 2
route ::/0 via fe80::1 src 2001:db8::10ab:34ff:fecd:56ef proto 2
rule 4750: from all to all fwmark 0x4d570000 lookup 0 goto 4790 protocol 2
rule 4760: from all to 2001:db8::/64 fwmark 0x0 lookup 47500 goto 0 protocol 2
rule 4770: from 2001:db8::10ab:34ff:fecd:56ef/128 to all fwmark 0x0 lookup 47500 goto 0 protocol 2
rule 4790: from all to all fwmark 0x0 lookup 0 goto 0 protocol 2`

// TestPlace applies placements one after the other to one machine.
func TestPlace(t *testing.T) {
	h, _, _ := newTap(t)
	change := func(f func(*plan.Placement)) plan.Placement {
		p := placed
		f(&p)
		return p
	}
	without := func(lines ...string) string {
		kept := slices.DeleteFunc(strings.Split(wholeMachine, "\n"), func(l string) bool {
			return slices.ContainsFunc(lines, func(s string) bool { return strings.HasPrefix(l, s) })
		})
		return strings.Join(kept, "\n")
	}
	for _, step := range []struct {
		name string
		p    plan.Placement
		want string
	}{
		{"nothing yet", plan.Placement{}, without("addr 2001", "addr fd", "route", "rule")},
		{"without a router", change(func(p *plan.Placement) { p.Router = netip.Addr{} }), without("route ::/0")},
		{"all", placed, wholeMachine},
		{"the same", placed, wholeMachine},
		{"at home", change(func(p *plan.Placement) { p.AtHome = true }), without("rule 4760")},
		{"nothing new is known", plan.Placement{}, without("rule 4760")},
		{"another router", change(func(p *plan.Placement) { p.Router = netip.MustParseAddr("fe80::2") }),
			strings.ReplaceAll(wholeMachine, "fe80::1 ", "fe80::2 ")},
		{"another prefix", change(func(p *plan.Placement) {
			p.Prefix = netip.MustParsePrefix("2001:db8:5::/64")
			p.Address = plan.StableAddress(p.Prefix, tunnel.MAC)
		}), strings.ReplaceAll(strings.ReplaceAll(wholeMachine, "2001:db8::/64", "2001:db8:5::/64"), "2001:db8::10", "2001:db8:5:0:10")},
		{"back", placed, wholeMachine},
	} {
		if err := h.Place(names, tunnel, step.p, time.Hour); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got := machine(t); got != step.want {
			t.Errorf("%s:\n%s\nwant:\n%s", step.name, got, step.want)
		}
		if ok, err := h.Intact(names, tunnel, step.p); !ok || err != nil {
			t.Errorf("%s: not intact: %v", step.name, err)
		}
	}
	must(t, h.Clear(names))
	if got, want := machine(t), without("route", "rule"); got != want {
		t.Errorf("cleared:\n%s\nwant:\n%s", got, want)
	}
	must(t, h.Clear(names)) // what is gone is no error
}

// TestIntact: each thing that another program may take away is missed.
func TestIntact(t *testing.T) {
	h, link, _ := newTap(t)
	must(t, h.Place(names, tunnel, placed, plan.Forever))
	removeRule := func(priority int) func() error {
		return func() error {
			rules, err := ownRules(names)
			must(t, err)
			for _, r := range rules {
				if r.Priority == priority {
					return netlink.RuleDel(&r)
				}
			}
			return fmt.Errorf("no rule %d", priority)
		}
	}
	removeAddr := func(p string) func() error {
		return func() error {
			a, err := netlink.ParseAddr(p)
			must(t, err)
			return netlink.AddrDel(link, a)
		}
	}
	for name, damage := range map[string]func() error{
		"rule 4750": removeRule(names.PriorityBypass), "rule 4760": removeRule(names.PriorityTo),
		"rule 4770": removeRule(names.PriorityFrom), "rule 4790": removeRule(names.PriorityEnd),
		"stable address": removeAddr(stable.String() + "/64"),
		"link-local":     removeAddr(plan.LinkLocal(tunnel.MAC).String() + "/64"),
		"decoy":          removeAddr(names.Decoy.String()),
		"the table":      func() error { return clearRoutes(names) },
		"a preferred address": func() error {
			a := netlink.Addr{IPNet: ipNet(netip.PrefixFrom(stable, 64)), Flags: unix.IFA_F_NOPREFIXROUTE, ValidLft: 900, PreferedLft: 900}
			return netlink.AddrReplace(link, &a)
		},
	} {
		must(t, damage())
		if ok, err := h.Intact(names, tunnel, placed); ok || err != nil {
			t.Errorf("without %s: intact %v, %v", name, ok, err)
		}
		must(t, h.Place(names, tunnel, placed, plan.Forever))
		if got := machine(t); got != wholeMachine {
			t.Errorf("%s put back:\n%s", name, got)
		}
	}
}

// TestStrangersStay: rules of others at our priorities are neither ours nor removed.
func TestStrangersStay(t *testing.T) {
	h, _, _ := newTap(t)
	var strangers []netlink.Rule
	for _, priority := range []int{names.PriorityBypass, names.PriorityTo, names.PriorityFrom, names.PriorityEnd} {
		r := netlink.NewRule()
		r.Family, r.Priority, r.Table, r.Mark = netlink.FAMILY_V6, priority, 77, 0x99
		must(t, netlink.RuleAdd(r))
		strangers = append(strangers, *r)
	}
	before := machine(t)
	leftovers := func(want ...int) {
		t.Helper()
		if slots, err := h.Leftovers(); err != nil || !slices.Equal(slots, want) {
			t.Errorf("leftovers %v, %v; want %v", slots, err, want)
		}
	}
	leftovers()
	must(t, h.Place(names, tunnel, placed, time.Hour))
	leftovers(0)
	must(t, h.Clear(names))
	leftovers()
	rules, err := netlink.RuleList(netlink.FAMILY_V6)
	must(t, err)
	for _, s := range strangers {
		if !slices.ContainsFunc(rules, func(r netlink.Rule) bool { return r.Priority == s.Priority && r.Table == 77 }) {
			t.Errorf("the stranger's rule %d is gone; before:\n%s", s.Priority, before)
		}
		netlink.RuleDel(&s)
	}
}

func TestLifetimes(t *testing.T) {
	h, link, _ := newTap(t)
	left := func() time.Duration {
		addrs, err := netlink.AddrList(link, netlink.FAMILY_V6)
		must(t, err)
		for _, a := range addrs {
			if a.IP.Equal(stable.AsSlice()) {
				if a.PreferedLft != 0 {
					t.Errorf("preferred for %d s", a.PreferedLft)
				}
				return time.Duration(uint32(a.ValidLft)) * time.Second
			}
		}
		return 0
	}
	must(t, h.Place(names, tunnel, placed, 2*time.Hour))
	if got := left(); got != plan.Forever {
		t.Errorf("while DAD runs it is left for %v", got)
	}
	awaitDAD(t, h, plan.DADOK)
	for _, step := range []struct{ set, want time.Duration }{
		{plan.Forever, plan.Forever},
		{2 * time.Hour, 2 * time.Hour},
		{2*time.Hour + 30*time.Second, 2 * time.Hour}, // not worth a message to every listener
		{24 * time.Hour, 24 * time.Hour},
		{time.Second, time.Second},
	} {
		must(t, h.Place(names, tunnel, placed, step.set))
		if got := left(); (got - step.want).Abs() > 2*time.Second {
			t.Errorf("set %v, left %v", step.set, got)
		}
	}
}

// TestDAD: the far end has the address already.
func TestDAD(t *testing.T) {
	h, _, peer := newTap(t)
	if dad, err := h.DAD(names, stable); dad != plan.DADNone || err != nil {
		t.Errorf("before there is an address: %v, %v", dad, err)
	}
	must(t, h.Place(names, tunnel, placed, plan.Forever))
	awaitDAD(t, h, plan.DADTentative)
	awaitDAD(t, h, plan.DADOK)

	other := plan.StableAddress(netip.MustParsePrefix("2001:db8:9::/64"), tunnel.MAC)
	peer.Do(func() { netnstest.Address(t, "far", other.String()+"/64") })
	p := plan.Placement{Address: other, Prefix: netip.PrefixFrom(other, 64).Masked()}
	if err := h.Place(names, tunnel, p, time.Hour); err != nil {
		t.Log("DAD was quicker than the routes: ", err)
	}
	awaitDAD(t, h, plan.DADDuplicate)
}

// awaitDAD waits until the stable address is in that state.
func awaitDAD(t *testing.T, h *Host, want plan.DAD) {
	t.Helper()
	netnstest.Await(t, "DAD is "+string(want), 4*time.Second, func() bool {
		dad, err := h.DAD(names, stable)
		must(t, err)
		return dad == want
	})
}

func TestAtHome(t *testing.T) {
	h, _, peer := newTap(t)
	must(t, h.Place(names, tunnel, placed, plan.Forever))
	if home, err := h.AtHome(prefix); home || err != nil {
		t.Errorf("our own address counts: %v, %v", home, err)
	}
	wlan := peer.Wire(t, "wlan1", nil, "ap")
	peer.Up(t, wlan, "ap")
	netnstest.Address(t, "wlan1", "2001:db8::77/64")
	if home, err := h.AtHome(prefix); !home || err != nil {
		t.Errorf("with wlan1 in the prefix: %v, %v", home, err)
	}
}

func TestTapSettings(t *testing.T) {
	_, _, _ = newTap(t)
	for _, s := range tapSettings {
		b, err := os.ReadFile(ipv6Conf + "/" + names.Tap + "/" + s.name)
		if err != nil || strings.TrimSpace(string(b)) != s.value {
			t.Errorf("%s is %q, %v; want %s", s.name, b, err, s.value)
		}
	}
	for range 2 {
		must(t, disableTxChecksum(names.Tap))
	}
	if err := disableTxChecksum("nodev"); err == nil {
		t.Error("an interface that is not there has no offload to switch off")
	}
}

// TestForwarding: with forwarding on everywhere the kernel's own link-local would be slow, so it is made by Place.
func TestForwarding(t *testing.T) {
	netnstest.Sysctl(t, "ipv6/conf/all/forwarding", "1")
	t.Cleanup(func() { netnstest.Sysctl(t, "ipv6/conf/all/forwarding", "0") })
	h, link, _ := newTap(t)
	must(t, h.Place(names, tunnel, plan.Placement{}, plan.Forever))
	addrs, err := netlink.AddrList(link, netlink.FAMILY_V6)
	must(t, err)
	if len(addrs) != 1 || addrs[0].Flags&unix.IFA_F_OPTIMISTIC == 0 {
		t.Errorf("addresses %v", addrs)
	}
}

func TestHasLinkKind(t *testing.T) {
	for kind, want := range map[string]bool{"bridge": true, "veth": true, "no-such-kind": false} {
		if got, err := hasLinkKind(kind); got != want || err != nil {
			t.Errorf("%s: %v, %v", kind, got, err)
		}
	}
	links, err := netlink.LinkList()
	must(t, err)
	for _, l := range links {
		if l.Attrs().Name == "mooring-probe" {
			t.Error("probing made an interface")
		}
	}
}

// TestGuard: the filter is missed with any part of it, put back, and outlives the tap.
func TestGuard(t *testing.T) {
	e := NewKernelEngine(slog.New(slog.DiscardHandler), t.TempDir())
	for _, one := range []struct {
		name   string
		damage func()
	}{
		{"nothing yet", func() {}},
		{"the table", func() { must(t, clearGuard(names)) }},
		{"its rule", func() {
			c, err := nftables.New()
			must(t, err)
			c.FlushTable(&nftables.Table{Name: names.NftTable, Family: nftables.TableFamilyINet})
			must(t, c.Flush())
		}},
	} {
		one.damage()
		if ok, err := guardIntact(names, tunnel); ok || err != nil {
			t.Errorf("%s: intact %v, %v", one.name, ok, err)
		}
		for range 2 {
			must(t, guard(names, tunnel))
			if ok, err := guardIntact(names, tunnel); !ok || err != nil {
				t.Errorf("%s: made, and not intact: %v", one.name, err)
			}
		}
	}
	if slots, err := e.Leftovers(); err != nil || !slices.Equal(slots, []int{names.Slot}) { // for the filter alone
		t.Errorf("leftovers %v, %v", slots, err)
	}
	for range 2 {
		must(t, e.Down(names))
		if tables, err := guards(); err != nil || tables[names.NftTable] {
			t.Errorf("left: %v, %v", tables, err)
		}
	}
	if slots, err := e.Leftovers(); err != nil || slots != nil {
		t.Errorf("down, and left are %v, %v", slots, err)
	}
}

// TestTaken: an interface of our name that is something else is left alone and named.
func TestTaken(t *testing.T) {
	_, link, _ := newTap(t)
	e := NewKernelEngine(slog.New(slog.DiscardHandler), t.TempDir())
	if err := tapIsOurs(link, nil); err == nil || !strings.Contains(err.Error(), "mtap0 belongs to another program: it is of type veth") {
		t.Errorf("%v", err)
	}
	must(t, e.Down(names))
	if l, err := Find(names.Tap); l == nil || err != nil {
		t.Errorf("the stranger's interface is gone: %v", err)
	}
}
