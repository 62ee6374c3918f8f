package config

import (
	"fmt"
	"net/netip"

	"mooring.dev/helpers/internal/netvalue"
	"mooring.dev/helpers/internal/plan"
)

// seen finds what two devices may not have in common.
type seen struct {
	names, ports map[string]bool
	keys         map[plan.Key]bool
	addresses    map[netip.Addr]bool
	macs         map[[6]byte]bool
}

func parseDevices(list []device, hub netip.Prefix) ([]Device, error) {
	if len(list) > MaxDevices {
		return nil, fail(ErrTooMany, "devices", "", "%d devices; at most %d", len(list), MaxDevices)
	}
	s := seen{map[string]bool{}, map[string]bool{}, map[plan.Key]bool{}, map[netip.Addr]bool{}, map[[6]byte]bool{}}
	var out []Device
	for i, d := range list {
		parsed, err := d.parse(fmt.Sprintf("devices[%d].", i), hub, s)
		if err != nil {
			return nil, err
		}
		out = append(out, parsed)
	}
	return out, nil
}

func (d device) parse(path string, hub netip.Prefix, s seen) (out Device, err error) {
	if err := netvalue.CheckName(d.Name); err != nil {
		return out, fail(ErrBadName, path+"name", d.Name, "%v", err)
	}
	out.Name = d.Name
	if s.names[d.Name] {
		return out, fail(ErrDuplicate, path+"name", d.Name, "two devices have this name")
	}
	if s.ports[out.Port()] {
		return out, fail(ErrDuplicate, path+"name", d.Name, "another device's port is called %s too; choose a name of up to 8", out.Port())
	}
	s.names[d.Name], s.ports[out.Port()] = true, true

	if out.PublicKey, err = plan.ParseKey(d.PublicKey); err != nil {
		return out, fail(ErrBadKey, path+"publicKey", d.PublicKey, "%v", err)
	}
	if s.keys[out.PublicKey] {
		return out, fail(ErrDuplicate, path+"publicKey", d.PublicKey, "two devices have this key")
	}
	s.keys[out.PublicKey] = true

	if out.Address, err = netip.ParseAddr(d.Address); err != nil || !out.Address.Is4() {
		return out, fail(ErrBadAddress, path+"address", d.Address, "must be an IPv4 address like 172.16.0.2")
	}
	switch {
	case out.Address == hub.Addr():
		return out, fail(ErrBadAddress, path+"address", d.Address, "is the hub's own")
	case !hub.Contains(out.Address):
		return out, fail(ErrBadAddress, path+"address", d.Address, "lies outside %v", hub.Masked())
	case s.addresses[out.Address]:
		return out, fail(ErrDuplicate, path+"address", d.Address, "two devices have this address")
	}
	if err := netvalue.CheckHost(netip.PrefixFrom(out.Address, hub.Bits())); err != nil {
		return out, fail(ErrBadAddress, path+"address", d.Address, "%v", err)
	}
	s.addresses[out.Address] = true

	if d.MAC == nil {
		return out, nil
	}
	if out.MAC, err = netvalue.ParseMAC(*d.MAC); err != nil {
		return out, fail(ErrBadMAC, path+"mac", *d.MAC, "%v", err)
	}
	if s.macs[out.MAC] {
		return out, fail(ErrDuplicate, path+"mac", *d.MAC, "two devices have this MAC")
	}
	s.macs[out.MAC] = true
	return out, nil
}
