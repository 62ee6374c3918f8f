// Package advertise sends Router Advertisements (RFC 4861) on one interface, as a router's daemon does.
package advertise

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"

	"github.com/mdlayher/ndp"
)

// What an advertisement says besides the Announcement.
const (
	RouterLifetime    = 1800 * time.Second // 3 * the longest interval (RFC 4861 section 6.2.1)
	resolverLifetime  = RouterLifetime     // RFC 8106 section 5.1 has it the same
	validLifetime     = 24 * time.Hour     // of addresses in the prefix, as radvd's default
	preferredLifetime = 4 * time.Hour
	hopLimit          = 64 // of packets that hosts send
)

// Announcement is what hosts are told.
type Announcement struct {
	Prefix netip.Prefix // a /64, on the link, for SLAAC
	Router netip.Addr   // the router's own address in it, which goes along (RFC 6275 section 7.2, "R")
	MTU    uint32
	RDNSS  []netip.Addr
}

// message is the advertisement of a router with the MAC mac. At the end of service both lifetimes are zero, which takes
// the router and its resolvers from the hosts at once, and leaves them their addresses.
func (a Announcement) message(mac [6]byte, final bool) *ndp.RouterAdvertisement {
	lifetime := RouterLifetime
	if final {
		lifetime = 0
	}
	ra := &ndp.RouterAdvertisement{
		CurrentHopLimit: hopLimit,
		RouterLifetime:  lifetime,
		Options: []ndp.Option{
			&ndp.LinkLayerAddress{Direction: ndp.Source, Addr: mac[:]},
			ndp.NewMTU(a.MTU),
			a.prefixInformation(),
		},
	}
	if len(a.RDNSS) > 0 {
		ra.Options = append(ra.Options, &ndp.RecursiveDNSServer{Lifetime: min(lifetime, resolverLifetime), Servers: a.RDNSS})
	}
	return ra
}

// prefixInformation is the option of RFC 4861 section 4.6.2 with the R flag of RFC 6275 section 7.2, which package ndp
// does not know: the field holds the router's whole address instead of the prefix.
func (a Announcement) prefixInformation() *ndp.RawOption {
	const (
		optionType          = 3
		onLink, auto, rAddr = 1 << 7, 1 << 6, 1 << 5
	)
	v := []byte{byte(a.Prefix.Bits()), onLink | auto | rAddr}
	v = binary.BigEndian.AppendUint32(v, uint32(validLifetime/time.Second))
	v = binary.BigEndian.AppendUint32(v, uint32(preferredLifetime/time.Second))
	v = append(v, 0, 0, 0, 0)
	v = append(v, a.Router.AsSlice()...)
	return &ndp.RawOption{Type: optionType, Length: uint8((2 + len(v)) / 8), Value: v}
}

// check refuses what cannot be said.
func (a Announcement) check() error {
	// Readers that take apart ::ffff:a.b.c.d as IPv4, package ndp among them, refuse the whole message.
	if !a.Prefix.IsValid() || a.Prefix.Bits() != 64 || !a.Prefix.Addr().Is6() || !a.Prefix.Contains(a.Router) || a.Router.Is4In6() {
		return fmt.Errorf("advertise: %v is no /64 with the IPv6 address %v in it", a.Prefix, a.Router)
	}
	for _, r := range a.RDNSS {
		if !r.Is6() || r.Is4In6() {
			return fmt.Errorf("advertise: the resolver %v has no IPv6 address", r)
		}
	}
	if a.MTU < 1280 {
		return fmt.Errorf("advertise: an MTU of %d is too small for IPv6", a.MTU)
	}
	return nil
}
