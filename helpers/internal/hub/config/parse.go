package config

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"regexp"
	"strconv"

	"mooring.dev/helpers/internal/netvalue"
	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/strictjson"
)

// What is wrong with a value. Decoding adds the names of strictjson.
const (
	ErrBadName    strictjson.ErrorName = "bad-name"
	ErrBadKey     strictjson.ErrorName = "bad-key"
	ErrBadMAC     strictjson.ErrorName = "bad-mac"
	ErrBadAddress strictjson.ErrorName = "bad-address"
	ErrBadPrefix  strictjson.ErrorName = "bad-prefix"
	ErrBadPort    strictjson.ErrorName = "bad-port"
	ErrBadPath    strictjson.ErrorName = "bad-path"
	ErrBadChoice  strictjson.ErrorName = "bad-choice"
	ErrDuplicate  strictjson.ErrorName = "duplicate"
	ErrTooMany    strictjson.ErrorName = "too-many"
)

// Parse reads the file's text. The first offence is returned as a *strictjson.Error.
func Parse(text []byte) (Config, error) {
	var f file
	if err := strictjson.Decode(text, &f); err != nil {
		return Config{}, err
	}
	c, err := f.parse()
	if err != nil {
		return Config{}, err
	}
	return c, nil
}

func fail(name strictjson.ErrorName, field, text, format string, a ...any) error {
	return &strictjson.Error{Name: name, Field: field, Quoted: strictjson.Quote(text), Message: fmt.Sprintf(format, a...)}
}

func (f file) parse() (c Config, err error) {
	switch c.Engine = plan.EngineKind(f.Engine); c.Engine {
	case plan.EngineKernel, plan.EngineUserspace:
	default:
		return c, fail(ErrBadChoice, "engine", f.Engine, "must be kernel or userspace")
	}
	if c.PrivateKeyFile = f.PrivateKeyFile; !filepath.IsAbs(c.PrivateKeyFile) {
		return c, fail(ErrBadPath, "privateKeyFile", f.PrivateKeyFile, "must begin with /")
	}
	if f.ListenPort < 1 || f.ListenPort > 65535 {
		return c, fail(ErrBadPort, "listenPort", strconv.Itoa(f.ListenPort), "must be 1 to 65535")
	}
	c.ListenPort = uint16(f.ListenPort)
	if c.Address, err = netvalue.ParseLinkAddress(f.Address); err != nil {
		return c, fail(ErrBadAddress, "address", f.Address, "%v", err)
	}
	if c.Devices, err = parseDevices(f.Devices, c.Address); err != nil {
		return c, err
	}
	if c.Bridge, err = f.Bridge.parse(c.Address, c.Devices); err != nil {
		return c, err
	}
	if f.Advertise != nil {
		if c.Advertise, err = f.Advertise.parse(c.Bridge); err != nil {
			return c, err
		}
	}
	if f.Masquerade != nil {
		c.Masquerade = *f.Masquerade
		if err := checkInterface(c.Masquerade, c.Devices); err != nil {
			return c, fail(ErrBadName, "masquerade", c.Masquerade, "%v", err)
		}
		if c.Masquerade == c.Bridge.Name {
			return c, fail(ErrBadName, "masquerade", c.Masquerade, "is the bridge, which is the inside; name the interface to the internet")
		}
	}
	return c, nil
}

var interfaceName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$`)

// checkInterface refuses what cannot name an interface that others made. The kernel takes more (dev_valid_name,
// net/core/dev.c) than shells and sysctl can tell.
func checkInterface(name string, devices []Device) error {
	if !interfaceName.MatchString(name) || name == "all" || name == "default" {
		return fmt.Errorf("must be the name of an interface: 1 to 15 of letters, digits, dot, hyphen and underscore")
	}
	if name == Link {
		return fmt.Errorf("is the hub's own interface inside WireGuard")
	}
	for _, d := range devices {
		if name == d.Port() {
			return fmt.Errorf("is the port of the device %s", d.Name)
		}
	}
	return nil
}

func (b bridge) parse(link netip.Prefix, devices []Device) (out Bridge, err error) {
	if err := checkInterface(b.Name, devices); err != nil {
		return out, fail(ErrBadName, "bridge.name", b.Name, "%v", err)
	}
	out.Name = b.Name
	if len(b.Addresses) > MaxAddresses {
		return out, fail(ErrTooMany, "bridge.addresses", "", "%d addresses; at most %d", len(b.Addresses), MaxAddresses)
	}
	seen := map[netip.Addr]bool{}
	for i, text := range b.Addresses {
		path := fmt.Sprintf("bridge.addresses[%d]", i)
		p, err := parseBridgeAddress(text)
		switch {
		case err != nil:
			return out, fail(ErrBadAddress, path, text, "%v", err)
		case seen[p.Addr()]:
			return out, fail(ErrDuplicate, path, text, "stands there twice")
		case p.Overlaps(link):
			return out, fail(ErrBadAddress, path, text, "its network overlaps that of WireGuard, %v", link.Masked())
		}
		seen[p.Addr()] = true
		out.Addresses = append(out.Addresses, p)
	}
	return out, nil
}

func parseBridgeAddress(text string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(text)
	a := p.Addr()
	switch {
	case err != nil || a.Is4In6():
		return p, fmt.Errorf("must be an address with its mask, like 2001:db8::1/64 or 192.168.0.1/16")
	case a.Is4() && p.Bits() == 32:
		return p, nil
	case a.Is4():
		return netvalue.ParseLinkAddress(text)
	case p.Bits() == 0:
		return p, fmt.Errorf("its mask must be /1 to /128")
	}
	return p, checkUnicast6(a)
}

// checkUnicast6 refuses IPv6 addresses that nobody beyond one cable can reach.
func checkUnicast6(a netip.Addr) error {
	if !a.Is6() || a.Is4In6() || a.Zone() != "" || a.IsUnspecified() || a.IsLoopback() || a.IsMulticast() || a.IsLinkLocalUnicast() {
		return fmt.Errorf("is no IPv6 address that a host has in a routed network")
	}
	return nil
}

func (a advertise) parse(b Bridge) (*Advertise, error) {
	var out Advertise
	var err error
	if out.Prefix, err = netvalue.ParsePrefix(a.Prefix); err != nil {
		return nil, fail(ErrBadPrefix, "advertise.prefix", a.Prefix, "%v", err)
	}
	for _, own := range b.Addresses {
		if out.Prefix.Contains(own.Addr()) {
			out.Router = own.Addr()
			break
		}
	}
	if !out.Router.IsValid() {
		return nil, fail(ErrBadPrefix, "advertise.prefix", a.Prefix, "no address in bridge.addresses lies in it")
	}
	if len(a.RDNSS) > MaxRDNSS {
		return nil, fail(ErrTooMany, "advertise.rdnss", "", "%d resolvers; at most %d", len(a.RDNSS), MaxRDNSS)
	}
	seen := map[netip.Addr]bool{}
	for i, text := range a.RDNSS {
		path := fmt.Sprintf("advertise.rdnss[%d]", i)
		addr, err := netip.ParseAddr(text)
		if err != nil || checkUnicast6(addr) != nil {
			return nil, fail(ErrBadAddress, path, text, "must be a resolver's IPv6 address, like 2001:4860:4860::8888")
		}
		if seen[addr] {
			return nil, fail(ErrDuplicate, path, text, "stands there twice")
		}
		seen[addr] = true
		out.RDNSS = append(out.RDNSS, addr)
	}
	return &out, nil
}
