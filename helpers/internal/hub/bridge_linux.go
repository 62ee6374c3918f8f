package hub

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
	"golang.zx2c4.com/wireguard/wgctrl/wgtypes"

	"mooring.dev/helpers/internal/dump"
	"mooring.dev/helpers/internal/hub/config"
	"mooring.dev/helpers/internal/link"
	"mooring.dev/helpers/internal/plan"
)

// bridge is the Ethernet of all devices. One that is there is joined; then only what was added to it is taken away.
type bridge struct {
	name   string
	record *record
	link   netlink.Link // nil before up
}

// settings of a bridge that is ours whole, written before it is up.
var bridgeSettings = []struct{ name, value string }{
	{"accept_ra", "0"}, // the router here is we
	// Nobody can be on it before us: the link-local address, and so the first advertisement, need not wait for
	// Duplicate Address Detection and the random part of a second before it (addrconf_dad_kick, net/ipv6/addrconf.c).
	{"dad_transmits", "0"},
	{"router_solicitation_delay", "0"},
}

// up finds the bridge or makes it.
func (b *bridge) up(key plan.Key) error {
	if err := b.succeed(); err != nil {
		return err
	}
	l, err := link.Find(b.name)
	if err != nil {
		return err
	}
	if l == nil {
		if l, err = b.make(key); err != nil {
			return err
		}
	} else if l.Type() != "bridge" {
		return &link.TakenError{Interface: b.name, Why: "it is of type " + l.Type()}
	}
	b.link = l
	if l.Attrs().Flags&net.FlagUp == 0 && !b.record.BridgeMade {
		b.record.BridgeRaised = true
		if err := b.record.save(); err != nil {
			return err
		}
	}
	return link.SetUp(l)
}

// succeed takes over what a killed hub did to this bridge, and undoes what it did to another.
func (b *bridge) succeed() error {
	r := b.record
	if r.BridgeName != b.name {
		if r.BridgeName != "" {
			if err := (&bridge{name: r.BridgeName, record: r}).down(); err != nil {
				return err
			}
		}
		r.BridgeName, r.BridgeMade, r.BridgeRaised, r.Addresses = b.name, false, false, nil
	}
	return r.save()
}

func (b *bridge) make(key plan.Key) (netlink.Link, error) {
	b.record.BridgeMade, b.record.Addresses = true, nil
	if err := b.record.save(); err != nil {
		return nil, err
	}
	attrs := netlink.NewLinkAttrs()
	attrs.Name, attrs.HardwareAddr = b.name, bridgeMAC(key)
	// Snooping without a querier, which a network of this kind has none of, loses neighbour solicitations.
	made := &netlink.Bridge{LinkAttrs: attrs, MulticastSnooping: new(bool)}
	if err := netlink.LinkAdd(made); err != nil {
		return nil, fmt.Errorf("make the bridge %s: %w", b.name, err)
	}
	for _, s := range bridgeSettings {
		if err := writeSysctl("ipv6/conf/"+b.name+"/"+s.name, s.value); err != nil {
			return nil, err
		}
	}
	return link.Existing(b.name)
}

// bridgeMAC is the same after each start, so that the hub's link-local address, which laptops have as their router,
// stays. Without one the bridge takes a port's, and another when that port goes.
func bridgeMAC(key plan.Key) net.HardwareAddr {
	public := wgtypes.Key(key).PublicKey()
	sum := sha256.Sum256(slices.Concat([]byte("mooring-hub bridge"), public[:]))
	sum[0] = sum[0]&^1 | 2 // unicast, locally administered
	return sum[:6]
}

// settle gives the bridge the addresses that it lacks, and takes those away that were ours and are not wanted.
func (b *bridge) settle(want []netip.Prefix) error {
	have, err := dump.Whole(func() ([]netlink.Addr, error) { return netlink.AddrList(b.link, netlink.FAMILY_ALL) })
	if err != nil {
		return fmt.Errorf("list the addresses of %s: %w", b.name, err)
	}
	isThere := func(p netip.Prefix) bool {
		return slices.ContainsFunc(have, func(a netlink.Addr) bool { return a.IPNet.String() == p.String() })
	}
	for _, text := range slices.Clone(b.record.Addresses) {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return fmt.Errorf("read the hub's record: %w", err)
		}
		if !slices.Contains(want, p) {
			if err := b.removeAddress(p); err != nil {
				return err
			}
		}
	}
	for _, p := range want {
		if isThere(p) {
			continue
		}
		b.record.Addresses = append(b.record.Addresses, p.String())
		if err := b.record.save(); err != nil {
			return err
		}
		if err := netlink.AddrAdd(b.link, netlinkAddr(p)); err != nil {
			return fmt.Errorf("add %v to %s: %w", p, b.name, err)
		}
	}
	return nil
}

func (b *bridge) removeAddress(p netip.Prefix) error {
	if err := netlink.AddrDel(b.link, netlinkAddr(p)); err != nil && !errors.Is(err, unix.EADDRNOTAVAIL) {
		return fmt.Errorf("remove %v from %s: %w", p, b.name, err)
	}
	b.record.Addresses = slices.DeleteFunc(b.record.Addresses, func(a string) bool { return a == p.String() })
	return b.record.save()
}

func netlinkAddr(p netip.Prefix) *netlink.Addr {
	return &netlink.Addr{IPNet: &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}}
}

// join makes the port a member and sets it up.
func (b *bridge) join(d config.Device) error {
	port, err := link.Existing(d.Port())
	if err != nil {
		return err
	}
	// A port has no address of its own, and must not ask for one through the tunnel.
	if err := writeSysctl("ipv6/conf/"+d.Port()+"/disable_ipv6", "1"); err != nil {
		return err
	}
	if err := netlink.LinkSetMaster(port, b.link); err != nil {
		return fmt.Errorf("put %s on %s: %w", d.Port(), b.name, err)
	}
	if d.MAC != ([6]byte{}) {
		if err := pin(port, d.MAC); err != nil {
			return err
		}
	}
	return link.SetUp(port)
}

// pin has the bridge look for mac at the port and nowhere else: without "sticky" a frame that another port lets in
// moves a static entry there. What the port itself may say is the carrier's and the filter's to check.
func pin(port netlink.Link, mac [6]byte) error {
	name := port.Attrs().Name
	if err := netlink.LinkSetLearning(port, false); err != nil {
		return fmt.Errorf("have the bridge learn nothing from %s: %w", name, err)
	}
	if err := netlink.NeighSet(&netlink.Neigh{
		LinkIndex: port.Attrs().Index, Family: unix.AF_BRIDGE, State: netlink.NUD_NOARP,
		Flags: netlink.NTF_MASTER | netlink.NTF_STICKY, HardwareAddr: mac[:],
	}); err != nil {
		return fmt.Errorf("pin %v to %s: %w", net.HardwareAddr(mac[:]), name, err)
	}
	return nil
}

// checkMTU says when frames would not fit: a bridge has the smallest MTU of its ports, unless someone has set it.
func (b *bridge) checkMTU(log *slog.Logger, devices int) error {
	l, err := link.Existing(b.name)
	if err != nil {
		return err
	}
	if mtu := l.Attrs().MTU; devices > 0 && mtu > plan.TapMTU {
		log.Warn("the bridge's MTU is set to more than its ports carry; large packets to the devices will be lost",
			"bridge", b.name, "mtu", mtu, "ports", plan.TapMTU)
	}
	return nil
}

// down takes away what was added, and the bridge if it was not there.
func (b *bridge) down() error {
	l, err := link.Find(b.name)
	if err != nil || l == nil || l.Type() != "bridge" {
		return err
	}
	if b.record.BridgeMade {
		return link.Delete(l)
	}
	b.link = l
	if err := b.settle(nil); err != nil {
		return err
	}
	if b.record.BridgeRaised {
		if err := netlink.LinkSetDown(l); err != nil {
			return fmt.Errorf("set %s down: %w", b.name, err)
		}
	}
	return nil
}
