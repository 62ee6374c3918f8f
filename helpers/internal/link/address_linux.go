package link

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/dump"
	"mooring.dev/helpers/internal/plan"
)

// anyLifetime asks addressSteps to leave lifetimes alone.
const anyLifetime time.Duration = -1

// lifetimeSlack is how far the remaining lifetime may be from the wanted one before it is written again: an RA
// every few minutes need not wake every listener of address changes.
const lifetimeSlack = 60 * time.Second

// addressSteps: the link-local by EUI-64, the stable address, the decoy, and no other address of ours.
//
// The stable address is deprecated (preferred lifetime 0), so that it is a source only for who asks for it. The
// decoy is not, so it wins RFC 6724 rule 3 on an IPv4-only laptop, matches no rule of ours and ends in
// ENETUNREACH; without it ip6_dst_lookup_tail would find the stable address on its second try and take all
// IPv6 into the tunnel. The decoy skips DAD because every laptop on the hub's bridge has the same one.
//
// The stable address's lifetime has no limit until it has passed DAD: the kernel removes one of limited life that
// fails, and keeps the other, flagged (addrconf_dad_stop, net/ipv6/addrconf.c).
func addressSteps(tap netlink.Link, n plan.Names, t plan.Tunnel, p plan.Placement, valid time.Duration) ([]step, error) {
	have, err := dump.Whole(func() ([]netlink.Addr, error) { return netlink.AddrList(tap, netlink.FAMILY_V6) })
	if err != nil {
		return nil, fmt.Errorf("list the addresses of %s: %w", n.Tap, err)
	}
	want := []netlink.Addr{{
		IPNet: ipNet(netip.PrefixFrom(plan.LinkLocal(t.MAC), 64)),
		Flags: unix.IFA_F_OPTIMISTIC,
		Scope: unix.RT_SCOPE_LINK,
	}}
	stable := -1
	if p.Valid() {
		stable = len(want)
		want = append(want,
			netlink.Addr{
				IPNet:    ipNet(netip.PrefixFrom(p.Address, 64)),
				Flags:    unix.IFA_F_OPTIMISTIC | unix.IFA_F_NOPREFIXROUTE,
				ValidLft: seconds(valid),
			},
			netlink.Addr{
				IPNet: ipNet(n.Decoy),
				Flags: unix.IFA_F_NODAD | unix.IFA_F_NOPREFIXROUTE,
			})
	}
	var steps []step
	found := make([]bool, len(want))
	for _, a := range have {
		i := indexOf(want, a)
		if i < 0 && !p.Valid() {
			continue
		}
		if i < 0 {
			steps = append(steps, step{"remove " + a.IPNet.String(), func() error {
				return ignoreGone(netlink.AddrDel(tap, &a))
			}})
			continue
		}
		found[i] = true
		if i == stable && a.Flags&unix.IFA_F_TENTATIVE != 0 {
			valid, want[i].ValidLft = anyLifetime, seconds(plan.Forever)
		}
		if i == stable && needsRenewal(a, valid) {
			steps = append(steps, addStep("renew ", tap, want[i]))
		}
	}
	for i, a := range want {
		if !found[i] && i == stable {
			a.ValidLft = seconds(plan.Forever)
		}
		if !found[i] {
			steps = append(steps, addStep("add ", tap, a))
		}
	}
	return steps, nil
}

func addStep(verb string, tap netlink.Link, a netlink.Addr) step {
	return step{verb + a.IPNet.String() + " on " + tap.Attrs().Name, func() error { return netlink.AddrReplace(tap, &a) }}
}

func indexOf(list []netlink.Addr, a netlink.Addr) int {
	for i := range list {
		if list[i].Equal(a) {
			return i
		}
	}
	return -1
}

// needsRenewal: not deprecated any more (someone accepted an RA), or a lifetime that is off by more than slack.
func needsRenewal(a netlink.Addr, valid time.Duration) bool {
	if a.Flags&unix.IFA_F_DEPRECATED == 0 {
		return true
	}
	if valid == anyLifetime {
		return false
	}
	off := valid - time.Duration(uint32(a.ValidLft))*time.Second
	return off.Abs() > lifetimeSlack
}

// seconds never gives 0, which the kernel refuses.
func seconds(d time.Duration) int { return int(max(d, time.Second) / time.Second) }

func ignoreGone(err error) error {
	if err != nil && isGone(err) {
		return nil
	}
	return err
}

// DAD reads the flags of the tap's addresses. A static address that failed stays there with its flag; one that
// the kernel made itself goes, with the same flag in its last message.
func (h *Host) DAD(n plan.Names, addr netip.Addr) (plan.DAD, error) {
	tap, err := Find(n.Tap)
	if err != nil {
		return plan.DADNone, err
	}
	if tap == nil {
		return plan.DADNone, nil
	}
	have, err := dump.Whole(func() ([]netlink.Addr, error) { return netlink.AddrList(tap, netlink.FAMILY_V6) })
	if err != nil {
		return plan.DADNone, fmt.Errorf("list the addresses of %s: %w", n.Tap, err)
	}
	dad := plan.DADNone
	for _, a := range have {
		if a.Flags&unix.IFA_F_DADFAILED != 0 {
			return plan.DADDuplicate, nil
		}
		if ip, ok := netip.AddrFromSlice(a.IP); ok && ip == addr {
			dad = plan.DADOK
			if a.Flags&unix.IFA_F_TENTATIVE != 0 {
				dad = plan.DADTentative
			}
		}
	}
	return dad, nil
}

// AtHome looks through the addresses of all interfaces that are not ours.
func (h *Host) AtHome(prefix netip.Prefix) (bool, error) {
	all, err := dump.Whole(func() ([]netlink.Addr, error) { return netlink.AddrList(nil, netlink.FAMILY_V6) })
	if err != nil {
		return false, fmt.Errorf("list addresses: %w", err)
	}
	for _, a := range all {
		ip, ok := netip.AddrFromSlice(a.IP)
		if !ok || !prefix.Contains(ip) {
			continue
		}
		l, err := netlink.LinkByIndex(a.LinkIndex)
		if err != nil {
			continue // gone meanwhile; the monitor tells
		}
		if !plan.IsOwnInterface(l.Attrs().Name) {
			return true, nil
		}
	}
	return false, nil
}
