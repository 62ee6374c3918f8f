package advertise

import (
	"encoding/hex"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/mdlayher/ndp"
)

var example = Announcement{
	Prefix: netip.MustParsePrefix("2001:db8::/64"),
	Router: netip.MustParseAddr("2001:db8::1"),
	MTU:    1382,
	RDNSS:  []netip.Addr{netip.MustParseAddr("2001:4860:4860::8888")},
}

var exampleMAC = [6]byte{0x02, 0x11, 0x22, 0x33, 0x44, 0x55}

// The checksum is the kernel's to fill in.
func TestGoldenBytes(t *testing.T) {
	const rest = `
		01 01 021122334455
		05 01 0000 00000566
		03 04 40e0 00015180 00003840 00000000 20010db8 00000000 00000000 00000001
		19 03 0000 %s 20014860 48600000 00000000 00008888`
	for _, tt := range []struct {
		name   string
		final  bool
		golden string
	}{
		{"in service", false, "86 00 0000 40 00 0708 00000000 00000000" + strings.Replace(rest, "%s", "00000708", 1)},
		{"the last one", true, "86 00 0000 40 00 0000 00000000 00000000" + strings.Replace(rest, "%s", "00000000", 1)},
	} {
		got, err := ndp.MarshalMessage(example.message(exampleMAC, tt.final))
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.Join(strings.Fields(tt.golden), ""); hex.EncodeToString(got) != want {
			t.Errorf("%s:\ngot  %x\nwant %s", tt.name, got, want)
		}
	}
}

// heard is what a host reads out of an advertisement.
func heard(t *testing.T, packet []byte) (a Announcement, mac [6]byte, lifetime time.Duration) {
	t.Helper()
	m, err := ndp.ParseMessage(packet)
	if err != nil {
		t.Fatalf("%v\n%x", err, packet)
	}
	ra := m.(*ndp.RouterAdvertisement)
	for _, o := range ra.Options {
		switch o := o.(type) {
		case *ndp.LinkLayerAddress:
			copy(mac[:], o.Addr)
		case *ndp.MTU:
			a.MTU = o.MTU
		case *ndp.PrefixInformation:
			if !o.OnLink || !o.AutonomousAddressConfiguration || o.ValidLifetime != validLifetime || o.PreferredLifetime != preferredLifetime {
				t.Errorf("got %+v", o)
			}
			a.Prefix = netip.PrefixFrom(o.Prefix, int(o.PrefixLength))
		case *ndp.RecursiveDNSServer:
			a.RDNSS = o.Servers
			if o.Lifetime != ra.RouterLifetime {
				t.Errorf("resolvers live %v, the router %v", o.Lifetime, ra.RouterLifetime)
			}
		default:
			t.Errorf("an option %T", o)
		}
	}
	return a, mac, ra.RouterLifetime
}

// FuzzAnnouncement: what every configuration can say is read back as the same by the reader of package ndp, which the
// laptops' helper uses. The seeds hold addresses that a reader might take for something else.
func FuzzAnnouncement(f *testing.F) {
	for _, bits := range []uint64{0x20010db800000000, 0xfd00000000000001, 0x0064ff9b00000000, 0x0000000000000001, 0x2002c0a801010000} {
		for n := range uint8(9) {
			f.Add(bits, uint64(n), n, uint32(1280+int(n)), int64(n))
		}
	}
	f.Add(uint64(0), uint64(0xffff_c0a8_0001), uint8(1), uint32(1382), int64(0)) // ::ffff:192.168.0.1
	f.Fuzz(func(t *testing.T, prefix, host uint64, resolvers uint8, mtu uint32, seed int64) {
		router := address(prefix, host)
		a := Announcement{Prefix: netip.PrefixFrom(router, 64).Masked(), Router: router, MTU: mtu}
		random := rand.New(rand.NewPCG(uint64(seed), 0))
		for range resolvers % 9 {
			a.RDNSS = append(a.RDNSS, address(random.Uint64(), random.Uint64()))
		}
		if a.check() != nil {
			return
		}
		for _, final := range []bool{false, true} {
			packet, err := ndp.MarshalMessage(a.message(exampleMAC, final))
			if err != nil {
				t.Fatal(err)
			}
			got, mac, lifetime := heard(t, packet)
			got.Router = a.Router // which package ndp does not read
			if !reflect.DeepEqual(got, a) || mac != exampleMAC || lifetime == 0 != final {
				t.Errorf("said %+v, heard %+v", a, got)
			}
		}
	})
}

func address(high, low uint64) netip.Addr {
	var b [16]byte
	for i := range 8 {
		b[i], b[8+i] = byte(high>>(56-8*i)), byte(low>>(56-8*i))
	}
	return netip.AddrFrom16(b)
}

func TestWhatCannotBeSaid(t *testing.T) {
	for name, change := range map[string]func(*Announcement){
		"no prefix":     func(a *Announcement) { a.Prefix = netip.Prefix{} },
		"a /48":         func(a *Announcement) { a.Prefix = netip.MustParsePrefix("2001:db8::/48") },
		"IPv4":          func(a *Announcement) { a.Prefix = netip.MustParsePrefix("192.0.2.0/24") },
		"no router":     func(a *Announcement) { a.Router = netip.Addr{} },
		"one elsewhere": func(a *Announcement) { a.Router = netip.MustParseAddr("2001:db8:1::1") },
		"one of IPv4": func(a *Announcement) {
			a.Prefix, a.Router = netip.MustParsePrefix("::/64"), netip.MustParseAddr("::ffff:192.0.2.1")
		},
		"a resolver of IPv4": func(a *Announcement) { a.RDNSS = []netip.Addr{netip.MustParseAddr("::ffff:192.0.2.1")} },
		"a small MTU":        func(a *Announcement) { a.MTU = 1279 },
	} {
		a := example
		change(&a)
		if a.check() == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func FuzzSolicitation(f *testing.F) {
	f.Add([]byte{133, 0, 0, 0, 0, 0, 0, 0}, true, 255)
	f.Add([]byte{133, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 0, 0, 0, 0, 1}, false, 255)
	f.Add([]byte{133, 0, 0, 0, 0, 0, 0, 0, 1, 0}, false, 255)
	f.Fuzz(func(t *testing.T, packet []byte, unspecified bool, hops int) {
		from := netip.MustParseAddr("fe80::1")
		if unspecified {
			from = netip.IPv6Unspecified()
		}
		if checkSolicitation(packet, from, hops) == nil && (hops != 255 || len(packet) < 8 || packet[0] != 133 || packet[1] != 0) {
			t.Errorf("%x with %d hops is taken", packet, hops)
		}
	})
}
