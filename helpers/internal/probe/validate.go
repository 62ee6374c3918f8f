package probe

import (
	"fmt"
	"net/netip"

	"github.com/mdlayher/ndp"

	"mooring.dev/helpers/internal/plan"
)

// infinite is the lifetime of all one bits (RFC 4861 section 4.6.2).
const infinite = plan.Forever

// validate checks a Router Advertisement as RFC 4861 section 6.1.2 asks (the kernel has checked the sum and the
// length of the ICMP message) and reads what we use of it. source has no zone.
func validate(packet []byte, source netip.Addr, hopLimit int) (plan.Advertisement, error) {
	var adv plan.Advertisement
	if !source.IsLinkLocalUnicast() {
		return adv, fmt.Errorf("source %s is not link-local", source)
	}
	if hopLimit != 255 {
		return adv, fmt.Errorf("hop limit %d: it was forwarded", hopLimit)
	}
	if len(packet) < 16 {
		return adv, fmt.Errorf("%d bytes are too short", len(packet))
	}
	if packet[1] != 0 {
		return adv, fmt.Errorf("code %d", packet[1])
	}
	msg, err := ndp.ParseMessage(packet)
	if err != nil {
		return adv, err
	}
	ra, ok := msg.(*ndp.RouterAdvertisement)
	if !ok {
		return adv, fmt.Errorf("type %d", packet[0])
	}
	adv.Router = source
	adv.RouterLifetime = ra.RouterLifetime
	for _, option := range ra.Options {
		switch o := option.(type) {
		case *ndp.LinkLayerAddress:
			if o.Direction == ndp.Source && len(o.Addr) == len(adv.RouterMAC) {
				copy(adv.RouterMAC[:], o.Addr)
			}
		case *ndp.MTU:
			adv.MTU = o.MTU
		case *ndp.PrefixInformation:
			if !adv.Prefix.IsValid() && usable(o) {
				adv.Prefix = netip.PrefixFrom(o.Prefix, int(o.PrefixLength)).Masked()
				adv.ValidLifetime = min(o.ValidLifetime, infinite)
			}
		case *ndp.RecursiveDNSServer:
			if o.Lifetime > 0 {
				adv.RDNSS = append(adv.RDNSS, o.Servers...)
			}
		}
	}
	return adv, nil
}

// usable: what an EUI-64 address can be made of (RFC 4862 section 5.5.3 a to d).
func usable(o *ndp.PrefixInformation) bool {
	return o.OnLink && o.AutonomousAddressConfiguration && o.PrefixLength == 64 &&
		o.Prefix.IsGlobalUnicast() && o.PreferredLifetime <= o.ValidLifetime
}
