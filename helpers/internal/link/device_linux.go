package link

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"net"

	"github.com/vishvananda/netlink"

	"mooring.dev/helpers/internal/plan"
)

// The functions of this file are what every engine does with its two interfaces, whatever kind they are of.

// Find gives the interface of a name; nil, nil when there is none.
func Find(name string) (netlink.Link, error) {
	l, err := netlink.LinkByName(name)
	if errors.As(err, new(netlink.LinkNotFoundError)) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up %s: %w", name, err)
	}
	return l, nil
}

// Existing is Find where the interface has to be there: without it the error is fs.ErrNotExist.
func Existing(name string) (netlink.Link, error) {
	l, err := Find(name)
	if err == nil && l == nil {
		err = ErrNoLink(name)
	}
	return l, err
}

// Delete removes an interface. One that is gone already is no error.
func Delete(l netlink.Link) error {
	if err := netlink.LinkDel(l); err != nil && !isGone(err) {
		return fmt.Errorf("delete %s: %w", l.Attrs().Name, err)
	}
	return nil
}

// SetUp sets an interface up, if it is not.
func SetUp(l netlink.Link) error {
	if isUp(l) {
		return nil
	}
	if err := netlink.LinkSetUp(l); err != nil {
		return fmt.Errorf("set %s up: %w", l.Attrs().Name, err)
	}
	return nil
}

func isUp(l netlink.Link) bool { return l.Attrs().Flags&net.FlagUp != 0 }

func setMTU(l netlink.Link, mtu int) error {
	if l.Attrs().MTU == mtu {
		return nil
	}
	if err := netlink.LinkSetMTU(l, mtu); err != nil {
		return fmt.Errorf("set the MTU of %s: %w", l.Attrs().Name, err)
	}
	return nil
}

// SettleLink gives the link its MTU and its address, and nothing else. It does not set it up.
func SettleLink(l netlink.Link, t plan.Tunnel) error {
	if err := setMTU(l, plan.LinkMTU); err != nil {
		return err
	}
	return addressLink(l, t)
}

// SettleTap gives the tap its MTU and settings and sets it up. The MTU is explicit, because the kernel computes a
// GRETAP's only once and from the route of that moment, and IPv6 with all its settings would go if it ever fell
// below 1280.
func SettleTap(tap netlink.Link) error {
	if err := setMTU(tap, plan.TapMTU); err != nil {
		return err
	}
	if err := tapSysctls(tap.Attrs().Name); err != nil {
		return err
	}
	return SetUp(tap)
}

// DevicesIntact is false when link or tap is missing, down, or without its address: the link's IPv4, the tap's MAC.
func DevicesIntact(n plan.Names, t plan.Tunnel) (bool, error) {
	for _, name := range []string{n.Link, n.Tap} {
		l, err := Find(name)
		if err != nil || l == nil || !isUp(l) {
			return false, err
		}
		if name == n.Link {
			if _, found, err := linkAddresses(l, t); err != nil || !found {
				return false, err
			}
		} else if !bytes.Equal(l.Attrs().HardwareAddr, t.HardwareAddr()) {
			return false, nil
		}
	}
	return true, nil
}

// Disown gives the tap a chance MAC, unicast and locally administered. GRETAP and TAP take it while they are up
// (IFF_LIVE_ADDR_CHANGE, net/ipv4/ip_gre.c, ipgre_tap_setup; drivers/net/tun.c, tun_net_initialize).
func Disown(n plan.Names) error {
	tap, err := Existing(n.Tap)
	if err != nil {
		return err
	}
	mac := make(net.HardwareAddr, 6)
	rand.Read(mac) // never fails (crypto/rand, Go 1.24)
	mac[0] = mac[0]&^1 | 2
	if err := netlink.LinkSetHardwareAddr(tap, mac); err != nil {
		return fmt.Errorf("change the MAC of %s: %w", n.Tap, err)
	}
	return nil
}

// LacksIPv6 names what is missing when the kernel has no IPv6, in the form of an engine's Lacks.
func LacksIPv6() []string {
	if hasIPv6() {
		return nil
	}
	return []string{"IPv6"}
}

// NeedsIPv6 is a *plan.LackingError while IPv6 is switched off for all interfaces: no tap would have any.
func NeedsIPv6() error {
	if sysctlIsOne("all/disable_ipv6") {
		return &plan.LackingError{What: "IPv6: it is switched off by net.ipv6.conf.all.disable_ipv6"}
	}
	return nil
}
