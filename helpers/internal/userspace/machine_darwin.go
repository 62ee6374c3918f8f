package userspace

import (
	"bytes"
	"crypto/rand"
	"errors"
	"net"
	"net/netip"
	"slices"

	"mooring.dev/helpers/internal/datapath"
	"mooring.dev/helpers/internal/link"
	"mooring.dev/helpers/internal/macos"
	"mooring.dev/helpers/internal/plan"
)

// darwin makes a utun, and a pair of feths for the tap. Both are in every macOS that Mooring is for.
type darwin struct{}

var _ machine = darwin{}

func newMachine() machine { return darwin{} }

func (darwin) lacks() []string { return []string{} }

// ready: IPv6 cannot be switched off for a feth before it is there.
func (darwin) ready() error { return nil }

func (darwin) openLink(n plan.Names) (nic, error) {
	system := macos.Interface(n.Link)
	if other, err := macos.Find(system); err != nil {
		return nic{}, err
	} else if other != nil {
		return nic{}, &link.TakenError{Interface: system, Why: "this helper did not make it"}
	}
	return open(n.Link, datapath.OpenTUN, datapath.PortOptions{MTU: plan.LinkMTU})
}

// openTap takes a pair of this name for what a killed helper has left: see macos.Interface for how far the numbers are
// from others'.
func (darwin) openTap(n plan.Names, o datapath.PortOptions) (nic, error) {
	return open(n.Tap, datapath.OpenTAP, o)
}

func open(name string, make func(string, datapath.PortOptions) (datapath.Port, error), o datapath.PortOptions) (nic, error) {
	port, err := make(name, o)
	if err != nil {
		return nic{}, err
	}
	made, err := existing(name)
	if err != nil {
		return nic{}, errors.Join(err, port.Close())
	}
	return nic{port, made.Index}, nil
}

// existing looks up an interface of ours by its name in package plan.
func existing(name string) (*net.Interface, error) {
	system := macos.Interface(name)
	made, err := macos.Find(system)
	if err == nil && made == nil {
		err = link.ErrNoLink(system)
	}
	return made, err
}

func (darwin) settleLink(n plan.Names, t plan.Tunnel) error {
	made, err := existing(n.Link)
	if err != nil {
		return err
	}
	if has, err := hasAddress(made, t.Address.Addr()); err != nil {
		return err
	} else if !has {
		host := netip.PrefixFrom(t.Address.Addr(), 32)
		if err := macos.SetAddress4(made.Name, host, t.Hub.Address); err != nil {
			return err
		}
	}
	return macos.SetUp(made.Name)
}

// settleTap attaches IPv6 too, since router advertisements are listened for before there is an address.
func (darwin) settleTap(n plan.Names) error {
	tap := macos.Interface(n.Tap)
	if err := macos.AttachIPv6(tap); err != nil {
		return err
	}
	return macos.SetUp(tap)
}

func (darwin) stands(name string, made nic, mac net.HardwareAddr) (bool, error) {
	found, err := macos.Find(macos.Interface(name))
	if err != nil || found == nil || found.Index != made.index {
		return false, err
	}
	return mac == nil || bytes.Equal(mac, found.HardwareAddr), nil
}

func (darwin) intact(n plan.Names, t plan.Tunnel) (bool, error) {
	const up = net.FlagUp
	l, err := macos.Find(macos.Interface(n.Link))
	if err != nil || l == nil || l.Flags&up == 0 {
		return false, err
	}
	if has, err := hasAddress(l, t.Address.Addr()); err != nil || !has {
		return false, err
	}
	tap, err := macos.Find(macos.Interface(n.Tap))
	if err != nil || tap == nil {
		return false, err
	}
	return tap.Flags&up != 0 && bytes.Equal(tap.HardwareAddr, t.HardwareAddr()), nil
}

func hasAddress(i *net.Interface, want netip.Addr) (bool, error) {
	all, err := macos.Addresses(i)
	return slices.ContainsFunc(all, func(p netip.Prefix) bool { return p.Addr() == want }), err
}

func (darwin) disown(n plan.Names) error {
	var mac [6]byte
	rand.Read(mac[:])      // never fails (crypto/rand, Go 1.24)
	mac[0] = mac[0]&^1 | 2 // one device's, given by no maker
	return macos.SetMAC(macos.Interface(n.Tap), mac)
}
