package hub_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"mooring.dev/helpers/internal/hub/config"
	"mooring.dev/helpers/internal/netnstest"
	"mooring.dev/helpers/internal/plan"
)

// Devices come and go while another one's traffic loses nothing.
func TestOthersNoticeNothing(t *testing.T) {
	netnstest.NoLeaks(t)
	r := serve(t, file(t, []person{office, guest}))
	l := join(t, office)
	l.awaitSLAAC()
	c := open(t, l.Peer, nil, l.stable(), router6)
	defer c.close()
	h := beat(t, l.Peer, nil, l.stable(), router6)

	r.change(file(t, []person{office, guest, train}), "msg=changed")
	b := join(t, train)
	b.awaitSLAAC()
	pings(t, b.Peer, tap, b.stable(), l.stable())

	moved := guest // another address, under the same name and key
	moved.Address = netip.MustParseAddr("172.16.7.7")
	r.change(file(t, []person{moved, office, train}), "msg=changed")
	r.change(file(t, []person{office}), "msg=changed")
	c.exchange(t, 1<<20)
	if heard(t, b.stable().String(), b.Peer, router6) {
		t.Error("a removed device is still heard")
	}
	if lost, sent := h.stop(); lost > 0 || sent < 100 {
		t.Errorf("lost %d of %d", lost, sent)
	}
	for _, name := range []string{train.Port(), guest.Port()} {
		if _, err := netlink.LinkByName(name); err == nil {
			t.Errorf("%s stays", name)
		}
	}
}

// Two devices exchange their addresses: each is out before one comes in.
func TestAddressesAreExchanged(t *testing.T) {
	r := serve(t, file(t, []person{office, train}))
	a, b := office, train
	a.Address, b.Address = b.Address, a.Address
	r.change(file(t, []person{a, b}), "msg=changed")
	l := join(t, a)
	l.awaitSLAAC()
	pings(t, l.Peer, tap, l.stable(), router6)
}

func TestWhatElseCanChange(t *testing.T) {
	r := serve(t, file(t, []person{office}))
	l := join(t, office)
	l.awaitSLAAC()
	h := beat(t, l.Peer, nil, l.stable(), router6)
	second := netip.MustParsePrefix("2001:db8:7::1/64")
	other := func(f map[string]any) {
		f["bridge"] = map[string]any{"name": "taps_bridge", "addresses": []string{"2001:db8::1/64", second.String()}}
		f["advertise"] = map[string]any{"prefix": second.Masked().String(), "rdnss": []string{}}
		f["masquerade"] = "eth0"
	}
	r.change(file(t, []person{office}, other), "msg=changed")
	if !hasAddress(t, "taps_bridge", second) || hasAddress(t, "taps_bridge", netip.MustParsePrefix("192.168.0.1/16")) {
		t.Error("the addresses of the bridge are not the new ones")
	}
	own := netip.PrefixFrom(plan.StableAddress(second, office.MAC), 64)
	netnstest.Await(t, "an address in the new prefix", 10*time.Second, func() (ok bool) {
		l.Do(func() { ok = hasAddress(t, tap, own) })
		return ok
	})

	none := func(f map[string]any) { other(f); delete(f, "advertise"); delete(f, "masquerade") }
	r.change(file(t, []person{office}, none), "msg=changed")
	netnstest.Await(t, "the laptop without a router", 5*time.Second, func() (gone bool) {
		l.Do(func() { gone = !hasRouter(t, tap) })
		return gone
	})
	if lost, sent := h.stop(); lost > 0 || sent < 100 {
		t.Errorf("lost %d of %d", lost, sent)
	}
}

func TestWhatCannotChange(t *testing.T) {
	r := serve(t, file(t, []person{office}))
	for field, change := range map[string]func(f map[string]any){
		"engine":         func(f map[string]any) { f["engine"] = "kernel" },
		"privateKeyFile": func(f map[string]any) { f["privateKeyFile"] = "/other" },
		"listenPort":     func(f map[string]any) { f["listenPort"] = 1 },
		"address":        func(f map[string]any) { f["address"] = "172.16.0.9/16" },
		"bridge.name":    func(f map[string]any) { f["bridge"].(map[string]any)["name"] = "other" },
	} {
		r.change(file(t, []person{office, train}, change), "msg=\"the changed file is not applied\" err=\"["+field+"] can only change by a restart\"")
	}
	if _, err := netlink.LinkByName(train.Port()); err == nil {
		t.Error("a half of the file was applied")
	}
	r.change(file(t, []person{office, train}), "msg=changed")
}

// A file that turns out not to be possible half-way is undone.
func TestAChangeThatFailsIsUndone(t *testing.T) {
	r := serve(t, file(t, []person{office, guest}))
	attrs := netlink.NewLinkAttrs()
	attrs.Name = train.Port() // someone else's
	stranger := &netlink.Bridge{LinkAttrs: attrs}
	must(t, netlink.LinkAdd(stranger))
	t.Cleanup(func() { must(t, netlink.LinkDel(stranger)) })
	l := join(t, office)
	l.awaitSLAAC()
	h := beat(t, l.Peer, nil, l.stable(), router6)
	r.change(file(t, []person{office, train}), "the changed file is not applied")
	netnstest.Await(t, "the removed device back", 5*time.Second, func() bool {
		_, err := netlink.LinkByName(guest.Port())
		return err == nil
	})
	time.Sleep(200 * time.Millisecond)
	if lost, sent := h.stop(); lost > 0 || sent < 20 {
		t.Errorf("lost %d of %d", lost, sent)
	}
	if _, err := netlink.LinkByName(stranger.Name); err != nil {
		t.Errorf("the stranger's interface: %v", err)
	}
}

// A port that someone deletes is made anew.
func TestADeletedPort(t *testing.T) {
	r := serve(t, file(t, []person{office, train}))
	l := join(t, office)
	l.awaitSLAAC()
	for n := range 3 {
		must(t, netlink.LinkDel(netnstest.Link(t, office.Port())))
		netnstest.Await(t, "made anew", 5*time.Second, func() bool { return r.log.count("made anew") > n })
		pings(t, nil, "taps_bridge", router6, l.stable())
	}
}

// Without one of these a hub is none: it says so, and its service manager starts it anew.
func TestTheHubEndsWithoutItsOwnInterfaces(t *testing.T) {
	for _, name := range []string{config.Link, "taps_bridge"} {
		t.Run(name, func(t *testing.T) {
			netnstest.NoLeaks(t)
			before := netnstest.Snapshot(t)
			r := serve(t, file(t, []person{office, train}))
			must(t, netlink.LinkDel(netnstest.Link(t, name)))
			select {
			case err := <-r.ended:
				r.ended <- nil
				if err == nil || err.Error() != name+" was deleted by someone else" {
					t.Errorf("ended with %v", err)
				}
			case <-time.After(5 * time.Second):
				t.Fatal("goes on")
			}
			netnstest.ExpectSnapshot(t, before)
		})
	}
}
