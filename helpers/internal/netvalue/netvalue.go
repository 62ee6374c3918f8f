// Package netvalue reads the network values that messages and files hold. Its errors say what is wrong without
// quoting the text, which whoever knows the field adds.
package netvalue

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

var deviceName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)

// CheckName refuses what cannot name a tunnel or a device of ours: it is part of file names and of log lines.
func CheckName(s string) error {
	if !deviceName.MatchString(s) {
		return errors.New("must be 1 to 32 of a-z, 0-9 and inner hyphens")
	}
	return nil
}

var errMAC = errors.New("must be six octets like 12:ab:34:cd:56:ef")

// ParseMAC reads six colon-separated octets of a unicast address that is not zero.
func ParseMAC(s string) (mac [6]byte, err error) {
	parts := strings.Split(s, ":")
	if len(parts) != len(mac) {
		return mac, errMAC
	}
	for i, p := range parts {
		b, err := strconv.ParseUint(p, 16, 8)
		if err != nil || len(p) != 2 {
			return mac, errMAC
		}
		mac[i] = byte(b)
	}
	if mac == ([6]byte{}) {
		return mac, errors.New("is all zero")
	}
	if mac[0]&1 != 0 {
		return mac, errors.New("is a multicast address; a device needs a unicast one")
	}
	return mac, nil
}

// ParseLinkAddress reads an IPv4 host's address with the mask of its network, /8 to /31.
func ParseLinkAddress(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil || !p.Addr().Is4() {
		return p, errors.New("must be an IPv4 address with its mask, like 172.16.0.2/24")
	}
	if p.Bits() < 8 || p.Bits() > 31 {
		return p, errors.New("its mask must be /8 to /31: the far end is a neighbour in it")
	}
	return p, CheckHost(p)
}

// CheckHost refuses IPv4 addresses that no host of the network p can have.
func CheckHost(p netip.Prefix) error {
	a := p.Addr()
	if first := a.As4()[0]; first == 0 || first == 127 || first > 223 {
		return errors.New("is no address of a host")
	}
	bits := binary.BigEndian.Uint32(a.AsSlice())
	mask := ^uint32(0) >> p.Bits()
	if p.Bits() < 31 && (bits&mask == 0 || bits&mask == mask) { // RFC 3021: a /31 has neither
		return errors.New("is the network's own or its broadcast address")
	}
	return nil
}

// ParsePrefix reads an IPv6 /64 that can be routed and has no bits beyond its length.
func ParsePrefix(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	switch {
	case err != nil || p.Addr().Is4() || p.Addr().Is4In6():
		return p, errors.New("must be an IPv6 prefix like 2001:db8::/64")
	case p.Bits() != 64:
		return p, errors.New("must be a /64: an EUI-64 address has 64 bits of prefix")
	case p != p.Masked():
		return p, fmt.Errorf("has bits set beyond its length; did you mean %v?", p.Masked())
	case p.Addr().IsLinkLocalUnicast() || p.Addr().IsMulticast() || p.Addr().IsUnspecified() || p.Addr().IsLoopback():
		return p, errors.New("is not a routed unicast prefix")
	}
	return p, nil
}
