package config

import (
	"crypto/sha256"
	"encoding/base32"
	"net/netip"
	"strings"

	"mooring.dev/helpers/internal/plan"
)

// Link is the name of the interface by which the hub itself speaks inside WireGuard.
const Link = "wg_vpns"

// Bounds of the file.
const (
	MaxDevices   = 1000 // a bridge of Linux has 1,023 ports (BR_PORT_BITS, net/bridge/br_private.h)
	MaxAddresses = 16   // of the bridge
	MaxRDNSS     = 8    // what a Router Advertisement carries
)

// Config is a hub. It is valid by construction: only Parse makes one.
type Config struct {
	Engine         plan.EngineKind // kernel or userspace
	PrivateKeyFile string          // absolute
	ListenPort     uint16
	Address        netip.Prefix // the hub's inside WireGuard, IPv4: 172.16.0.1/24
	Bridge         Bridge
	Advertise      *Advertise // nil: someone else's, or nobody's, task
	Masquerade     string     // the interface by which IPv4 leaves under the hub's own address; empty: none does
	Devices        []Device
}

// Bridge is the Ethernet that all devices are on.
type Bridge struct {
	Name      string
	Addresses []netip.Prefix // the hub's own on it
}

// Advertise is what the Router Advertisements on the bridge say.
type Advertise struct {
	Prefix netip.Prefix // a /64 in which the hub has an address
	Router netip.Addr   // that address
	RDNSS  []netip.Addr
}

// Device is a laptop, or a site.
type Device struct {
	Name      string
	PublicKey plan.Key
	Address   netip.Addr // inside WireGuard
	MAC       [6]byte    // the only one that it may use; zero: any
}

// portPrefix begins the name of each port, as in the commands that this hub stands for.
const portPrefix = "gretap_"

// Port is the name of the device's interface on the bridge: gretap_NAME. A name that is too long for an interface (15
// octets, IFNAMSIZ) keeps three letters, and the rest is told apart by a hash, so that it is the same after each start.
func (d Device) Port() string {
	const room = 15 - len(portPrefix)
	if len(d.Name) <= room {
		return portPrefix + d.Name
	}
	sum := sha256.Sum256([]byte(d.Name))
	hash := strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))
	return portPrefix + d.Name[:3] + hash[:room-3]
}
