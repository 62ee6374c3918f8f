package hub_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/netnstest"
	"mooring.dev/helpers/internal/probe"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

func setMAC(t *testing.T, device string, mac [6]byte) {
	t.Helper()
	d := netnstest.Link(t, device)
	must(t, netlink.LinkSetHardwareAddr(d, mac[:]))
}

// ask is "wg show": get=1.
func ask(t *testing.T, path string) string {
	t.Helper()
	c, err := net.Dial("unix", path)
	must(t, err)
	defer c.Close()
	must(t, c.SetDeadline(time.Now().Add(5*time.Second)))
	_, err = c.Write([]byte("get=1\n\n"))
	must(t, err)
	var answer strings.Builder
	buf := make([]byte, 4096)
	for !strings.HasSuffix(answer.String(), "\n\n") {
		n, err := c.Read(buf)
		answer.Write(buf[:n])
		if err == io.EOF {
			break
		}
		must(t, err)
	}
	return answer.String()
}

// shout broadcasts frames from mac, of a protocol that nobody answers.
func shout(t *testing.T, device string, mac [6]byte) {
	t.Helper()
	d := netnstest.Link(t, device)
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	must(t, err)
	defer unix.Close(fd)
	frame := make([]byte, 60)
	copy(frame, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	copy(frame[6:], mac[:])
	frame[12], frame[13] = 0x88, 0xb5 // IEEE 802 local experimental
	for range 20 {
		must(t, unix.Sendto(fd, frame, 0, &unix.SockaddrLinklayer{Ifindex: d.Attrs().Index, Halen: 6}))
		time.Sleep(2 * time.Millisecond)
	}
}

// heard reports whether the machine gets an answer from dst.
func heard(t *testing.T, src string, from *netnstest.Peer, dst netip.Addr) bool {
	t.Helper()
	var err error
	from.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 700*time.Millisecond)
		defer cancel()
		_, err = probe.New(slog.New(slog.DiscardHandler)).Echo(ctx, tap, netip.MustParseAddr(src), dst)
	})
	return err == nil
}

// member is a machine whose cable is on the bridge; it has 192.168.1.2 there.
func member(t *testing.T, bridge, device string) *netnstest.Peer {
	t.Helper()
	p := netnstest.NewPeer(t)
	wire := p.Wire(t, device, nil, "eth0")
	netnstest.Sysctl(t, "ipv6/conf/"+device+"/disable_ipv6", "1") // a port needs no address of its own
	b := netnstest.Link(t, bridge)
	must(t, netlink.LinkSetMaster(wire, b))
	p.Up(t, wire, "eth0")
	p.Do(func() { netnstest.Address(t, "eth0", "192.168.1.2/16") })
	return p
}

// awaitUp sets a bridge with a member up and waits for its link-local address.
func awaitUp(t *testing.T, bridge string) {
	t.Helper()
	netnstest.SetUp(t, bridge)
	d := netnstest.Link(t, bridge)
	netnstest.Await(t, bridge+" with its link-local address", 5*time.Second, func() bool {
		addrs, err := netlink.AddrList(d, netlink.FAMILY_V6)
		must(t, err)
		return len(addrs) == 1 && addrs[0].Flags&unix.IFA_F_TENTATIVE == 0
	})
}

// forget takes away the wire of a machine that has joined.
func forget(t *testing.T, p person) {
	t.Helper()
	d := netnstest.Link(t, fmt.Sprintf("wan%d", p.n))
	must(t, netlink.LinkDel(d))
}

// newInternet is a machine at our interface "uplink".
func newInternet(t *testing.T) *netnstest.Peer {
	t.Helper()
	p := netnstest.NewPeer(t)
	p.Up(t, p.Wire(t, "uplink", nil, "eth0"), "eth0")
	netnstest.Address(t, "uplink", "198.51.100.1/24")
	p.Do(func() { netnstest.Address(t, "eth0", "198.51.100.9/24") })
	return p
}
