package probe

import (
	"net"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/mdlayher/ndp"

	"mooring.dev/helpers/internal/plan"
)

var (
	hubLL  = netip.MustParseAddr("fe80::1")
	prefix = netip.MustParsePrefix("2001:db8::/64")
	hubMAC = net.HardwareAddr{2, 0, 0, 0, 0, 1}
	dns    = netip.MustParseAddr("2001:4860:4860::8888")
)

// goodPrefix is what radvd advertises; change makes it something else.
func goodPrefix(change func(*ndp.PrefixInformation)) *ndp.PrefixInformation {
	p := &ndp.PrefixInformation{
		PrefixLength: 64, OnLink: true, AutonomousAddressConfiguration: true,
		ValidLifetime: 24 * time.Hour, PreferredLifetime: 4 * time.Hour, Prefix: prefix.Addr(),
	}
	if change != nil {
		change(p)
	}
	return p
}

func packet(t testing.TB, options ...ndp.Option) []byte {
	t.Helper()
	b, err := ndp.MarshalMessage(&ndp.RouterAdvertisement{RouterLifetime: 30 * time.Minute, Options: options})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestValidateReads(t *testing.T) {
	base := plan.Advertisement{Router: hubLL, RouterLifetime: 30 * time.Minute}
	with := func(change func(*plan.Advertisement)) plan.Advertisement {
		a := base
		change(&a)
		return a
	}
	good := with(func(a *plan.Advertisement) { a.Prefix, a.ValidLifetime = prefix, 24*time.Hour })
	for _, test := range []struct {
		name    string
		options []ndp.Option
		want    plan.Advertisement
	}{
		{"nothing", nil, base},
		{"everything", []ndp.Option{
			&ndp.LinkLayerAddress{Direction: ndp.Source, Addr: hubMAC},
			ndp.NewMTU(1382), goodPrefix(nil),
			&ndp.RecursiveDNSServer{Lifetime: time.Hour, Servers: []netip.Addr{dns}},
		}, with(func(a *plan.Advertisement) {
			a.RouterMAC, a.MTU = [6]byte(hubMAC), 1382
			a.Prefix, a.ValidLifetime, a.RDNSS = prefix, 24*time.Hour, []netip.Addr{dns}
		})},
		{"an infinite lifetime", []ndp.Option{goodPrefix(func(p *ndp.PrefixInformation) { p.ValidLifetime = ndp.Infinity })},
			with(func(a *plan.Advertisement) { a.Prefix, a.ValidLifetime = prefix, plan.Forever })},
		{"not on-link", []ndp.Option{goodPrefix(func(p *ndp.PrefixInformation) { p.OnLink = false })}, base},
		{"not autonomous", []ndp.Option{goodPrefix(func(p *ndp.PrefixInformation) { p.AutonomousAddressConfiguration = false })}, base},
		{"a /48", []ndp.Option{goodPrefix(func(p *ndp.PrefixInformation) { p.PrefixLength = 48 })}, base},
		{"preferred beyond valid", []ndp.Option{goodPrefix(func(p *ndp.PrefixInformation) { p.PreferredLifetime = 48 * time.Hour })}, base},
		{"a link-local prefix", []ndp.Option{goodPrefix(func(p *ndp.PrefixInformation) { p.Prefix = netip.MustParseAddr("fe80::") })}, base},
		{"the first usable of two", []ndp.Option{
			goodPrefix(func(p *ndp.PrefixInformation) { p.OnLink = false; p.Prefix = netip.MustParseAddr("2001:db8:1::") }),
			goodPrefix(nil),
			goodPrefix(func(p *ndp.PrefixInformation) { p.Prefix = netip.MustParseAddr("2001:db8:2::") }),
		}, good},
		{"a name server that ended", []ndp.Option{&ndp.RecursiveDNSServer{Servers: []netip.Addr{dns}}}, base},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := validate(packet(t, test.options...), hubLL, 255)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestValidateRefuses(t *testing.T) {
	good := packet(t, goodPrefix(nil))
	changed := func(i int, v byte) []byte {
		b := append([]byte(nil), good...)
		b[i] = v
		return b
	}
	for _, test := range []struct {
		name     string
		packet   []byte
		source   string
		hopLimit int
	}{
		{"a source that is not link-local", good, "2001:db8::1", 255},
		{"no source", good, "::", 255},
		{"a forwarded packet", good, "fe80::1", 254},
		{"an unknown hop limit", good, "fe80::1", -1},
		{"a code", changed(1, 1), "fe80::1", 255},
		{"another type", changed(0, 136), "fe80::1", 255},
		{"nothing", nil, "fe80::1", 255},
		{"half a header", good[:15], "fe80::1", 255},
		{"half an option", good[:len(good)-8], "fe80::1", 255},
		{"an option of length 0", changed(17, 0), "fe80::1", 255},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, err := validate(test.packet, netip.MustParseAddr(test.source), test.hopLimit); err == nil {
				t.Errorf("accepted as %+v", got)
			}
		})
	}
}

// FuzzValidate: whatever comes from the tap, what is accepted can be made an address of.
func FuzzValidate(f *testing.F) {
	f.Add(packet(f, goodPrefix(nil)))
	f.Add(packet(f, ndp.NewMTU(1280), &ndp.RecursiveDNSServer{Lifetime: 1, Servers: []netip.Addr{dns}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		adv, err := validate(b, hubLL, 255)
		if err != nil || !adv.Prefix.IsValid() {
			return
		}
		if adv.Prefix.Bits() != 64 || adv.Prefix != adv.Prefix.Masked() || !adv.Prefix.Addr().IsGlobalUnicast() {
			t.Errorf("prefix %s", adv.Prefix)
		}
		if adv.ValidLifetime < 0 || adv.ValidLifetime > plan.Forever {
			t.Errorf("lifetime %s", adv.ValidLifetime)
		}
	})
}
