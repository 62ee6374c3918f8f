package reconcile

import (
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/proto"
)

// TestRenewed has the cases of RFC 4862 section 5.5.3 e.
func TestRenewed(t *testing.T) {
	for _, test := range []struct{ remaining, advertised, want time.Duration }{
		{10 * time.Hour, 24 * time.Hour, 24 * time.Hour},
		{10 * time.Hour, 3 * time.Hour, 3 * time.Hour},
		{time.Minute, time.Hour, time.Hour},          // longer than what is left
		{time.Hour, time.Minute, time.Hour},          // shorter, and little is left: ignored
		{2 * time.Hour, 0, 2 * time.Hour},            // as above
		{10 * time.Hour, time.Minute, 2 * time.Hour}, // shorter, and much is left: two hours
		{plan.Forever, 0, 2 * time.Hour},             // as above
		{plan.Forever, plan.Forever, plan.Forever},
	} {
		if got := renewed(test.remaining, test.advertised); got != test.want {
			t.Errorf("%v left, %v advertised: %v, want %v", test.remaining, test.advertised, got, test.want)
		}
	}
}

// TestRouterLifetimes: the default route goes when the router says so or falls silent, and comes back.
func TestRouterLifetimes(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		verified(t, m, mgr, home())
		without := strings.Replace(upAndVerified, " via fe80::1", "", 1)

		good := m.hub.ra
		bye := good
		bye.RouterLifetime = 0
		m.set(func() { m.hub.ra = bye })
		m.advertise(0, bye)
		expectMachine(t, m, without)
		time.Sleep(10 * time.Second)
		expectMachine(t, m, without)
		m.set(func() { m.hub.ra = good })
		m.advertise(0, good)
		expectMachine(t, m, upAndVerified)
		time.Sleep(time.Second)

		// No RA for half an hour, though the hub answers echoes: solicited when it ends.
		m.words()
		time.Sleep(29 * time.Minute)
		if w := m.words(); strings.Contains(w, "solicit") {
			t.Error("solicited before its end")
		}
		time.Sleep(2 * time.Minute)
		if w := m.words(); strings.Count(w, "solicit") != 1 {
			t.Errorf("%d solicitations at its end", strings.Count(w, "solicit"))
		}
		expectMachine(t, m, upAndVerified)
	})
}

// TestPrefixExpires: a prefix that nobody renews goes with everything that hung on it, and may come back.
func TestPrefixExpires(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		m.hub.ra.ValidLifetime = 3 * time.Hour
		m.hub.ra.RouterLifetime = 9 * time.Hour
		verified(t, m, mgr, home())
		m.set(func() { m.hub.bridged = false })
		time.Sleep(3 * time.Hour)
		s := only(t, mgr)
		if s.Address != nil || s.Prefix != nil || s.VerifiedSince != nil || strings.Contains(m.String(), "table") {
			t.Errorf("%+v\n%s", s, m)
		}
		m.set(func() { m.hub.bridged = true })
		time.Sleep(time.Minute)
		expectMachine(t, m, upAndVerified)
		if s := only(t, mgr); s.VerifiedSince == nil {
			t.Errorf("%+v", s)
		}
	})
}

// TestStrangers: other routers on the shared Ethernet change nothing while the hub's is there.
func TestStrangers(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		verified(t, m, mgr, home())
		for _, adv := range []plan.Advertisement{
			{Router: netip.MustParseAddr("fe80::bad"), Prefix: netip.MustParsePrefix("bad::/64"), ValidLifetime: time.Hour, RouterLifetime: time.Hour},
			{Router: netip.MustParseAddr("fe80::bad"), Prefix: prefix, ValidLifetime: time.Hour, RouterLifetime: time.Hour},
			{Router: netip.MustParseAddr("fe80::bad"), RouterLifetime: time.Hour},
			{Router: routerLL, RouterLifetime: time.Hour}, // the hub's, without a prefix
		} {
			m.advertise(0, adv)
			time.Sleep(2 * time.Second)
			expectMachine(t, m, upAndVerified)
		}
		for range 1000 {
			m.advertise(0, plan.Advertisement{Router: netip.MustParseAddr("fe80::bad"), Prefix: prefix, ValidLifetime: time.Hour, RouterLifetime: time.Hour})
			synctest.Wait()
		}
		time.Sleep(time.Second)
		if s := only(t, mgr); s.VerifiedSince == nil {
			t.Errorf("a flood of strangers: %+v", s)
		}
	})
}

// TestPinnedPrefix: the address is there before any RA; another prefix is a fault unless the right one follows.
func TestPinnedPrefix(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		pinned := home()
		pinned.Prefix = prefix
		right := m.hub.ra
		m.hub.ra.Prefix = netip.MustParsePrefix("2001:db8:1::/64")
		mustSet(t, mgr, pinned)
		expectMachine(t, m, notVouched(strings.Replace(upAndVerified, " via fe80::1", "", 1)))
		time.Sleep(100 * time.Millisecond)
		s := only(t, mgr)
		if causeOf(s) != proto.CausePrefixMismatch || !strings.Contains(s.Fault.Detail, "2001:db8:1::/64") {
			t.Errorf("%+v", s.Fault)
		}
		m.set(func() { m.hub.ra = right })
		time.Sleep(10 * time.Second)
		if s := only(t, mgr); s.Fault != nil || s.VerifiedSince == nil {
			t.Errorf("%+v", s)
		}
	})
}

// TestRenumbered: the hub of a profile that pins nothing has another prefix from now on.
func TestRenumbered(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		verified(t, m, mgr, home())
		adv := m.hub.ra
		adv.Prefix = netip.MustParsePrefix("2001:db8:7::/64")
		m.advertise(0, adv)
		time.Sleep(2 * time.Second)
		expectMachine(t, m, strings.Replace(upAndVerified, "2001:db8::10", "2001:db8:7:0:10", 1))
		if s := only(t, mgr); s.VerifiedSince == nil || *s.Prefix != "2001:db8:7::/64" {
			t.Errorf("%+v", s)
		}
	})
}

func TestOrderOfAddresses(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"", ""},
		{"192.0.2.1", "192.0.2.1"},
		{"192.0.2.1 192.0.2.2 2001:db8:feed::4", "192.0.2.1 2001:db8:feed::4 192.0.2.2"},
		{"2001:db8::1 192.0.2.1", "192.0.2.1 2001:db8::1"}, // inside the prefix comes last
		{"2001:db8::1 2001:db8:feed::4 192.0.2.1", "2001:db8:feed::4 192.0.2.1 2001:db8::1"},
	} {
		var in []netip.Addr
		for _, s := range strings.Fields(test.in) {
			in = append(in, netip.MustParseAddr(s))
		}
		var got []string
		for _, a := range order(in, prefix) {
			got = append(got, a.String())
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %v, want %s", test.in, got, test.want)
		}
	}
}
