package proto

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"mooring.dev/helpers/internal/plan"
)

// Parse checks every value and gives the tunnels; nil gives none. The first offence is returned as an *Error
// with the path of its field below the request's parameters.
func (d *Desired) Parse() ([]plan.Tunnel, error) {
	if d == nil {
		return nil, nil
	}
	if len(d.Tunnels) > plan.MaxSlots {
		return nil, &Error{Name: ErrTooManyTunnels, Field: "desired.tunnels", Quoted: strconv.Itoa(len(d.Tunnels)),
			Message: fmt.Sprintf("at most %d tunnels can be up", plan.MaxSlots)}
	}
	var out []plan.Tunnel
	seen := map[string]bool{}
	for i := range d.Tunnels {
		path := fmt.Sprintf("desired.tunnels[%d]", i)
		t, err := d.Tunnels[i].parse(path)
		if err != nil {
			return nil, err
		}
		if seen[t.Name] {
			return nil, &Error{Name: ErrDuplicateName, Field: path + ".name", Quoted: t.Name, Message: "two tunnels have this name"}
		}
		seen[t.Name] = true
		out = append(out, t)
	}
	return out, nil
}

var nameRule = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)

func (t *Tunnel) parse(path string) (out plan.Tunnel, err error) {
	fail := func(name ErrorName, field, text, format string, a ...any) (plan.Tunnel, error) {
		return plan.Tunnel{}, &Error{Name: name, Field: path + "." + field, Quoted: Quote(text), Message: fmt.Sprintf(format, a...)}
	}
	if !nameRule.MatchString(t.Name) {
		return fail(ErrBadName, "name", t.Name, "must be 1 to 32 of a-z, 0-9 and inner hyphens")
	}
	out.Name = t.Name
	if out.PublicKey, err = plan.ParseKey(t.PublicKey); err != nil {
		return fail(ErrBadKey, "publicKey", t.PublicKey, "%v", err)
	}
	if t.ListenPort < 0 || t.ListenPort > 65535 {
		return fail(ErrBadPort, "listenPort", strconv.Itoa(t.ListenPort), "must be 0 to 65535")
	}
	out.ListenPort = uint16(t.ListenPort)
	if out.Address, err = parseLinkAddress(t.Address); err != nil {
		return fail(ErrBadAddress, "address", t.Address, "%v", err)
	}
	if out.Hub.PublicKey, err = plan.ParseKey(t.Hub.PublicKey); err != nil {
		return fail(ErrBadKey, "hub.publicKey", t.Hub.PublicKey, "%v", err)
	}
	if out.Hub.PublicKey == out.PublicKey {
		return fail(ErrBadKey, "hub.publicKey", t.Hub.PublicKey, "is our own key, not the hub's")
	}
	if out.Hub.Endpoint, err = ParseEndpoint(t.Hub.Endpoint); err != nil {
		return fail(ErrBadEndpoint, "hub.endpoint", t.Hub.Endpoint, "%v", err)
	}
	if out.Hub.Address, err = netip.ParseAddr(t.Hub.Address); err != nil || !out.Hub.Address.Is4() {
		return fail(ErrBadAddress, "hub.address", t.Hub.Address, "must be an IPv4 address like 172.16.0.1")
	}
	if out.Hub.Address == out.Address.Addr() {
		return fail(ErrBadAddress, "hub.address", t.Hub.Address, "is our own address, not the hub's")
	}
	if !out.Address.Masked().Contains(out.Hub.Address) {
		return fail(ErrBadAddress, "hub.address", t.Hub.Address, "lies outside %v", out.Address.Masked())
	}
	if out.MAC, err = ParseMAC(t.MAC); err != nil {
		return fail(ErrBadMAC, "mac", t.MAC, "%v", err)
	}
	if t.Prefix != nil {
		if out.Prefix, err = parsePrefix(*t.Prefix); err != nil {
			return fail(ErrBadPrefix, "prefix", *t.Prefix, "%v", err)
		}
	}
	switch out.TxOffload = plan.TxOffload(t.TxOffload); out.TxOffload {
	case plan.TxOffloadOff, plan.TxOffloadKeep:
	default:
		return fail(ErrBadChoice, "txOffload", t.TxOffload, "must be off or keep")
	}
	switch out.Engine = plan.EngineKind(t.Engine); out.Engine {
	case plan.EngineAuto, plan.EngineKernel, plan.EngineUserspace:
	default:
		return fail(ErrBadChoice, "engine", t.Engine, "must be auto, kernel or userspace")
	}
	return out, nil
}

// TunnelOf is the wire form of t, the inverse of Parse.
func TunnelOf(t plan.Tunnel) Tunnel {
	w := Tunnel{
		Name: t.Name, PublicKey: t.PublicKey.String(), ListenPort: int(t.ListenPort), Address: t.Address.String(),
		Hub: Hub{PublicKey: t.Hub.PublicKey.String(), Endpoint: t.Hub.Endpoint.String(), Address: t.Hub.Address.String()},
		MAC: t.HardwareAddr().String(), TxOffload: string(t.TxOffload), Engine: string(t.Engine),
	}
	if t.Prefix.IsValid() {
		s := t.Prefix.String()
		w.Prefix = &s
	}
	return w
}

// ParseMAC reads six colon-separated octets of a unicast address that is not zero.
func ParseMAC(s string) (mac [6]byte, err error) {
	parts := strings.Split(s, ":")
	if len(parts) != len(mac) {
		return mac, fmt.Errorf("must be six octets like 12:ab:34:cd:56:ef")
	}
	for i, p := range parts {
		b, err := strconv.ParseUint(p, 16, 8)
		if err != nil || len(p) != 2 {
			return mac, fmt.Errorf("must be six octets like 12:ab:34:cd:56:ef")
		}
		mac[i] = byte(b)
	}
	if mac == ([6]byte{}) {
		return mac, fmt.Errorf("is all zero")
	}
	if mac[0]&1 != 0 {
		return mac, fmt.Errorf("is a multicast address; a device needs a unicast one")
	}
	return mac, nil
}

func parseLinkAddress(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil || !p.Addr().Is4() {
		return p, fmt.Errorf("must be an IPv4 address with its mask, like 172.16.0.2/24")
	}
	if a := p.Addr(); a.IsUnspecified() || a.IsLoopback() || a.IsMulticast() {
		return p, fmt.Errorf("is no address of a host")
	}
	if p.Bits() <= 30 {
		first, b := p.Masked().Addr(), p.Addr().As4()
		broadcast := true
		for i := p.Bits(); i < 32; i++ {
			broadcast = broadcast && b[i/8]&(0x80>>(i%8)) != 0
		}
		if p.Addr() == first || broadcast {
			return p, fmt.Errorf("is the network's own or its broadcast address")
		}
	}
	return p, nil
}

func parsePrefix(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	switch {
	case err != nil || p.Addr().Is4() || p.Addr().Is4In6():
		return p, fmt.Errorf("must be an IPv6 prefix like 2001:db8::/64")
	case p.Bits() != 64:
		return p, fmt.Errorf("must be a /64: an EUI-64 address has 64 bits of prefix")
	case p != p.Masked():
		return p, fmt.Errorf("has bits set beyond its length; did you mean %v?", p.Masked())
	case p.Addr().IsLinkLocalUnicast() || p.Addr().IsMulticast() || p.Addr().IsUnspecified() || p.Addr().IsLoopback():
		return p, fmt.Errorf("is not a routed unicast prefix")
	}
	return p, nil
}

var hostLabel = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)

// ParseEndpoint reads HOST:PORT where HOST is an IPv4 literal, a bracketed IPv6 literal or a DNS name
// (RFC 1123 section 2.1).
func ParseEndpoint(s string) (plan.Endpoint, error) {
	var e plan.Endpoint
	host, port, ok := cutLast(s, ":")
	if !ok {
		return e, fmt.Errorf("must be HOST:PORT")
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return e, fmt.Errorf("port must be 1 to 65535")
	}
	e.Port = uint16(n)
	if inner, bracketed := strings.CutPrefix(host, "["); bracketed {
		inner, closed := strings.CutSuffix(inner, "]")
		a, err := netip.ParseAddr(inner)
		if !closed || err != nil || !a.Is6() || a.Zone() != "" || a.IsUnspecified() || a.IsMulticast() {
			return e, fmt.Errorf("brackets must hold an IPv6 address")
		}
		e.Host = a.String()
		return e, nil
	}
	if strings.Contains(host, ":") {
		return e, fmt.Errorf("an IPv6 address needs brackets: [2001:db8::1]:23450")
	}
	if a, err := netip.ParseAddr(host); err == nil {
		if a.IsUnspecified() || a.IsMulticast() {
			return e, fmt.Errorf("is no address of a host")
		}
		e.Host = a.String()
		return e, nil
	}
	labels := strings.Split(host, ".")
	for _, l := range labels {
		if !hostLabel.MatchString(l) || len(host) > 253 {
			return e, fmt.Errorf("host is neither an address nor a DNS name")
		}
	}
	// RFC 1123: the last label of a name is not all digits, so that 1.2.3 is no name.
	if _, err := strconv.Atoi(labels[len(labels)-1]); err == nil {
		return e, fmt.Errorf("host is neither an address nor a DNS name")
	}
	e.Host = strings.ToLower(host)
	return e, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
