//go:build linux

package main

import (
	"bytes"
	"encoding/binary"
	"net"
)

// sample is one frame of the cable test.
type sample struct {
	name  string
	frame []byte // from the destination MAC on, without FCS

	// lost says that it must not arrive: it is longer than the tap.
	lost bool
}

// tapMTU is that of every GRETAP inside WireGuard: 1420 - 20 - 4 - 14.
const tapMTU = 1382

// experimental is the EtherType that IEEE 802 leaves to experiments.
const experimental = 0x88b5

var (
	broadcast = net.HardwareAddr{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	mdns4     = net.HardwareAddr{0x01, 0x00, 0x5e, 0x00, 0x00, 0xfb}
	mdns6     = net.HardwareAddr{0x33, 0x33, 0x00, 0x00, 0x00, 0xfb}
)

// suite is every kind of frame that a cable carries and a tunnel might not. The addresses in it are those of
// documentation, so that neither end answers.
func suite(src, dst net.HardwareAddr) []sample {
	eth := func(to net.HardwareAddr, etherType uint16, payload []byte) []byte {
		return append(binary.BigEndian.AppendUint16(bytes.Join([][]byte{to, src}, nil), etherType), payload...)
	}
	tagged := func(tci, etherType uint16, payload []byte) []byte {
		return append(binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, tci), etherType), payload...)
	}
	fill := func(n int) []byte { return bytes.Repeat([]byte("mooring "), n/8+1)[:n] }

	udp4 := func(n int) []byte { return ipv4(0x4000, 17, udp(fill(n-28))) }
	chain := ipv6(0, hopByHop(60, options(43, routing(44, fragment(17, udp(fill(64)))))))
	return []sample{
		{name: "IPv4 with DF, small", frame: eth(dst, 0x0800, udp4(100))},
		{name: "IPv4 with DF, as long as the tap carries", frame: eth(dst, 0x0800, udp4(tapMTU))},
		{name: "IPv4, first fragment", frame: eth(dst, 0x0800, ipv4(0x2000, 17, fill(1352)))},
		{name: "IPv4, last fragment", frame: eth(dst, 0x0800, ipv4(1352/8, 17, fill(40)))},
		{name: "IPv6 with hop-by-hop, destination, routing and fragment headers", frame: eth(dst, 0x86dd, chain)},
		{name: "IPv6, as long as the tap carries", frame: eth(dst, 0x86dd, ipv6(17, udp(fill(tapMTU-48))))},
		{name: "ARP, broadcast", frame: eth(broadcast, 0x0806, arp(src))},
		{name: "IPv4 multicast", frame: eth(mdns4, 0x0800, udp4(80))},
		{name: "IPv6 multicast", frame: eth(mdns6, 0x86dd, ipv6(17, udp(fill(40))))},
		{name: "VLAN tag", frame: eth(dst, 0x8100, tagged(0x2005, 0x0800, udp4(200)))},
		{name: "VLAN tag, as long as the tap carries besides", frame: eth(dst, 0x8100, tagged(5, 0x0800, udp4(tapMTU)))},
		{name: "two VLAN tags", frame: eth(dst, 0x88a8, tagged(7, 0x8100, tagged(8, experimental, fill(60))))},
		{name: "LLC instead of an EtherType", frame: eth(dst, 3+20, append([]byte{0x42, 0x42, 0x03}, fill(20)...))},
		{name: "unknown EtherType", frame: eth(dst, experimental, fill(300))},
		{name: "one octet", frame: eth(dst, experimental, fill(1))},
		{name: "shorter than Ethernet’s 60 octets", frame: eth(dst, experimental, fill(20))},
		// A bridge lets four octets more through, as if they were a tag (is_skb_forwardable, include/linux/netdevice.h).
		{name: "five octets too long", frame: eth(dst, experimental, fill(tapMTU+5)), lost: true},
	}
}

var (
	source4 = []byte{192, 0, 2, 1}
	target4 = []byte{198, 51, 100, 1}
	source6 = net.ParseIP("2001:db8:ffff::1").To16()
	target6 = net.ParseIP("2001:db8:ffff::2").To16()
)

// ipv4 has the flags and the offset in units of 8 octets in one word (RFC 791 section 3.1).
func ipv4(flagsAndOffset uint16, protocol byte, payload []byte) []byte {
	b := make([]byte, 20, 20+len(payload))
	b[0], b[8], b[9] = 0x45, 64, protocol
	binary.BigEndian.PutUint16(b[2:], uint16(20+len(payload)))
	binary.BigEndian.PutUint16(b[4:], 0x4d57)
	binary.BigEndian.PutUint16(b[6:], flagsAndOffset)
	copy(b[12:], source4)
	copy(b[16:], target4)
	sum := uint32(0)
	for i := 0; i < 20; i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	binary.BigEndian.PutUint16(b[10:], ^uint16(sum))
	return append(b, payload...)
}

// udp has no checksum: nobody at either end looks into it.
func udp(payload []byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, 49152)
	b = binary.BigEndian.AppendUint16(b, 9)
	b = binary.BigEndian.AppendUint16(b, uint16(8+len(payload)))
	return append(append(b, 0, 0), payload...)
}

func ipv6(next byte, payload []byte) []byte {
	b := []byte{0x60, 0, 0, 0, 0, 0, next, 64}
	binary.BigEndian.PutUint16(b[4:], uint16(len(payload)))
	return bytes.Join([][]byte{b, source6, target6, payload}, nil)
}

// The extension headers of RFC 8200 section 4, each followed by what it leads to; the options are padding.
func hopByHop(next byte, rest []byte) []byte {
	return append([]byte{next, 0, 1, 4, 0, 0, 0, 0}, rest...)
}
func options(next byte, rest []byte) []byte { return hopByHop(next, rest) }
func routing(next byte, rest []byte) []byte {
	return append([]byte{next, 0, 253, 0, 0, 0, 0, 0}, rest...)
}
func fragment(next byte, rest []byte) []byte {
	return append([]byte{next, 0, 0, 1, 0, 0, 0x4d, 0x57}, rest...)
}

// arp asks who has an address that nobody has (RFC 826).
func arp(src net.HardwareAddr) []byte {
	return bytes.Join([][]byte{{0, 1, 8, 0, 6, 4, 0, 1}, src, source4, make([]byte, 6), target4}, nil)
}
