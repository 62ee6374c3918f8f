// Package plan holds the values that the helper's layers hand to each other: which tunnel is wanted, which
// names and numbers of the operating system belong to it, and what was observed of it. It does no I/O and
// imports nothing of ours, so every layer may use it.
package plan

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
)

// Key is a Curve25519 key as WireGuard uses it: 32 bytes, base64 in text. It is used for public keys only;
// private keys travel as [Secrets].
type Key [32]byte

var errNotAKey = errors.New("must be 32 bytes in base64, as wg(8) writes them")

// ParseKey reads standard base64 of exactly 32 bytes. The error does not quote the text, because the text may
// be a private key; callers that know it is public add the quote.
func ParseKey(s string) (Key, error) {
	var k Key
	// The length is compared first because the decoder passes over line ends.
	if len(s) != base64.StdEncoding.EncodedLen(len(k)) {
		return k, errNotAKey
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != len(k) {
		return k, errNotAKey
	}
	copy(k[:], b)
	return k, nil
}

// String is the base64 form, as in wg(8).
func (k Key) String() string { return base64.StdEncoding.EncodeToString(k[:]) }

// Hex is a form that is safe as a file name.
func (k Key) Hex() string { return hex.EncodeToString(k[:]) }

// ParseHexKey reads the form that Hex writes.
func ParseHexKey(s string) (Key, error) {
	var k Key
	if len(s) != hex.EncodedLen(len(k)) {
		return k, fmt.Errorf("not %d hexadecimal digits", hex.EncodedLen(len(k)))
	}
	_, err := hex.Decode(k[:], []byte(s))
	return k, err
}

// Secrets are what a tunnel needs and nothing prints. PresharedKey is nil when there is none.
type Secrets struct {
	PrivateKey   Key
	PresharedKey *Key
}

// String and GoString keep the secrets out of %v, %+v and %#v.
func (Secrets) String() string   { return "[secrets]" }
func (Secrets) GoString() string { return "[secrets]" }

// Endpoint is the hub's UDP endpoint as configured: a literal address or a DNS name.
type Endpoint struct {
	Host string
	Port uint16
}

// String brackets an IPv6 literal.
func (e Endpoint) String() string { return net.JoinHostPort(e.Host, strconv.Itoa(int(e.Port))) }

// Literal is the address when Host is one.
func (e Endpoint) Literal() (netip.AddrPort, bool) {
	a, err := netip.ParseAddr(e.Host)
	if err != nil {
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(a, e.Port), true
}

// TxOffload says what is done with transmit checksum offload on the tap.
type TxOffload string

// EngineKind names who carries the packets.
type EngineKind string

// The values that the protocol knows.
const (
	TxOffloadAuto TxOffload = "auto" // off with the kernel's GRETAP; kept where the engine finishes each checksum
	TxOffloadOff  TxOffload = "off"
	TxOffloadKeep TxOffload = "keep"

	EngineAuto      EngineKind = "auto"
	EngineKernel    EngineKind = "kernel"
	EngineUserspace EngineKind = "userspace"
)

// ParseEngineKind reads one of the values above.
func ParseEngineKind(s string) (EngineKind, error) {
	switch kind := EngineKind(s); kind {
	case EngineAuto, EngineKernel, EngineUserspace:
		return kind, nil
	default:
		return "", errors.New("must be auto, kernel or userspace")
	}
}

// Hub is the far end of a tunnel.
type Hub struct {
	PublicKey Key
	Endpoint  Endpoint
	Address   netip.Addr // IPv4, inside the link: 172.16.0.1
}

// Tunnel is one profile as the helper brings it up. It is valid by construction: only proto.Tunnel.Parse makes
// one. It is comparable with Equal, so that setting the same twice is no change.
type Tunnel struct {
	Name       string
	PublicKey  Key // ours; the private key of that name lies in the key store
	ListenPort uint16
	Address    netip.Prefix // ours inside the link: 172.16.0.2/24
	Hub        Hub
	MAC        [6]byte
	Prefix     netip.Prefix // the hub's /64; the zero Prefix means: learn it from the first RA
	TxOffload  TxOffload
	Engine     EngineKind
}

// HardwareAddr is the pinned MAC in the form of package net.
func (t Tunnel) HardwareAddr() net.HardwareAddr { return net.HardwareAddr(t.MAC[:]) }

// StableAddress is prefix plus the modified EUI-64 of mac (RFC 4291 appendix A). prefix must be a /64.
func StableAddress(prefix netip.Prefix, mac [6]byte) netip.Addr {
	b := prefix.Masked().Addr().As16()
	copy(b[8:], []byte{mac[0] ^ 0x02, mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]})
	return netip.AddrFrom16(b)
}

// LinkLocal is fe80::/64 plus the modified EUI-64 of mac: what the kernel forms with addr_gen_mode 0.
func LinkLocal(mac [6]byte) netip.Addr {
	return StableAddress(netip.MustParsePrefix("fe80::/64"), mac)
}
