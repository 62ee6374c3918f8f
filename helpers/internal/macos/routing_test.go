package macos

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net/netip"
	"strings"
	"testing"
)

var (
	router     = netip.MustParseAddr("fe80::1")
	hub        = netip.MustParseAddr("203.0.113.4")
	prefix     = netip.MustParsePrefix("2001:db8::/64")
	zeroHeader = strings.Repeat("00", 68) // of struct rt_msghdr, from rtm_errno on: use, inits and metrics
)

func TestEncodeRoute(t *testing.T) {
	const (
		unspecified = "1c1e0000000000000000000000000000000000000000000000000000"
		gateway     = "1c1e000000000000" + "fe80000c000000000000000000000001" + "00000000" // embeds the interface, 12
		link        = "1412" + "0c00" + "00000000" + "000000000000000000000000"
		mask64      = "1c1e000000000000" + "ffffffffffffffff0000000000000000" + "00000000"
		to          = "1c1e000000000000" + "20010db8000000000000000000000000" + "00000000"
	)
	header := func(kind, index, flags, has, sequence string) string {
		return "05" + kind + index + "0000" + flags + has + "00000000" + sequence
	}
	for name, tt := range map[string]struct {
		got  []byte
		want []string
	}{
		"a scoped default": {encodeRoute(TypeAdd, Route{To: defaultRoute, Via: router, Interface: 12, Scoped: true}, 7), []string{
			"c400", header("01", "0c00", "03080001", "17000000", "07000000"), zeroHeader,
			unspecified, gateway, unspecified, link,
		}},
		"one on the link goes": {encodeRoute(TypeDelete, Route{To: prefix, Interface: 12}, 8), []string{
			"bc00", header("02", "0c00", "01090000", "17000000", "08000000"), zeroHeader,
			to, link, mask64, link,
		}},
		"a question": {encodeGet(hub, 9), []string{
			"8000", header("04", "0000", "05000000", "11000000", "09000000"), zeroHeader,
			"10020000cb0071040000000000000000", "1412000000000000000000000000000000000000",
		}},
	} {
		if got, want := hex.EncodeToString(tt.got), strings.Join(tt.want, ""); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", name, got, want)
		}
	}
}

// answer is a message of the kernel's, with its addresses in order.
func answer(kind uint8, index int, flags, has uint32, addresses ...string) []byte {
	size, addrsAt, indexAt := sizeofRouteHeader, 12, 4
	switch kind {
	case TypeInterface:
		size, addrsAt, indexAt = sizeofInterfaceHeader, 4, 12
	case TypeNewAddress, TypeDelAddress:
		size, addrsAt, indexAt = sizeofAddressHeader, 4, 12
	}
	b := make([]byte, size)
	for _, a := range addresses {
		raw, err := hex.DecodeString(a)
		if err != nil {
			panic(err)
		}
		b = append(b, raw...)
	}
	binary.LittleEndian.PutUint16(b, uint16(len(b)))
	b[2], b[3] = routingVersion, kind
	binary.LittleEndian.PutUint16(b[indexAt:], uint16(index))
	binary.LittleEndian.PutUint32(b[8:], flags)
	binary.LittleEndian.PutUint32(b[addrsAt:], has)
	return b
}

func TestDecodeMessages(t *testing.T) {
	const (
		dst4    = "10020000cb0071040000000000000000"
		gw4     = "100200000a0100010000000000000000"
		src4    = "100200000a0100320000000000000000"
		any4    = "10020000000000000000000000000000"
		mask0   = "00000000" // four octets stand for an empty one
		link    = "1412040006030600656e30" + "acde48001122" + "000000"
		any6    = "1c1e0000000000000000000000000000000000000000000000000000"
		local6  = "1c1e000000000000" + "fe80000c000000000000000000000001" + "00000000"
		prefix6 = "1c1e000000000000" + "20010db8000000000000000000000000" + "00000000"
		mask64  = "101e000000000000" + "ffffffffffffffff" // trailing zeros left out
	)
	for name, tt := range map[string]struct {
		raw  []byte
		want Message
	}{
		"the answer about a route": {
			answer(TypeGet, 4, routeUp|routeGateway|routeStatic, 0x37, any4, gw4, mask0, link, src4),
			Message{Type: TypeGet, Interface: 4, Flags: 0x803, To: netip.MustParsePrefix("0.0.0.0/0"), Gateway: netip.MustParseAddr("10.1.0.1"), Source: netip.MustParseAddr("10.1.0.50")},
		},
		"a host's": {
			answer(TypeAdd, 4, routeUp|routeHost, 0x3, dst4, link),
			Message{Type: TypeAdd, Interface: 4, Flags: 0x5, To: netip.MustParsePrefix("203.0.113.4/32")},
		},
		"a mask without family": {
			answer(TypeAdd, 4, routeUp, 0x7, "100200000a0100000000000000000000", link, "07000000ffffff00"),
			Message{Type: TypeAdd, Interface: 4, Flags: 0x1, To: netip.MustParsePrefix("10.1.0.0/24")},
		},
		"a scoped default of IPv6": {
			answer(TypeDelete, 12, routeUp|routeGateway|routeScoped, 0x7, any6, local6, mask0),
			Message{Type: TypeDelete, Interface: 12, Flags: 0x1000003, To: defaultRoute, Gateway: router},
		},
		"a default without a mask": {
			answer(TypeAdd, 12, routeUp|routeGateway, 0x3, any6, local6),
			Message{Type: TypeAdd, Interface: 12, Flags: 0x3, To: defaultRoute, Gateway: router},
		},
		"a prefix": {
			answer(TypeAdd, 12, routeUp, 0x7, prefix6, link, mask64),
			Message{Type: TypeAdd, Interface: 12, Flags: 0x1, To: prefix},
		},
		"an address":        {answer(TypeNewAddress, 4, 0, 0x20, src4), Message{Type: TypeNewAddress, Interface: 4, Source: netip.MustParseAddr("10.1.0.50")}},
		"an interface":      {answer(TypeInterface, 4, 0x8863, 0x10, link), Message{Type: TypeInterface, Interface: 4, Flags: 0x8863}},
		"of no interest":    {answer(7, 4, 0, 0, dst4), Message{Type: 7}},
		"addresses missing": {answer(TypeAdd, 4, 1, 0xff, dst4), Message{Type: TypeAdd, Interface: 4, Flags: 1, To: netip.MustParsePrefix("203.0.113.4/32")}},
		"an address cut":    {answer(TypeAdd, 4, 1, 0x3, dst4, "1c1e00000000"), Message{Type: TypeAdd, Interface: 4, Flags: 1, To: netip.MustParsePrefix("203.0.113.4/32"), Gateway: netip.IPv6Unspecified()}},
	} {
		got, err := DecodeMessages(tt.raw)
		if err != nil || len(got) != 1 || got[0] != tt.want {
			t.Errorf("%s\ngot  %+v, %v\nwant %+v", name, got, err, tt.want)
		}
	}

	both := append(answer(TypeAdd, 4, 1, 0x1, dst4), answer(TypeNewAddress, 5, 0, 0)...)
	if got, err := DecodeMessages(both); err != nil || len(got) != 2 || got[1].Interface != 5 {
		t.Errorf("two: %+v, %v", got, err)
	}
	other := answer(TypeAdd, 4, 1, 0x1, dst4)
	other[2] = routingVersion + 1
	if got, err := DecodeMessages(other); err != nil || len(got) != 0 {
		t.Errorf("another version: %+v, %v", got, err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	whole := answer(TypeAdd, 4, 1, 0)
	lying := answer(TypeAdd, 4, 1, 0)
	binary.LittleEndian.PutUint16(lying, 0)
	short := answer(TypeAdd, 4, 1, 0)[:40]
	binary.LittleEndian.PutUint16(short, 40)
	for name, raw := range map[string][]byte{
		"cut": whole[:50], "no length": lying, "a header cut": short, "three octets": whole[:3],
		"an address's header cut": {4, 0, 5, TypeNewAddress}, "an interface's": {4, 0, 5, TypeInterface},
	} {
		if got, err := DecodeMessages(raw); !errors.Is(err, ErrBadMessage) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestUsable(t *testing.T) {
	for flags, want := range map[uint32]bool{0x803: true, 0x2: false, 0x80b: false, 0x1801: false} {
		if got := (Message{Flags: flags}).Usable(); got != want {
			t.Errorf("%#x: %v", flags, got)
		}
	}
}

// FuzzDecodeMessages: what is made of a route's message can be asked for again.
func FuzzDecodeMessages(f *testing.F) {
	f.Add(encodeRoute(TypeAdd, Route{To: defaultRoute, Via: router, Interface: 12, Scoped: true}, 7))
	f.Add(encodeGet(hub, 9))
	f.Add(answer(TypeNewAddress, 4, 0, 0x20, "100200000a0100320000000000000000"))
	f.Add(answer(TypeInterface, 4, 0x8863, 0))
	f.Fuzz(func(t *testing.T, raw []byte) {
		all, _ := DecodeMessages(raw)
		for _, m := range all {
			if m.Type != TypeAdd || !m.To.IsValid() {
				continue
			}
			r := m.Route()
			if m.Flags&routeGateway != 0 && !m.Gateway.IsValid() {
				continue // by an interface that the message says no number of
			}
			again, err := DecodeMessages(encodeRoute(TypeAdd, r, 1))
			if err != nil || len(again) != 1 || again[0].Route() != r {
				t.Fatalf("%s became %+v, %v", r, again, err)
			}
		}
	})
}
