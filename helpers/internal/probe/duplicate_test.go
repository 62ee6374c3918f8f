package probe

import (
	"encoding/hex"
	"net/netip"
	"testing"

	"github.com/mdlayher/ndp"
)

var (
	stableAddr = netip.MustParseAddr("2001:db8::10ab:34ff:fecd:56ef")
	stableMAC  = [6]byte{0x12, 0xab, 0x34, 0xcd, 0x56, 0xef}
)

func TestDuplicateQuestion(t *testing.T) {
	got, err := duplicateQuestion(stableMAC, stableAddr)
	// By hand: RFC 2464 section 7, RFC 8200 section 3, RFC 4861 section 4.3; the sum covers the pseudo-header.
	const want = "3333ffcd56ef12ab34cd56ef86dd" +
		"6000000000183aff" + "00000000000000000000000000000000" + "ff0200000000000000000001ffcd56ef" +
		"870059cb00000000" + "20010db80000000010ab34fffecd56ef"
	if err != nil || hex.EncodeToString(got) != want {
		t.Errorf("got  %x, %v\nwant %s", got, err, want)
	}
}

// advertisement is the frame of somebody else's answer.
func advertisement(t testing.TB, of netip.Addr, options ...ndp.Option) []byte {
	t.Helper()
	message, err := ndp.MarshalMessage(&ndp.NeighborAdvertisement{Override: true, TargetAddress: of, Options: options})
	if err != nil {
		t.Fatal(err)
	}
	frame, err := duplicateQuestion([6]byte{2, 1, 1, 1, 1, 1}, of)
	if err != nil {
		t.Fatal(err)
	}
	return append(frame[:icmpAt], message...)
}

func target6(mac ...byte) ndp.Option {
	return &ndp.LinkLayerAddress{Direction: ndp.Target, Addr: mac}
}

func TestDuplicateAnswer(t *testing.T) {
	owner := [6]byte{2, 9, 9, 9, 9, 9}
	good := advertisement(t, stableAddr, target6(owner[:]...))
	changed := func(at int, b byte) []byte {
		frame := append([]byte(nil), good...)
		frame[at] = b
		return frame
	}
	if got, ok := duplicateAnswer(good, stableAddr); !ok || got != owner {
		t.Errorf("got %x, %v", got, ok)
	}
	question, _ := duplicateQuestion(stableMAC, stableAddr)
	for name, frame := range map[string][]byte{
		"the question itself":  question,
		"another's address":    advertisement(t, netip.MustParseAddr("2001:db8::1"), target6(owner[:]...)),
		"no address of a link": advertisement(t, stableAddr),
		"the source's address": advertisement(t, stableAddr, &ndp.LinkLayerAddress{Direction: ndp.Source, Addr: owner[:]}),
		"forwarded":            changed(ethernetLen+7, 64),
		"another protocol":     changed(ethernetLen+6, 17),
		"no IPv6":              changed(13, 0),
		"cut":                  good[:icmpAt+10],
		"without a message":    good[:icmpAt],
		"nothing":              nil,
	} {
		if got, ok := duplicateAnswer(frame, stableAddr); ok {
			t.Errorf("%s: taken, %x", name, got)
		}
	}
}

func FuzzDuplicateAnswer(f *testing.F) {
	f.Add(advertisement(f, stableAddr, target6(2, 9, 9, 9, 9, 9)))
	f.Fuzz(func(t *testing.T, frame []byte) { duplicateAnswer(frame, stableAddr) })
}
