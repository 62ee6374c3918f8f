package plan

import (
	"net/netip"
	"testing"
)

func TestStableAddress(t *testing.T) {
	// The seed's own example.
	got := StableAddress(netip.MustParsePrefix("2001:db8::/64"), [6]byte{0x12, 0xab, 0x34, 0xcd, 0x56, 0xef})
	if want := netip.MustParseAddr("2001:db8::10ab:34ff:fecd:56ef"); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := LinkLocal([6]byte{0x12, 0xab, 0x34, 0xcd, 0x56, 0xef}); got != netip.MustParseAddr("fe80::10ab:34ff:fecd:56ef") {
		t.Errorf("link-local: got %v", got)
	}
}

func TestSlotsShareNothing(t *testing.T) {
	numbers, names := map[int]int{}, map[string]int{}
	marks, decoys := map[uint32]int{}, map[netip.Prefix]int{}
	var lastBypass, firstLookup int
	for slot := range MaxSlots {
		n := NamesFor(slot)
		for _, k := range []int{n.PriorityBypass, n.PriorityTo, n.PriorityFrom, n.PriorityEnd} {
			if k < 4750 || k > 4799 {
				t.Errorf("slot %d: priority %d", slot, k)
			}
			numbers[k]++
		}
		numbers[n.Table]++
		for _, s := range []string{n.Link, n.Tap, n.NftTable} {
			if len(s) > 15 { // IFNAMSIZ less the final zero
				t.Errorf("%s is too long for an interface", s)
			}
			names[s]++
		}
		marks[n.Mark]++
		decoys[n.Decoy]++
		lastBypass = max(lastBypass, n.PriorityBypass)
		if slot == 0 {
			firstLookup = n.PriorityTo
		}
		if n.PriorityFrom >= NamesFor(0).PriorityEnd {
			t.Errorf("slot %d: a lookup comes after an end", slot)
		}
	}
	if lastBypass >= firstLookup {
		t.Error("a lookup comes before another slot's bypass")
	}
	if len(numbers) != 5*MaxSlots || len(names) != 3*MaxSlots || len(marks) != MaxSlots || len(decoys) != MaxSlots {
		t.Errorf("slots collide: %v %v %v %v", numbers, names, marks, decoys)
	}
}

func TestParseKeyIsStrict(t *testing.T) {
	good := Key{1, 2, 3}
	if got, err := ParseKey(good.String()); err != nil || got != good {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := ParseHexKey(good.Hex()); err != nil || got != good {
		t.Errorf("hex: got %v, %v", got, err)
	}
	for _, text := range []string{"", "AA==", good.String()[1:], good.String() + "\n", good.String()[:42] + "F=", "!" + good.String()[1:]} {
		if _, err := ParseKey(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}
