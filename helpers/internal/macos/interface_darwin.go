package macos

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

// Create makes a feth of this very name. The error is unix.EEXIST where there is one.
func Create(name string) error {
	if err := control(unix.AF_INET, create, request(sizeofIfreq, name)); err != nil {
		return fmt.Errorf("create %s: %w", name, err)
	}
	return nil
}

// Destroy removes a feth. That it is gone already is no error.
func Destroy(name string) error {
	err := control(unix.AF_INET, destroy, request(sizeofIfreq, name))
	if err != nil && !IsGone(err) {
		return fmt.Errorf("destroy %s: %w", name, err)
	}
	return nil
}

// Pair makes what one feth sends be received by the other, both ways.
func Pair(name, peer string) error {
	if err := driver(name, setPeer, fakeRequest(peer)); err != nil {
		return fmt.Errorf("make %s the peer of %s: %w", peer, name, err)
	}
	return nil
}

// SetMTU sets the longest packet, without the Ethernet header.
func SetMTU(name string, mtu int) error {
	if err := control(unix.AF_INET, setMTU, mtuRequest(name, mtu)); err != nil {
		return fmt.Errorf("set the MTU of %s to %d: %w", name, mtu, err)
	}
	return nil
}

// SetMAC sets the Ethernet address.
func SetMAC(name string, mac [6]byte) error {
	if err := control(unix.AF_INET, setMAC, macRequest(name, mac)); err != nil {
		return fmt.Errorf("set the MAC of %s: %w", name, err)
	}
	return nil
}

// SetUp sets an interface up, if it is not.
func SetUp(name string) error {
	b := request(sizeofIfreq, name)
	if err := control(unix.AF_INET, getFlags, b); err != nil {
		return fmt.Errorf("read the flags of %s: %w", name, err)
	}
	flags := flagsReply(b)
	if flags&unix.IFF_UP != 0 {
		return nil
	}
	if err := control(unix.AF_INET, setFlags, flagsRequest(name, flags|unix.IFF_UP)); err != nil {
		return fmt.Errorf("set %s up: %w", name, err)
	}
	return nil
}

// SetAddress4 gives a point-to-point interface its address and that of the far end. The network between them is not
// routed to it.
func SetAddress4(name string, address netip.Prefix, far netip.Addr) error {
	if err := control(unix.AF_INET, addAddress4, alias4Request(name, address, far)); err != nil {
		return fmt.Errorf("give %s the address %s: %w", name, address, err)
	}
	return nil
}

// Find looks an interface up by the system's name, past package net's memory of names; nil when there is none.
func Find(name string) (*net.Interface, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("list interfaces: %w", err)
	}
	for i := range all {
		if all[i].Name == name {
			return &all[i], nil
		}
	}
	return nil, nil
}

// Addresses are those of an interface, without zones.
func Addresses(i *net.Interface) ([]netip.Prefix, error) {
	all, err := i.Addrs()
	if err != nil {
		return nil, fmt.Errorf("list the addresses of %s: %w", i.Name, err)
	}
	var addresses []netip.Prefix
	for _, a := range all {
		n, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		ip, ok := netip.AddrFromSlice(n.IP)
		bits, _ := n.Mask.Size()
		if ok {
			addresses = append(addresses, netip.PrefixFrom(ip.Unmap(), bits))
		}
	}
	return addresses, nil
}

// isThere reports whether an error says that what was to be added is there.
func isThere(err error) bool { return errors.Is(err, unix.EEXIST) }
