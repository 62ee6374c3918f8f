package link

import (
	"errors"
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/netnstest"
)

// TestMute: the far end asks for a port that nobody listens on, by TCP and by UDP.
func TestMute(t *testing.T) {
	_, _, peer := newTap(t)
	must(t, guard(names, tunnel))
	t.Cleanup(func() { clearGuard(names) })
	netnstest.Address(t, names.Tap, stable.String()+"/64")
	peer.Do(func() { netnstest.Address(t, "far", "2001:db8::1/64") })
	for _, step := range []struct {
		what    string
		do      func() error
		refuses bool
	}{
		{"muted", func() error { return mute(names) }, false},
		{"muted again", func() error { return mute(names) }, false},
		{"vouched for", func() error { return unmute(names) }, true},
		{"vouched for again", func() error { return unmute(names) }, true},
	} {
		must(t, step.do())
		for _, network := range []string{"tcp", "udp"} {
			if got := refused(t, peer, network); got != step.refuses {
				t.Errorf("%s: refuses %s %v, want %v", step.what, network, got, step.refuses)
			}
		}
		if ok, err := guardIntact(names, tunnel); err != nil || !ok {
			t.Errorf("%s: the guard is not what it was: %v", step.what, err)
		}
	}
	must(t, mute(names))
	must(t, clearGuard(names))
	must(t, unmute(names)) // nothing is left of it
	if tables, err := guards(); err != nil || tables[names.NftTable] {
		t.Errorf("the table is still there: %v", err)
	}
}

// refused is false when there was no answer.
func refused(t *testing.T, peer *netnstest.Peer, network string) bool {
	t.Helper()
	var err error
	peer.Do(func() {
		var c net.Conn
		if c, err = net.DialTimeout(network, net.JoinHostPort(stable.String(), "9"), 300*time.Millisecond); err != nil {
			return
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(300 * time.Millisecond))
		if _, err = c.Write([]byte("?")); err == nil {
			_, err = c.Read(make([]byte, 1))
		}
	})
	if err == nil {
		t.Fatal("somebody listens")
	}
	var late net.Error
	if !errors.Is(err, unix.ECONNREFUSED) && !(errors.As(err, &late) && late.Timeout()) {
		t.Errorf("%s: %v", network, err)
	}
	return errors.Is(err, unix.ECONNREFUSED)
}
