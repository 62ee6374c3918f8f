package netnstest

import (
	"net"
	"os"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

// What stands here acts in the network namespace of the caller, in Peer.Do that of the peer.

// Must ends the test on an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Await asks until it is so, which what describes; if that takes longer than within it ends the test.
func Await(t testing.TB, what string, within time.Duration, so func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !so(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after %v still not: %s", within, what)
		}
	}
}

// NoLeaks is called first in a test: when that and all that it has made have ended, no goroutine may be left.
func NoLeaks(t *testing.T) {
	t.Cleanup(func() { goleak.VerifyNone(t) })
}

// Link is the interface of that name.
func Link(t testing.TB, name string) netlink.Link {
	t.Helper()
	link, err := netlink.LinkByName(name)
	Must(t, err)
	return link
}

// SetUp sets an interface up, and unlike Peer.Up waits for nothing.
func SetUp(t testing.TB, name string) {
	t.Helper()
	Must(t, netlink.LinkSetUp(Link(t, name)))
}

// Address gives an interface addresses as in "192.0.2.1/24", without Duplicate Address Detection. It may have them
// already.
func Address(t testing.TB, name string, addresses ...string) {
	t.Helper()
	link := Link(t, name)
	for _, text := range addresses {
		a, err := netlink.ParseAddr(text)
		Must(t, err)
		a.Flags = unix.IFA_F_NODAD
		Must(t, netlink.AddrReplace(link, a))
	}
}

// DefaultRoute makes the default route of the gateway's family lead by it.
func DefaultRoute(t testing.TB, gateway string) {
	t.Helper()
	Must(t, netlink.RouteAdd(&netlink.Route{Gw: net.ParseIP(gateway)}))
}

// Sysctl writes a setting, which is named by its path below /proc/sys/net.
func Sysctl(t testing.TB, name, value string) {
	t.Helper()
	Must(t, os.WriteFile("/proc/sys/net/"+name, []byte(value), 0o644))
}

// MSS is the size of the segments that a TCP connection sends, with the 12 octets that the timestamps take of each.
func MSS(t testing.TB, c net.Conn) int {
	t.Helper()
	raw, err := c.(*net.TCPConn).SyscallConn()
	Must(t, err)
	var size int
	Must(t, raw.Control(func(fd uintptr) {
		size, err = unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_MAXSEG)
	}))
	Must(t, err)
	return size + 12
}
