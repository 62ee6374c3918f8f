package macos

import (
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"
	"time"

	"mooring.dev/helpers/internal/plan"
)

// TestRequestNumbers has the numbers as a C compiler on a Mac makes them of the headers; the first ten are also in
// golang.org/x/sys/unix, zerrors_darwin_arm64.go.
func TestRequestNumbers(t *testing.T) {
	for name, tt := range map[string]struct{ got, want uint32 }{
		"SIOCGIFFLAGS":         {getFlags, 0xc0206911},
		"SIOCSIFFLAGS":         {setFlags, 0x80206910},
		"SIOCSIFMTU":           {setMTU, 0x80206934},
		"SIOCSIFLLADDR":        {setMAC, 0x8020693c},
		"SIOCIFCREATE":         {create, 0xc0206978},
		"SIOCIFDESTROY":        {destroy, 0x80206979},
		"SIOCSDRVSPEC":         {setDriver, 0x8028697b},
		"SIOCAIFADDR":          {addAddress4, 0x8040691a},
		"SIOCAIFADDR_IN6":      {addAddress6, 0x8080691a},
		"SIOCDIFADDR_IN6":      {dropAddress6, 0x81206919},
		"SIOCGIFAFLAG_IN6":     {getFlags6, 0xc1206949},
		"SIOCGIFALIFETIME_IN6": {getLifetime6, 0xc1206951},
		"SIOCPROTOATTACH_IN6":  {attach6, 0xc080696e},
		"SIOCLL_START":         {startLocal6, 0xc0806982},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %#x, want %#x", name, tt.got, tt.want)
		}
	}
}

// TestRequests has each argument in hexadecimal, a line a field.
func TestRequests(t *testing.T) {
	const (
		feth   = "66657468313437353000000000000000"
		utun   = "7574756e343735300000000000000000"
		stable = "1c1e000000000000" + "20010db80000000010ab34fffecd56ef" + "00000000"
		none   = "00000000000000000000000000000000000000000000000000000000"
		mask64 = "1c1e000000000000" + "ffffffffffffffff0000000000000000" + "00000000"
	)
	zeros := func(octets int) string { return strings.Repeat("00", octets) }
	prefix := netip.MustParsePrefix("2001:db8::10ab:34ff:fecd:56ef/64")
	for name, tt := range map[string]struct {
		got  []byte
		want []string
	}{
		"flags": {flagsRequest("feth14750", 0x8863), []string{feth, "6388", zeros(14)}},
		"mtu":   {mtuRequest("feth14750", 1382), []string{feth, "66050000", zeros(12)}},
		"mac": {macRequest("feth14750", [6]byte{0x12, 0xab, 0x34, 0xcd, 0x56, 0xef}), []string{
			feth, "06", "12", "12ab34cd56ef", zeros(8),
		}},
		"peer":   {fakeRequest("feth24750"), []string{zeros(32), "666574683234373530", zeros(7 + 112)}},
		"driver": {driverRequest("feth14750", setPeer, sizeofFake, 0x1234567890), []string{feth, "0100000000000000", "a000000000000000", "9078563412000000"}},
		"an address of IPv4": {alias4Request("utun4750", netip.MustParsePrefix("172.16.0.2/32"), netip.MustParseAddr("172.16.0.1")), []string{
			utun,
			"10020000" + "ac100002" + zeros(8),
			"10020000" + "ac100001" + zeros(8),
			"10020000" + "ffffffff" + zeros(8),
		}},
		"an address of IPv6": {alias6Request("feth14750", prefix, time.Hour), []string{
			feth, stable, none, mask64, "00000000", zeros(16), "100e0000", "100e0000",
		}},
		"without end": {alias6Request("feth14750", prefix, plan.Forever), []string{
			feth, stable, none, mask64, "00000000", zeros(16), "ffffffff", "ffffffff",
		}},
		"a link-local address": {alias6Request("feth14750", netip.MustParsePrefix("fe80::10ab:34ff:fecd:56ef/64"), plan.Forever), []string{
			feth, "1c1e000000000000" + "fe8000000000000010ab34fffecd56ef" + "00000000", none, mask64, "00000000", zeros(16), "ffffffff", "ffffffff",
		}},
		"asking for an address": {address6Request("feth14750", prefix.Addr()), []string{feth, stable, zeros(272 - 28)}},
		"a name of 16 octets":   {request(sizeofIfreq, "feth147500000000"), []string{"6665746831343735303030303030300000", zeros(15)}},
	} {
		if got, want := hex.EncodeToString(tt.got), strings.Join(tt.want, ""); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", name, got, want)
		}
	}
}

func TestLifetimeIsNeverZero(t *testing.T) {
	for d, want := range map[time.Duration]uint32{
		0: 1, -time.Hour: 1, time.Second / 2: 1, time.Minute: 60,
		plan.Forever - time.Second: 0xfffffffe, plan.Forever: 0xffffffff, 2 * plan.Forever: 0xffffffff,
	} {
		if got := lifetime(d); got != want {
			t.Errorf("%v: %d, want %d", d, got, want)
		}
	}
}

func TestReplies(t *testing.T) {
	b := request(sizeofIfreq6, "feth14750")
	b[16], b[17] = 0x63, 0x88
	if got := flagsReply(b); got != 0x8863 {
		t.Errorf("flags %#x", got)
	}
	b[17] = 0x02
	if got := dadOf(flags6Reply(b[:])); got != plan.DADTentative {
		t.Errorf("optimistic: %s", got)
	}
	copy(b[16:], []byte{0x00, 0xf1, 0x53, 0x65, 0, 0, 0, 0})
	if got := lifetimeReply(b); !got.Equal(time.Unix(1_700_000_000, 0)) {
		t.Errorf("ends %v", got)
	}
	clear(b[16:])
	if got := lifetimeReply(b); !got.IsZero() {
		t.Errorf("without end: ends %v", got)
	}
}

func TestDAD(t *testing.T) {
	for flags, want := range map[uint32]plan.DAD{
		0: plan.DADOK, 0x2: plan.DADTentative, 0x200: plan.DADTentative, 0x202: plan.DADTentative,
		0x4: plan.DADDuplicate, 0x6: plan.DADDuplicate, 0x40: plan.DADOK, 0x400: plan.DADOK,
	} {
		if got := dadOf(flags); got != want {
			t.Errorf("%#x: %s, want %s", flags, got, want)
		}
	}
}
