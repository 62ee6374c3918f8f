package proto

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"mooring.dev/helpers/internal/netvalue"
	"mooring.dev/helpers/internal/plan"
)

// Parse checks every value and gives the tunnels; nil gives none. The first offence is returned as an *Error
// with the path of its field below the request's parameters.
func (d *Desired) Parse() ([]plan.Tunnel, error) {
	if d == nil {
		return nil, nil
	}
	if len(d.Tunnels) > plan.MaxSlots {
		return nil, &Error{Name: ErrTooManyTunnels, Field: "desired.tunnels",
			Message: fmt.Sprintf("%d tunnels; at most %d can be up", len(d.Tunnels), plan.MaxSlots)}
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

// Parse checks the keys. The error never quotes them.
func (p *KeysPutParams) Parse() (s plan.Secrets, err error) {
	if s.PrivateKey, err = plan.ParseKey(p.PrivateKey); err != nil {
		return plan.Secrets{}, &Error{Name: ErrBadKey, Field: "privateKey", Message: err.Error()}
	}
	if p.PresharedKey != nil {
		psk, err := plan.ParseKey(*p.PresharedKey)
		if err != nil {
			return plan.Secrets{}, &Error{Name: ErrBadKey, Field: "presharedKey", Message: err.Error()}
		}
		s.PresharedKey = &psk
	}
	return s, nil
}

// Parse checks the key.
func (p *PublicKey) Parse() (plan.Key, error) {
	k, err := plan.ParseKey(p.PublicKey)
	if err != nil {
		return k, &Error{Name: ErrBadKey, Field: "publicKey", Quoted: Quote(p.PublicKey), Message: err.Error()}
	}
	return k, nil
}

// Parse checks the name's form; whether such a tunnel is up is the reconciler's to say.
func (p *TunnelName) Parse() (string, error) {
	if err := netvalue.CheckName(p.Tunnel); err != nil {
		return "", &Error{Name: ErrBadName, Field: "tunnel", Quoted: Quote(p.Tunnel), Message: err.Error()}
	}
	return p.Tunnel, nil
}

func (t *Tunnel) parse(path string) (out plan.Tunnel, err error) {
	fail := func(name ErrorName, field, text, format string, a ...any) (plan.Tunnel, error) {
		return plan.Tunnel{}, &Error{Name: name, Field: path + "." + field, Quoted: Quote(text), Message: fmt.Sprintf(format, a...)}
	}
	if err := netvalue.CheckName(t.Name); err != nil {
		return fail(ErrBadName, "name", t.Name, "%v", err)
	}
	out.Name = t.Name
	if out.PublicKey, err = plan.ParseKey(t.PublicKey); err != nil {
		return fail(ErrBadKey, "publicKey", t.PublicKey, "%v", err)
	}
	if t.ListenPort < 0 || t.ListenPort > 65535 {
		return fail(ErrBadPort, "listenPort", strconv.Itoa(t.ListenPort), "must be 0 to 65535")
	}
	out.ListenPort = uint16(t.ListenPort)
	if out.Address, err = netvalue.ParseLinkAddress(t.Address); err != nil {
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
	if err := netvalue.CheckHost(netip.PrefixFrom(out.Hub.Address, out.Address.Bits())); err != nil {
		return fail(ErrBadAddress, "hub.address", t.Hub.Address, "%v", err)
	}
	if !out.Address.Masked().Contains(out.Hub.Address) {
		return fail(ErrBadAddress, "hub.address", t.Hub.Address, "lies outside %v", out.Address.Masked())
	}
	if out.MAC, err = netvalue.ParseMAC(t.MAC); err != nil {
		return fail(ErrBadMAC, "mac", t.MAC, "%v", err)
	}
	if t.Prefix != nil {
		if out.Prefix, err = netvalue.ParsePrefix(*t.Prefix); err != nil {
			return fail(ErrBadPrefix, "prefix", *t.Prefix, "%v", err)
		}
	}
	switch out.TxOffload = plan.TxOffload(t.TxOffload); out.TxOffload {
	case plan.TxOffloadAuto, plan.TxOffloadOff, plan.TxOffloadKeep:
	default:
		return fail(ErrBadChoice, "txOffload", t.TxOffload, "must be auto, off or keep")
	}
	if out.Engine, err = plan.ParseEngineKind(t.Engine); err != nil {
		return fail(ErrBadChoice, "engine", t.Engine, "%v", err)
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
	if err != nil || port[0] == '0' {
		return e, fmt.Errorf("port must be 1 to 65535")
	}
	e.Port = uint16(n)
	if inner, bracketed := strings.CutPrefix(host, "["); bracketed {
		inner, closed := strings.CutSuffix(inner, "]")
		a, err := netip.ParseAddr(inner)
		if !closed || err != nil || !a.Is6() || a.Is4In6() || a.Zone() != "" {
			return e, fmt.Errorf("brackets must hold an IPv6 address")
		}
		if a.IsUnspecified() || a.IsMulticast() || a.IsLinkLocalUnicast() {
			return e, fmt.Errorf("is no address that a hub can be reached at from everywhere")
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
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
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
