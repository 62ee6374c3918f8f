package userspace

import (
	"errors"
	"io/fs"
	"log/slog"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/link"
	"mooring.dev/helpers/internal/netnstest"
	"mooring.dev/helpers/internal/plan"
)

// TestUserspaceEngineLacks: nothing here, the right to make interfaces where we have none; and asking makes none.
func TestUserspaceEngineLacks(t *testing.T) {
	before := netnstest.Snapshot(t)
	for range 2 {
		if lacks := New(slog.New(slog.DiscardHandler)).Lacks(); len(lacks) != 0 {
			t.Errorf("lacks %v", lacks)
		}
	}
	netnstest.NewPeer(t).Do(func() { // its thread ends with the test
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		must(t, unix.Capset(&header, &make([]unix.CapUserData, 2)[0]))
		lacks := New(slog.New(slog.DiscardHandler)).Lacks()
		if len(lacks) != 1 || !strings.HasPrefix(lacks[0], "TUN/TAP (") || !strings.Contains(lacks[0], "operation not permitted") {
			t.Errorf("without any capability it lacks %q", lacks)
		}
	})
	netnstest.ExpectSnapshot(t, before)
}

// TestUserspaceEngineNeedsIPv6: where it is switched off no tap is made, and the reason is one that no retry mends.
func TestUserspaceEngineNeedsIPv6(t *testing.T) {
	netnstest.Sysctl(t, "ipv6/conf/all/disable_ipv6", "1")
	t.Cleanup(func() { netnstest.Sysctl(t, "ipv6/conf/all/disable_ipv6", "0") })
	e := New(slog.New(slog.DiscardHandler))
	spec := home(t)
	spec.ListenPort = 0
	must(t, e.UpLink(names, spec, plan.Secrets{PrivateKey: laptopPrivate}, netip.AddrPort{}))
	defer e.Down(names)
	if err := e.UpTap(names, spec); !errors.As(err, new(*plan.LackingError)) {
		t.Errorf("%v", err)
	}
	if tap, err := link.Find(names.Tap); err != nil || tap != nil {
		t.Errorf("there is a tap: %v", err)
	}
}

// TestUserspaceEngineKnowsWhatIsDown: each word to a link that is not there is told so, and taking it down is none.
func TestUserspaceEngineKnowsWhatIsDown(t *testing.T) {
	e, spec := New(slog.New(slog.DiscardHandler)), home(t)
	_, observed := e.Observe(names)
	for what, err := range map[string]error{
		"UpTap": e.UpTap(names, spec), "SetEndpoint": e.SetEndpoint(names, spec, netip.AddrPort{}), "Nudge": e.Nudge(names, spec),
		"Silence": e.Silence(names, spec), "Rehandshake": e.Rehandshake(names), "Disown": e.Disown(names), "Observe": observed,
	} {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if ok, err := e.Intact(names, spec); ok || err != nil {
		t.Errorf("intact %v, %v", ok, err)
	}
	must(t, e.Recover())
	must(t, e.Down(names))
	if slots, err := e.Leftovers(); len(slots) != 0 || err != nil {
		t.Errorf("left %v, %v", slots, err)
	}
}
