package gretap

import (
	"bytes"
	"testing"
)

// An ARP request as it leaves a bridge port: 42 octets, not padded to 60.
const arp = `ffffffffffff 12ab34cd56ef 0806
	0001 0800 06 04 0001 12ab34cd56ef c0a80002 000000000000 c0a80001`

// The outer headers that a gretap of the hub makes for it (ip_tunnel_xmit, iptunnel_xmit, gre_build_header), made
// with `ttl 225`: pmtudisc is the default, so "don't fragment" is set; tos is 0; the identification is arbitrary.
const (
	hubIP       = `4500 0042 1a2b 4000 e1 2f 273e ac100001 ac100002`
	hubIPFrag   = `4500 0042 1a2b 0000 e1 2f 673e ac100001 ac100002` // nopmtudisc ignore-df
	hubIPKey    = `4500 0046 1a2b 0000 e1 2f 673a ac100001 ac100002` // nopmtudisc ignore-df key 0xdeadbeef
	hubIPKeySeq = `4500 004a 1a2b 4000 e1 2f 2736 ac100001 ac100002` // key 0xdeadbeef oseq
	hubIPOption = `4600 0046 1a2b 4000 e1 2f 2439 ac100001 ac100002 01010100`
	gre         = `0000 6558`
	greKey      = `2000 6558 deadbeef`
	greKeySeq   = `3000 6558 deadbeef 00000001`
)

type decodeRow struct {
	name   string
	tunnel Tunnel
	packet []byte
	frame  []byte // nil: where it is refused
	want   Reason
}

func decodeRows() []decodeRow {
	frame := unhex(arp)
	plain := join(hubIP, gre, arp)
	key := join(hubIPKey, greKey, arp)
	withKey := keyed(0xdeadbeef)
	// ip puts other octets into the header of plain and makes the checksum good again.
	ip := func(i int, octets ...byte) []byte { return summed(with(plain, i, octets...)) }
	cut := func(packet []byte, n int) []byte {
		return summed(with(packet[:n], 2, byte(n>>8), byte(n)))
	}
	// ecn has a frame of IPv4 or IPv6 whose own ECN is inner, behind an outer header that says outer.
	ecn := func(outer byte, inner string) []byte {
		return summed(with(cut(with(join(hubIP, gre, arp), 24, unhex(inner)...), 24+len(unhex(inner))), 1, outer))
	}
	v4 := func(tos, sum string) string {
		return `ffffffffffff 12ab34cd56ef 0800 45` + tos + `0014 0001 0000 40 11 ` + sum + ` c0a80002 c0a80001`
	}
	const v6 = `0000000 0000 3b 40 20010db8000000000000000000000001`
	return []decodeRow{
		// As Linux sends it.
		{"pmtudisc", laptop, plain, frame, OK},
		{"nopmtudisc ignore-df", laptop, join(hubIPFrag, gre, arp), frame, OK},
		{"key", withKey, key, frame, OK},
		{"key and sequence number", withKey, join(hubIPKeySeq, greKeySeq, arp), frame, OK},
		{"key 0 is a key", keyed(0), with(key, 24, 0, 0, 0, 0), frame, OK},
		{"options", laptop, join(hubIPOption, gre, arp), frame, OK},

		// What ip_rcv_core and gre_rcv let pass.
		{"padding after the total length", laptop, append(append([]byte(nil), plain...), 1, 2, 3), frame, OK},
		{"time to live 0", laptop, ip(8, 0), frame, OK},
		{"reserved IP flag", laptop, ip(6, 0x80), frame, OK},
		{"strict source route and recursion control", laptop, with(plain, 20, 0x0f), frame, OK},
		{"topmost reserved GRE flag", laptop, with(plain, 21, 0x80), frame, OK},
		{"only an Ethernet header", laptop, cut(plain, 38), frame[:14], OK},

		// The outer header.
		{"nothing", laptop, nil, nil, ShortPacket},
		{"half an IP header", laptop, plain[:19], nil, ShortPacket},
		{"options beyond the packet", laptop, with(plain, 0, 0x4f)[:59], nil, ShortPacket},
		{"IPv6", laptop, with(plain, 0, 0x65), nil, NotIPv4},
		{"header of 4 words", laptop, with(plain, 0, 0x44), nil, BadHeaderLength},
		{"checksum", laptop, with(plain, 10, 0x27, 0x3f), nil, BadHeaderChecksum},
		{"total length 1 too many", laptop, ip(3, 0x43), nil, Truncated},
		{"total length 65535", laptop, ip(2, 0xff, 0xff), nil, Truncated},
		{"total length 19", laptop, ip(3, 19), nil, BadTotalLength},
		{"total length 0", laptop, ip(2, 0, 0), nil, BadTotalLength},
		{"ICMP", laptop, ip(9, 1), nil, NotGRE},
		{"source", laptop, ip(15, 3), nil, WrongSource},
		{"destination", laptop, ip(19, 3), nil, WrongDestination},
		{"first fragment", laptop, ip(6, 0x20), nil, Fragment},
		{"last fragment", laptop, ip(7, 1), nil, Fragment},
		{"fragment of another's", laptop, summed(with(ip(6, 0x20), 15, 3)), nil, WrongSource},

		// The GRE header.
		{"no GRE header", laptop, cut(plain, 20), nil, ShortGRE},
		{"half a GRE header", laptop, cut(plain, 23), nil, ShortGRE},
		{"key cut off", withKey, cut(key, 27), nil, ShortGRE},
		{"all optional fields, but not there", withKey, cut(with(key, 20, 0xb0), 35), nil, ShortGRE},
		{"version 1, PPTP", laptop, with(plain, 21, 1), nil, BadGREVersion},
		{"version 7", laptop, with(plain, 21, 7), nil, BadGREVersion},
		{"reserved flags", laptop, with(plain, 21, 0x08), nil, BadGREVersion},
		{"routing", laptop, with(plain, 20, 0x40), nil, GRERouting},
		{"a right checksum", laptop, cut(join(hubIPKey, `8000 6558 1aa7 0000`, `000000000000 000000000000 0000`), 42), nil, GREChecksum},
		{"IPv4 inside", laptop, with(plain, 22, 0x08, 0x00), nil, NotEthernet},
		{"WCCP", laptop, with(plain, 22, 0x88, 0x3e), nil, NotEthernet},
		{"no key", withKey, plain, nil, KeyMissing},
		{"no key where it is 0", keyed(0), plain, nil, KeyMissing},
		{"a key", laptop, key, nil, KeyUnexpected},
		{"another key", withKey, with(key, 27, 0xee), nil, WrongKey},

		// The frame.
		{"no frame", laptop, cut(plain, 24), nil, ShortFrame},
		{"half an Ethernet header", laptop, cut(plain, 37), nil, ShortFrame},

		// Congestion marked on the outer header: RFC 6040 figure 4.
		{"CE, ARP inside", laptop, ip(1, 3), frame, OK},
		{"CE, ECT(0) in IPv4", laptop, ecn(3, v4("02", "f982")), unhex(v4("03", "f981")), OK},
		{"CE, ECT(1) in IPv4", laptop, ecn(3, v4("fd", "f887")), unhex(v4("ff", "f885")), OK},
		{"CE, a broken checksum stays broken", laptop, ecn(3, v4("02", "0000")), unhex(v4("03", "fffe")), OK},
		{"CE, CE in IPv4", laptop, ecn(3, v4("03", "f981")), unhex(v4("03", "f981")), OK},
		{"CE, not ECT in IPv4", laptop, ecn(3, v4("00", "f984")), nil, NotECNCapable},
		{"ECT(0), not ECT in IPv4", laptop, ecn(2, v4("00", "f984")), unhex(v4("00", "f984")), OK},
		{"CE, half an IPv4 header", laptop, cut(ip(1, 3), 43), frame[:19], OK},
		{"CE, IPv4 cut off", laptop, cut(ecn(3, v4("00", "f984")), 57), unhex(v4("00", "f984"))[:33], OK},
		{"CE, ECT(0) in IPv6", laptop, ecn(3, `ffffffffffff 12ab34cd56ef 86dd 602`+v6+`00000000000000000000000000000000`),
			unhex(`ffffffffffff 12ab34cd56ef 86dd 603` + v6 + `00000000000000000000000000000000`), OK},
		{"CE, not ECT in IPv6", laptop, ecn(3, `ffffffffffff 12ab34cd56ef 86dd 600`+v6+`00000000000000000000000000000000`), nil, NotECNCapable},
		{"CE, IPv6 cut off", laptop, ecn(3, `ffffffffffff 12ab34cd56ef 86dd 600`+v6+`00`),
			unhex(`ffffffffffff 12ab34cd56ef 86dd 600` + v6 + `00`), OK},
	}
}

func TestDecode(t *testing.T) {
	for _, tt := range decodeRows() {
		t.Run(tt.name, func(t *testing.T) {
			d := newDecoder(t, tt.tunnel, DefaultLimits())
			frame, r := d.Decode(tt.packet)
			if r != tt.want || !bytes.Equal(frame, tt.frame) {
				t.Fatalf("got %v and\n%x, want %v and\n%x", r, frame, tt.want, tt.frame)
			}
			var counts [NumReasons]uint64
			if r != OK {
				counts[r] = 1
			}
			if d.Counts() != counts {
				t.Errorf("counted %v", d.Counts())
			}
		})
	}
}

func TestDecodeGivesAViewOfThePacket(t *testing.T) {
	packet := join(hubIP, gre, arp)
	frame, _ := newDecoder(t, laptop, DefaultLimits()).Decode(packet)
	if &frame[0] != &packet[24] {
		t.Error("the frame was copied")
	}
}

func TestReassembleTakesWhatIsWhole(t *testing.T) {
	d := newDecoder(t, laptop, DefaultLimits())
	if frame, r := d.Reassemble(join(hubIP, gre, arp), dawn); r != OK || !bytes.Equal(frame, unhex(arp)) {
		t.Errorf("got %x, %v", frame, r)
	}
	if _, r := d.Reassemble(join(hubIP, gre, arp)[:30], dawn); r != Truncated {
		t.Errorf("got %v", r)
	}
}

func TestSource(t *testing.T) {
	packet := join(hubIP, gre, arp)
	if a, ok := Source(packet); a != [4]byte{172, 16, 0, 1} || !ok {
		t.Errorf("got %v, %v", a, ok)
	}
	for _, b := range [][]byte{nil, packet[:19], with(packet, 0, 0x65)} {
		if a, ok := Source(b); ok {
			t.Errorf("%x: got %v", b, a)
		}
	}
}

func TestReasonsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for r := range Reason(NumReasons) {
		if name := r.String(); name == "" || seen[name] {
			t.Errorf("%d is called %q", r, name)
		} else {
			seen[name] = true
		}
	}
	if got := Reason(NumReasons).String(); got != "unknown" {
		t.Errorf("beyond the last: %q", got)
	}
}
