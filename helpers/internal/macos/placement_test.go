package macos

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"mooring.dev/helpers/internal/plan"
)

var (
	tunnel    = plan.Tunnel{MAC: [6]byte{0x12, 0xab, 0x34, 0xcd, 0x56, 0xef}}
	stable    = netip.MustParsePrefix("2001:db8::10ab:34ff:fecd:56ef/64")
	local     = netip.MustParsePrefix("fe80::10ab:34ff:fecd:56ef/64")
	placement = plan.Placement{Address: stable.Addr(), Prefix: prefix, Router: router}
	now       = time.Unix(1_700_000_000, 0)
	scoped    = Route{To: defaultRoute, Via: router, Interface: 12, Scoped: true}
	onLink    = Route{To: prefix, Interface: 12}
)

func placed() Tap {
	return Tap{
		Index:     12,
		Addresses: []Address{{Prefix: local}, {stable, now.Add(time.Hour)}},
		Routes:    []Route{scoped, onLink, {To: netip.MustParsePrefix("fe80::/64"), Interface: 12}},
	}
}

func TestDifferences(t *testing.T) {
	without := func(change func(*Tap)) Tap {
		tap := placed()
		change(&tap)
		return tap
	}
	other := netip.MustParseAddr("fe80::2")
	for name, tt := range map[string]struct {
		have  Tap
		p     plan.Placement
		valid time.Duration
		want  string
	}{
		"all is there": {placed(), placement, time.Hour, ""},
		"a bare tap": {Tap{Index: 12}, placement, time.Hour, `start fe80::10ab:34ff:fecd:56ef/64
add address 2001:db8::10ab:34ff:fecd:56ef/64
add route ::/0 via fe80::1 by 12 scoped`},
		"a bare tap, nothing known yet": {Tap{Index: 12}, plan.Placement{}, 0, "start fe80::10ab:34ff:fecd:56ef/64"},
		"nothing known any more":        {placed(), plan.Placement{}, 0, ""},
		"the router is another one":     {placed(), plan.Placement{Address: stable.Addr(), Prefix: prefix, Router: other}, time.Hour, "remove route ::/0 via fe80::1 by 12 scoped\nadd route ::/0 via fe80::2 by 12 scoped"},
		"the router is gone":            {placed(), plan.Placement{Address: stable.Addr(), Prefix: prefix}, time.Hour, "remove route ::/0 via fe80::1 by 12 scoped"},
		"the default is everyone's":     {without(func(tap *Tap) { tap.Routes[0].Scoped = false }), placement, time.Hour, "remove route ::/0 via fe80::1 by 12\nadd route ::/0 via fe80::1 by 12 scoped"},
		"the default was deleted":       {without(func(tap *Tap) { tap.Routes = tap.Routes[1:] }), placement, time.Hour, "add route ::/0 via fe80::1 by 12 scoped"},
		"the address was deleted":       {without(func(tap *Tap) { tap.Addresses = tap.Addresses[:1] }), placement, time.Hour, "add address 2001:db8::10ab:34ff:fecd:56ef/64"},
		"the link-local was deleted":    {without(func(tap *Tap) { tap.Addresses = tap.Addresses[1:] }), placement, time.Hour, "start fe80::10ab:34ff:fecd:56ef/64"},
		"the kernel made one of its own": {without(func(tap *Tap) {
			tap.Addresses = append(tap.Addresses, Address{Prefix: netip.MustParsePrefix("fe80::1c:2d/64")})
		}), placement, time.Hour, "remove address fe80::1c:2d/64"},
		"the address has another prefix":   {without(func(tap *Tap) { tap.Addresses[1].Prefix = netip.PrefixFrom(stable.Addr(), 128) }), placement, time.Hour, "remove address 2001:db8::10ab:34ff:fecd:56ef/128\nadd address 2001:db8::10ab:34ff:fecd:56ef/64"},
		"it lives longer by a minute":      {placed(), placement, time.Hour + time.Minute, ""},
		"it lives longer by more":          {placed(), placement, time.Hour + 61*time.Second, "add address 2001:db8::10ab:34ff:fecd:56ef/64"},
		"it lives shorter":                 {placed(), placement, time.Minute, "add address 2001:db8::10ab:34ff:fecd:56ef/64"},
		"it lives for ever":                {placed(), placement, plan.Forever, "add address 2001:db8::10ab:34ff:fecd:56ef/64"},
		"it did":                           {without(func(tap *Tap) { tap.Addresses[1].Ends = time.Time{} }), placement, time.Hour, "add address 2001:db8::10ab:34ff:fecd:56ef/64"},
		"it does":                          {without(func(tap *Tap) { tap.Addresses[1].Ends = time.Time{} }), placement, plan.Forever, ""},
		"nobody asks how long it lives":    {placed(), placement, AnyLifetime, ""},
		"another interface has the prefix": {placed(), plan.Placement{Address: stable.Addr(), Prefix: prefix, Router: router, AtHome: true}, time.Hour, ""},
	} {
		var got []string
		for _, s := range Differences(tt.have, tunnel, tt.p, tt.valid, now) {
			got = append(got, s.String())
			if s.Do == AddAddress && s.Valid != tt.valid {
				t.Errorf("%s: valid for %v", name, s.Valid)
			}
		}
		if text := strings.Join(got, "\n"); text != tt.want {
			t.Errorf("%s\ngot\n%s\nwant\n%s", name, text, tt.want)
		}
	}
}

func TestClearing(t *testing.T) {
	got := Clearing(placed())
	if want := []Step{{Do: DropRoute, Route: scoped}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := Clearing(Tap{Index: 12, Routes: []Route{onLink}}); len(got) > 0 {
		t.Errorf("nothing to clear: %v", got)
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		"mtap0": "feth14750", "mtap9": "feth14759", "mwg0": "utun4750", "mwg9": "utun4759", "en0": "en0", "mtap10": "mtap10",
	} {
		got := Interface(name)
		if got != want || IsOwn(got) != (got != name) || len(got) >= nameLen {
			t.Errorf("%s: %s, ours %v", name, got, IsOwn(got))
		}
	}
	if Peer(0) != "feth24750" || !IsOwn(Peer(9)) || IsOwn("feth0") || IsOwn("utun0") {
		t.Error("a peer is not ours, or another's is")
	}
	if slot, ok := SlotOf("mtap3"); slot != 3 || !ok {
		t.Errorf("mtap3: %d, %v", slot, ok)
	}
	if _, ok := SlotOf("mwg3"); ok {
		t.Error("a link is no tap")
	}
}

func TestLinks(t *testing.T) {
	var links Links
	machine := func(change ...func(map[int]Link)) map[int]Link {
		all := map[int]Link{1: {Name: "lo0", Usable: true}, 4: {"en0", "\xac\xde", true}, 12: {"feth14750", "\x12\xab", true}}
		for _, c := range change {
			c(all)
		}
		return all
	}
	both, ours, underlay := plan.Change{Ours: true, Underlay: true}, plan.Change{Ours: true}, plan.Change{Underlay: true}
	expect := func(what string, got, want plan.Change) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
	}
	expect("all are new", links.Learn(machine()), both)
	expect("nothing new", links.Learn(machine()), plan.Change{})
	expect("down", links.Learn(machine(func(all map[int]Link) { all[4] = Link{"en0", "\xac\xde", false} })), underlay)
	expect("up", links.Learn(machine()), underlay)
	expect("our MAC", links.Learn(machine(func(all map[int]Link) { all[12] = Link{"feth14750", "\x02", true} })), ours)
	expect("ours is gone", links.Learn(machine(func(all map[int]Link) { delete(all, 12) })), ours)
	expect("and back", links.Learn(machine()), ours)
	if got := []uint64{links.Epoch(4), links.Epoch(12), links.Epoch(99)}; !slices.Equal(got, []uint64{1, 1, 0}) {
		t.Errorf("epochs %v", got)
	}

	expect("an address", links.Judge(Message{Type: TypeNewAddress, Interface: 4}), underlay)
	expect("ours", links.Judge(Message{Type: TypeNewAddress, Interface: 12}), ours)
	expect("an address less", links.Judge(Message{Type: TypeDelAddress, Interface: 4}), underlay)
	if got := links.Epoch(4); got != 2 {
		t.Errorf("epoch %d after the address went", got)
	}
	for _, kind := range []uint8{TypeAdd, TypeDelete, TypeChange} {
		expect("a route", links.Judge(Message{Type: kind, Interface: 4, Flags: 0x803}), underlay)
		expect("ours", links.Judge(Message{Type: kind, Interface: 12, Flags: 0x1000803}), ours)
		expect("a cloned one", links.Judge(Message{Type: kind, Interface: 4, Flags: 0x20005}), plan.Change{})
		expect("a neighbour", links.Judge(Message{Type: kind, Interface: 4, Flags: 0x405}), plan.Change{})
	}
	expect("a route by nothing known", links.Judge(Message{Type: TypeAdd, Interface: 77}), underlay)
	expect("an answer to somebody", links.Judge(Message{Type: TypeGet, Interface: 4}), plan.Change{})
	expect("something else", links.Judge(Message{Type: 7}), plan.Change{})
}

func TestSleepMeter(t *testing.T) {
	var m SleepMeter
	for i, tt := range []struct {
		awake, all time.Duration
		woke       bool
	}{
		{100 * time.Hour, 300 * time.Hour, false}, // whatever it slept before
		{101 * time.Hour, 301 * time.Hour, false},
		{101*time.Hour + time.Second, 301*time.Hour + 2*time.Second - 1, false}, // read apart
		{102 * time.Hour, 310 * time.Hour, true},
		{102*time.Hour + time.Second, 310*time.Hour + time.Second, false}, // once
		{102*time.Hour + 2*time.Second, 310*time.Hour + 3*time.Second, true},
	} {
		if got := m.Woke(tt.awake, tt.all); got != tt.woke {
			t.Errorf("reading %d: %v", i, got)
		}
	}
}

// TestService: a router in it would take all of a laptop's IPv6 into the tunnel.
func TestService(t *testing.T) {
	if got := serviceKey(3); got != "State:/Network/Service/dev.mooring.tap3/IPv6" {
		t.Error(got)
	}
	text := string(serviceValue("feth14753", stable.Addr()))
	for _, want := range []string{
		"<key>Addresses</key>\n\t<array>\n\t\t<string>2001:db8::10ab:34ff:fecd:56ef</string>\n\t</array>\n",
		"<key>InterfaceName</key>\n\t<string>feth14753</string>\n",
		"<key>PrefixLength</key>\n\t<array>\n\t\t<integer>64</integer>\n\t</array>\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "Router") || strings.Contains(text, "IPv4") {
		t.Errorf("it offers a way out:\n%s", text)
	}
}
