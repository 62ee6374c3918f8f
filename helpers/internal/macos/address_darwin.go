package macos

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/plan"
)

// Perform does what a step says to the tap that the system calls name.
func Perform(name string, s Step) error {
	var err error
	switch s.Do {
	case StartLocal:
		err = startLocal(name, s.Address)
	case AddAddress:
		err = control(unix.AF_INET6, addAddress6, alias6Request(name, s.Address, s.Valid))
	case DropAddress:
		err = control(unix.AF_INET6, dropAddress6, address6Request(name, s.Address.Addr()))
		if IsGone(err) {
			return nil
		}
	case AddRoute:
		err = changeRoute(TypeAdd, s.Route)
		if isThere(err) {
			return nil
		}
	case DropRoute:
		err = changeRoute(TypeDelete, s.Route)
		if IsGone(err) {
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("%s on %s: %w", s, name, err)
	}
	return nil
}

// AttachIPv6 makes an interface one of IPv6, without an address: groups can be joined there from then on.
func AttachIPv6(name string) error {
	if err := control(unix.AF_INET6, attach6, request(sizeofAlias6, name)); err != nil && !isThere(err) {
		return fmt.Errorf("attach IPv6 to %s: %w", name, err)
	}
	return nil
}

// startLocal attaches IPv6 to an interface and has the kernel make its link-local address, of the MAC: SIOCLL_START is
// the way to one that is neither by chance nor signed (in6_ifattach_aliasreq, bsd/netinet6/in6_ifattach.c). Where the
// kernel has another one already it leaves it at that, and ours is added like any address. Router advertisements are
// still not the kernel's business there, which only SIOCAUTOCONF_START would change.
func startLocal(name string, address netip.Prefix) error {
	if err := AttachIPv6(name); err != nil {
		return err
	}
	if err := control(unix.AF_INET6, startLocal6, request(sizeofAlias6, name)); err != nil {
		return err
	}
	ifi, err := Find(name)
	if err != nil {
		return err
	}
	if ifi == nil {
		return unix.ENXIO
	}
	has, err := Addresses(ifi)
	if err != nil || slices.Contains(has, address) {
		return err
	}
	return control(unix.AF_INET6, addAddress6, alias6Request(name, address, plan.Forever))
}

// Look reads what lies on the tap that the system calls name; nil when there is none.
func Look(name string) (*Tap, error) {
	ifi, err := Find(name)
	if err != nil || ifi == nil {
		return nil, err
	}
	addresses, err := Addresses(ifi)
	if err != nil {
		return nil, err
	}
	tap := &Tap{Index: ifi.Index}
	for _, a := range addresses {
		if !a.Addr().Is6() {
			continue
		}
		b := address6Request(name, a.Addr())
		if err := control(unix.AF_INET6, getLifetime6, b); IsGone(err) {
			continue
		} else if err != nil {
			return nil, fmt.Errorf("read the lifetime of %s on %s: %w", a, name, err)
		}
		tap.Addresses = append(tap.Addresses, Address{a, lifetimeReply(b)})
	}
	tap.Routes, err = routesBy(ifi.Index)
	return tap, err
}

// DAD is the state of addr on the tap that the system calls name, plan.DADDuplicate also when another of its
// addresses was found to be one.
func DAD(name string, addr netip.Addr) (plan.DAD, error) {
	ifi, err := Find(name)
	if err != nil || ifi == nil {
		return plan.DADNone, err
	}
	addresses, err := Addresses(ifi)
	if err != nil {
		return plan.DADNone, err
	}
	state := plan.DADNone
	for _, a := range addresses {
		if !a.Addr().Is6() {
			continue
		}
		b := address6Request(name, a.Addr())
		if err := control(unix.AF_INET6, getFlags6, b); IsGone(err) {
			continue
		} else if err != nil {
			return plan.DADNone, fmt.Errorf("read the flags of %s on %s: %w", a, name, err)
		}
		switch dad := dadOf(flags6Reply(b)); {
		case dad == plan.DADDuplicate:
			return dad, nil
		case a.Addr() == addr:
			state = dad
		}
	}
	return state, nil
}

// Clocks reads the two for a SleepMeter.
func Clocks() (awake, all time.Duration) {
	return clock(unix.CLOCK_UPTIME_RAW), clock(unix.CLOCK_MONOTONIC_RAW)
}

func clock(id int32) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(id, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
