package reconcile

import "net/netip"

// order arranges the hub's addresses for trial: outside its prefix before inside (an address that the tunnel
// itself carries works only by the bypass rule), and the families in turn, so that the second trial is of the
// other family. Within that the resolver's order stays.
func order(addrs []netip.Addr, prefix netip.Prefix) []netip.Addr {
	var outside, inside []netip.Addr
	for _, a := range addrs {
		if prefix.IsValid() && prefix.Contains(a) {
			inside = append(inside, a)
		} else {
			outside = append(outside, a)
		}
	}
	return append(alternateFamilies(outside), alternateFamilies(inside)...)
}

func alternateFamilies(addrs []netip.Addr) []netip.Addr {
	if len(addrs) == 0 {
		return nil
	}
	var first, second []netip.Addr
	for _, a := range addrs {
		if a.Is4() == addrs[0].Is4() {
			first = append(first, a)
		} else {
			second = append(second, a)
		}
	}
	var out []netip.Addr
	for i := range max(len(first), len(second)) {
		if i < len(first) {
			out = append(out, first[i])
		}
		if i < len(second) {
			out = append(out, second[i])
		}
	}
	return out
}

// Addresses that are nobody's, to ask whether there is any default route: TEST-NET-1 (RFC 5737), and the first
// of global unicast (RFC 4291), which is assigned to no one.
var somewhere = []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2000::1")}
