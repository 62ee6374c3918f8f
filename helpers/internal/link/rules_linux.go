package link

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/dump"
	"mooring.dev/helpers/internal/plan"
)

// wantedRules, in the order of adding: the end before the goto that names it, and the bypass of the outer
// packets before the lookups. `not fwmark M from A` is no substitute for the goto: `not` inverts the whole
// selector. The from rule has the address with all its bits, because at home the whole prefix would catch the
// laptop's other addresses in it.
func wantedRules(n plan.Names, p plan.Placement) []netlink.Rule {
	rule := func(priority int, change func(*netlink.Rule)) netlink.Rule {
		r := *netlink.NewRule()
		r.Family = netlink.FAMILY_V6
		r.Priority = priority
		// systemd-networkd deletes foreign rules whenever it configures a link, but not the kernel's.
		r.Protocol = unix.RTPROT_KERNEL
		change(&r)
		return r
	}
	rules := []netlink.Rule{
		rule(n.PriorityEnd, func(r *netlink.Rule) { r.Type = nl.FR_ACT_NOP }),
		rule(n.PriorityBypass, func(r *netlink.Rule) { r.Mark, r.Goto = n.Mark, n.PriorityEnd }),
		rule(n.PriorityFrom, func(r *netlink.Rule) {
			r.Src, r.Table = ipNet(netip.PrefixFrom(p.Address, 128)), n.Table
		}),
	}
	if !p.AtHome {
		rules = append(rules, rule(n.PriorityTo, func(r *netlink.Rule) { r.Dst, r.Table = ipNet(p.Prefix), n.Table }))
	}
	return rules
}

func ruleSteps(n plan.Names, p plan.Placement) ([]step, error) {
	have, err := ownRules(n)
	if err != nil {
		return nil, err
	}
	want := wantedRules(n, p)
	var steps []step
	found := make([]bool, len(want))
outer:
	for _, r := range have {
		for i, w := range want {
			if !found[i] && ruleKey(r) == ruleKey(w) {
				found[i] = true
				continue outer
			}
		}
		steps = append(steps, step{"remove rule " + ruleKey(r), func() error { return ignoreGone(netlink.RuleDel(&r)) }})
	}
	for i, w := range want {
		if !found[i] {
			steps = append(steps, step{"add rule " + ruleKey(w), func() error { return netlink.RuleAdd(&w) }})
		}
	}
	return steps, nil
}

// ruleKey holds all that our rules use. The kernel's dump leaves the action out of what the library reads, so a
// nop is known by having neither table nor goto.
func ruleKey(r netlink.Rule) string {
	from, to := "all", "all"
	if r.Src != nil {
		from = r.Src.String()
	}
	if r.Dst != nil {
		to = r.Dst.String()
	}
	return fmt.Sprintf("%d: from %s to %s fwmark %#x lookup %d goto %d protocol %d",
		r.Priority, from, to, r.Mark, max(r.Table, 0), max(r.Goto, 0), r.Protocol)
}

// ownRules gives the IPv6 rules at the slot's priorities that point at its table, mark or end. Another
// program's rule at the same priority is none of them.
func ownRules(n plan.Names) ([]netlink.Rule, error) {
	all, err := dump.Whole(func() ([]netlink.Rule, error) { return netlink.RuleList(netlink.FAMILY_V6) })
	if err != nil {
		return nil, fmt.Errorf("list rules: %w", err)
	}
	var own []netlink.Rule
	for _, r := range all {
		switch r.Priority {
		case n.PriorityEnd:
			if r.Table <= 0 && r.Mark == 0 && r.Src == nil && r.Dst == nil {
				own = append(own, r)
			}
		case n.PriorityBypass:
			if r.Mark == n.Mark {
				own = append(own, r)
			}
		case n.PriorityTo, n.PriorityFrom:
			if r.Table == n.Table {
				own = append(own, r)
			}
		}
	}
	return own, nil
}

// clearRules removes the lookups first and the end last, so that the outer packets never meet a lookup.
func clearRules(n plan.Names) error {
	rules, err := ownRules(n)
	errs := []error{err}
	for _, priority := range []int{n.PriorityTo, n.PriorityFrom, n.PriorityBypass, n.PriorityEnd} {
		for _, r := range rules {
			if r.Priority != priority {
				continue
			}
			if err := ignoreGone(netlink.RuleDel(&r)); err != nil {
				errs = append(errs, fmt.Errorf("remove rule %s: %w", ruleKey(r), err))
			}
		}
	}
	return errors.Join(errs...)
}
