package userspace

import (
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/link"
	"mooring.dev/helpers/internal/netnstest"
	"mooring.dev/helpers/internal/proto"
)

// TestUserspaceEngineRepairs: what somebody takes away or changes comes back.
func TestUserspaceEngineRepairs(t *testing.T) {
	newWorld(t)
	l := newLaptop(t, t.TempDir())
	l.set(home(t))
	l.awaitVerified(5 * time.Second)
	whole := shape(t)
	remove := func(name string) func() error {
		return func() error { return netlink.LinkDel(netnstest.Link(t, name)) }
	}
	for _, damage := range []struct {
		name string
		do   func() error
	}{
		{"the tap is deleted", remove(names.Tap)},
		{"the link is deleted", remove(names.Link)},
		{"the stable address is deleted", func() error {
			return netlink.AddrDel(netnstest.Link(t, names.Tap), &netlink.Addr{IPNet: &net.IPNet{IP: stable.AsSlice(), Mask: net.CIDRMask(64, 128)}})
		}},
		{"the tap is down", func() error { return netlink.LinkSetDown(netnstest.Link(t, names.Tap)) }},
		{"the tap has another MAC", func() error {
			return netlink.LinkSetHardwareAddr(netnstest.Link(t, names.Tap), net.HardwareAddr{2, 0, 0, 0, 0, 9})
		}},
		{"the tap has another name", func() error {
			tap := netnstest.Link(t, names.Tap)
			if err := netlink.LinkSetDown(tap); err != nil {
				return err
			}
			return netlink.LinkSetName(tap, "stolen0")
		}},
		{"the datapath fails", func() error {
			slot, unlock := l.engine.lock(names)
			defer unlock()
			return slot.carrier.device.Close()
		}},
	} {
		must(t, damage.do()) // it is done when it returns
		began := time.Now()
		netnstest.Await(t, damage.name+", and it is repaired", 5*time.Second, func() bool { return shape(t) == whole })
		t.Logf("%s: repaired after %v", damage.name, time.Since(began))
		if r, err := l.manager.Probe(t.Context(), "home"); err != nil || !is(r.Link.OK) || !is(r.Ethernet.OK) {
			t.Errorf("%s, and repaired it does not carry: %+v, %v", damage.name, r, err)
		}
	}
	l.awaitVerified(5 * time.Second)
	if found, err := link.Find("stolen0"); err != nil || found != nil {
		t.Errorf("the renamed tap is still there: %v", err)
	}
}

// shape is what the engine makes, as far as it is the same each time.
func shape(t *testing.T) string {
	t.Helper()
	text := ""
	for _, name := range []string{names.Link, names.Tap} {
		l, err := link.Find(name)
		must(t, err)
		if l == nil {
			return text
		}
		text += name + " " + l.Type() + " " + l.Attrs().Flags.String() + " " + l.Attrs().HardwareAddr.String()
		addrs, err := netlink.AddrList(l, netlink.FAMILY_ALL)
		if err != nil {
			return text // it went meanwhile
		}
		var nets []string
		for _, a := range addrs {
			nets = append(nets, a.IPNet.String())
		}
		slices.Sort(nets)
		text += " " + strings.Join(nets, " ") + "\n"
	}
	return text
}

// TestUserspaceEngineYieldsToADuplicate: another device of the hub's network has our address.
func TestUserspaceEngineYieldsToADuplicate(t *testing.T) {
	w := newWorld(t)
	before := netnstest.Snapshot(t)
	w.hub.place.Do(func() { netnstest.Address(t, "taps_bridge", stable.String()+"/128") })
	l := newLaptop(t, t.TempDir())
	l.set(home(t))
	netnstest.Await(t, "the duplicate is found", 5*time.Second, func() bool {
		f := l.status().Fault
		return f != nil && f.Cause == proto.CauseDuplicateIdentity
	})
	netnstest.Await(t, "the link has gone", 2*time.Second, func() bool {
		l, err := link.Find(names.Link)
		return err == nil && l == nil
	})
	netnstest.ExpectSnapshot(t, before)

	w.hub.place.Do(func() {
		bridge := netnstest.Link(t, "taps_bridge")
		must(t, netlink.AddrDel(bridge, &netlink.Addr{IPNet: &net.IPNet{IP: stable.AsSlice(), Mask: net.CIDRMask(128, 128)}}))
	})
	l.set(home(t))
	l.awaitVerified(5 * time.Second)
}

// TestUserspaceEngineLeavesStrangersAlone: an interface of our name that another program made.
func TestUserspaceEngineLeavesStrangersAlone(t *testing.T) {
	for _, name := range []string{names.Link, names.Tap} {
		t.Run(name, func(t *testing.T) {
			newWorld(t)
			attrs := netlink.NewLinkAttrs()
			attrs.Name = name
			stranger := &netlink.Tuntap{LinkAttrs: attrs, Mode: unix.IFF_TUN, Flags: netlink.TUNTAP_DEFAULTS}
			must(t, netlink.LinkAdd(stranger))
			t.Cleanup(func() { netlink.LinkDel(stranger) })
			before := netnstest.Snapshot(t)
			l := newLaptop(t, t.TempDir())
			l.set(home(t))
			netnstest.Await(t, "the stranger is named", 3*time.Second, func() bool {
				f := l.status().Fault
				return f != nil && f.Cause == proto.CauseSystem && strings.Contains(f.Detail, name+" belongs to another program")
			})
			l.set()
			netnstest.ExpectSnapshot(t, before)

			l.set(home(t))
			must(t, netlink.LinkDel(stranger))
			netnstest.Await(t, "the tap is made", 3*time.Second, func() bool {
				ok, err := l.engine.Intact(names, home(t))
				return ok && err == nil
			})
		})
	}
}

// hears is where the hub heard the laptop last.
func (h *hub) hears() netip.Addr {
	s, err := h.end.Peer(public(h.t, laptopPrivate))
	must(h.t, err)
	return s.Endpoint.Addr().Unmap()
}
