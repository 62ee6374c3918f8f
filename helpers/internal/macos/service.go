package macos

import (
	"fmt"
	"net/netip"
)

// serviceKey is where a slot's IPv6 service lies in the dynamic store.
func serviceKey(slot int) string {
	return fmt.Sprintf("State:/Network/Service/dev.mooring.tap%d/IPv6", slot)
}

// serviceValue is the service as a property list (SCSchemaDefinitions.h). mDNSResponder asks for AAAA records only
// while some service has IPv6: an address with the length of its prefix is enough for configd to count it
// (IPv6RouteListCreateWithDictionary, configd's Plugins/IPMonitor/ip_plugin.c).
//
// There is no Router in it: with one, configd would make this the primary IPv6 service of a laptop that has no other
// and take all of its IPv6 into the tunnel. A service of IPv4 is never published: since macOS 26 its router replaces
// the machine's default route.
func serviceValue(system string, address netip.Addr) []byte {
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Addresses</key>
	<array>
		<string>%s</string>
	</array>
	<key>InterfaceName</key>
	<string>%s</string>
	<key>PrefixLength</key>
	<array>
		<integer>64</integer>
	</array>
</dict>
</plist>
`, address, system)
}
