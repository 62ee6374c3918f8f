package datapath

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/netnstest"
)

func TestTCPBetweenTwoKernels(t *testing.T) {
	for name, o := range map[string]PortOptions{"offloads": {}, "NoTxOffload": {NoTxOffload: true}} {
		t.Run(name, func(t *testing.T) {
			c, peer, near := twoEnds(t, o)
			for _, a := range []string{"10.9.0.2", "fd09::2"} {
				echo(t, peer, addrPort(a, 7))
				talk(t, addrPort(a, 7), 16<<20)
			}
			n, _ := c.b.Counters(addrHub)
			if per := float64(n.FramesIn) / float64(n.SuperframesIn); per < 4 {
				t.Errorf("%.1f frames in a superframe: nothing is coupled. %+v", per, n)
			}
			if n.PortErrors+n.BadFrames != 0 {
				t.Errorf("counters %+v", n)
			}
			sums, supers := near.checksums.Load(), near.superframes.Load()
			if (sums == 0) != o.NoTxOffload || (supers == 0) != o.NoTxOffload {
				t.Errorf("%d checksums and %d superframes were left to us", sums, supers)
			}
		})
	}
}

func TestPingBetweenTwoKernels(t *testing.T) {
	c, _, _ := twoEnds(t, PortOptions{})
	for _, a := range []string{"10.9.0.2", "fd09::2"} {
		for _, size := range []int{0, 1, 56, 1300, 4000, 60000} { // the last ones in fragments of the inner packet
			if _, err := ping(a, size, 2*time.Second); err != nil {
				t.Errorf("%s, %d octets: %v", a, size, err)
			}
		}
	}
	if n, _ := c.a.Counters(addrLaptop); n.BadFrames != 0 || n.PortErrors != 0 {
		t.Errorf("counters %+v", n)
	}
}

func TestUDPSegmentsBetweenTwoKernels(t *testing.T) {
	_, peer, near := twoEnds(t, PortOptions{})
	for _, a := range []string{"10.9.0.2", "fd09::2"} {
		var far net.PacketConn
		var err error
		peer.Do(func() { far, err = net.ListenPacket("udp", addrPort(a, 7)) })
		must(t, err)
		local, err := net.Dial("udp", addrPort(a, 7))
		must(t, err)
		const size, octets = 1200, 30*1200 + 77
		setUDPSegment(t, local.(*net.UDPConn), size)
		payload := pattern(octets)
		_, err = local.Write(payload)
		must(t, err)
		must(t, far.SetReadDeadline(time.Now().Add(5*time.Second)))
		var got []byte
		b := make([]byte, 65535)
		for len(got) < octets {
			n, _, err := far.ReadFrom(b)
			if err != nil {
				t.Fatalf("%s: %d of %d octets: %v", a, len(got), octets, err)
			}
			if n != min(size, octets-len(got)) {
				t.Errorf("%s: a datagram of %d octets", a, n)
			}
			got = append(got, b[:n]...)
		}
		if !bytes.Equal(got, payload) {
			t.Errorf("%s: octets differ", a)
		}
		local.Close()
		far.Close()
	}
	if n := near.superframes.Load(); n != 2 {
		t.Errorf("%d superframes, want one for each version of IP", n)
	}
}

func TestSuperframesCrossABridge(t *testing.T) {
	// Laptop and office each have a tunnel to a hub, whose two TAPs are on a bridge.
	laptop, office := netnstest.NewPeer(t), netnstest.NewPeer(t)
	hub, ends := newStar(t, addrLaptop, addrOffice)
	must(t, netlink.LinkAdd(&netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: "bridge0", MTU: 1382}}))
	t.Cleanup(func() { netlink.LinkDel(netnstest.Link(t, "bridge0")) })
	netnstest.SetUp(t, "bridge0")
	var ports [2]watched
	for i, far := range []netip.Addr{addrLaptop, addrOffice} {
		name := fmt.Sprint("tap", i)
		ports[i].Port = tapHere(t, name, PortOptions{})
		must(t, netlink.LinkSetMaster(netnstest.Link(t, name), netnstest.Link(t, "bridge0")))
		must(t, hub.Attach(&ports[i], between(addrHub, far)))
	}
	join := func(peer *netnstest.Peer, d *Device, local netip.Addr, address string) {
		peer.Do(func() { must(t, d.Attach(tapHere(t, "tap0", PortOptions{}, address), between(local, addrHub))) })
	}
	join(laptop, ends[0], addrLaptop, "10.9.0.1/24")
	join(office, ends[1], addrOffice, "10.9.0.2/24")
	echo(t, office, "10.9.0.2:7")
	done := make(chan struct{})
	go func() {
		defer close(done)
		laptop.Do(func() { talk(t, "10.9.0.2:7", 8<<20) })
	}()
	<-done
	n, _ := hub.Counters(addrOffice)
	if supers := ports[1].superframes.Load(); n.FramesOut < 4000 || n.BadFrames != 0 || supers == 0 {
		t.Errorf("%d superframes came from the bridge; counters %+v", supers, n)
	}
}

func TestFiftyPortsShareOneReader(t *testing.T) {
	const ports = 50
	peer := netnstest.NewPeer(t)
	c := newCable(t)
	for i := range byte(ports) {
		near, far := netip.AddrFrom4([4]byte{172, 17, 0, i}), netip.AddrFrom4([4]byte{172, 16, 1, i})
		name := fmt.Sprint("tap", i)
		must(t, c.a.Attach(tapHere(t, name, PortOptions{}, fmt.Sprintf("10.9.%d.1/24", i)), between(near, far)))
		peer.Do(func() {
			must(t, c.b.Attach(tapHere(t, name, PortOptions{}, fmt.Sprintf("10.9.%d.2/24", i)), between(far, near)))
		})
	}
	for i := range ports {
		if _, err := ping(fmt.Sprintf("10.9.%d.2", i), 56, 2*time.Second); err != nil {
			t.Errorf("port %d: %v", i, err)
		}
	}

	// One port is flooded; the last one's pings are answered all the same.
	busy, err := net.Dial("udp", "10.9.0.2:9")
	must(t, err)
	setUDPSegment(t, busy.(*net.UDPConn), 1200)
	stop := flood(t, busy, make([]byte, 40*1200))
	time.Sleep(50 * time.Millisecond)
	var slowest time.Duration
	for range 20 {
		took, err := ping("10.9.49.2", 56, 2*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		slowest = max(slowest, took)
	}
	stop()
	if n, _ := c.a.Counters(netip.AddrFrom4([4]byte{172, 16, 1, 0})); n.FramesOut < 1000 {
		t.Errorf("that was no flood: %+v", n)
	}
	t.Logf("slowest ping beside a flood: %v", slowest)
	if slowest > 500*time.Millisecond {
		t.Errorf("a ping took %v", slowest)
	}
}

func TestADeletedInterfaceIsDownAndCostsNothing(t *testing.T) {
	c, _, _ := twoEnds(t, PortOptions{})
	must(t, c.a.Attach(tapHere(t, "tap1", PortOptions{}), between(addrHub, addrOffice)))
	if _, err := ping("10.9.0.2", 56, 2*time.Second); err != nil {
		t.Fatal(err)
	}
	must(t, netlink.LinkDel(netnstest.Link(t, "tap0")))
	netnstest.Await(t, "the port down", 2*time.Second, func() bool {
		n, _ := c.a.Counters(addrLaptop)
		return n.Down
	})
	if n, _ := c.a.Counters(addrOffice); n.Down {
		t.Error("the other port is down too")
	}
	before := processorTime(t)
	time.Sleep(300 * time.Millisecond)
	if used := processorTime(t) - before; used > 100*time.Millisecond {
		t.Errorf("%v of processor time in 300 ms without packets", used)
	}
	must(t, c.a.Detach(addrLaptop))
	must(t, c.a.Attach(tapHere(t, "tap0", PortOptions{}, "10.9.0.1/24"), between(addrHub, addrLaptop)))
	if _, err := ping("10.9.0.2", 56, 2*time.Second); err != nil {
		t.Errorf("after a new interface: %v", err)
	}
}

func TestDetachUnderTrafficWritesToNoOtherFile(t *testing.T) {
	c, peer, _ := twoEnds(t, PortOptions{})
	var busy net.Conn
	var err error
	peer.Do(func() { busy, err = net.Dial("udp", "10.9.0.1:9") })
	must(t, err)
	neighbour := netnstest.Link(t, "tap0").Attrs().HardwareAddr
	peer.Do(func() {
		err = netlink.NeighSet(&netlink.Neigh{
			LinkIndex: netnstest.Link(t, "tap0").Attrs().Index, IP: net.IPv4(10, 9, 0, 1), HardwareAddr: neighbour,
			State: netlink.NUD_PERMANENT,
		})
	})
	must(t, err)
	stop := flood(t, busy, make([]byte, 1200))
	for range 40 {
		must(t, c.a.Detach(addrLaptop))
		file, err := os.CreateTemp(t.TempDir(), "") // has the number that was the TAP's
		must(t, err)
		time.Sleep(2 * time.Millisecond)
		if info, err := file.Stat(); err != nil || info.Size() != 0 {
			t.Fatalf("%d octets in a file that is not ours, %v", info.Size(), err)
		}
		must(t, c.a.Attach(tapHere(t, "tap0", PortOptions{}), between(addrHub, addrLaptop)))
		time.Sleep(time.Millisecond)
		file.Close()
	}
	stop()
	c.a.poll.mu.Lock()
	defer c.a.poll.mu.Unlock()
	if n := len(c.a.poll.lanes); n != 2 {
		t.Errorf("%d files are watched, want the TAP and the bell", n)
	}
}

func TestOpenedInterfacesAreAsAskedFor(t *testing.T) {
	port, err := OpenTAP("tap0", PortOptions{MTU: 1382, MAC: macLaptop})
	must(t, err)
	attrs := netnstest.Link(t, "tap0").Attrs()
	if attrs.MTU != 1382 || attrs.HardwareAddr.String() != "12:ab:34:cd:56:ef" || attrs.TxQLen != 4000 ||
		attrs.Flags&net.FlagUp != 0 {
		t.Errorf("%+v", attrs)
	}
	if _, err := OpenTAP("tap0", PortOptions{}); !errors.Is(err, syscall.EBUSY) {
		t.Errorf("a second of that name: %v", err)
	}
	if err := port.Send(&Superframe{Frame: web().frame(1, 1, 0x10, nil)}); !errors.Is(err, syscall.EIO) {
		t.Errorf("sent to an interface that is down: %v", err)
	}
	must(t, port.Close())
	must(t, port.Close())
	if _, err := netlink.LinkByName("tap0"); err == nil {
		t.Error("still there after Close")
	}
	if err := port.Send(&Superframe{Frame: pattern(60)}); !errors.Is(err, ErrClosed) {
		t.Errorf("sent after Close: %v", err)
	}
	if err := port.Receive(make([]byte, maxSuperframe), new(Superframe)); !errors.Is(err, ErrClosed) {
		t.Errorf("received after Close: %v", err)
	}
	if _, err := OpenTUN("a name too long for it", PortOptions{}); err == nil {
		t.Error("took a name that is too long")
	}
	port, err = OpenTUN("tun0", PortOptions{MTU: 1420, QueueLen: 77})
	must(t, err)
	if a := netnstest.Link(t, "tun0").Attrs(); a.MTU != 1420 || a.TxQLen != 77 {
		t.Errorf("%+v", a)
	}
	must(t, port.Close())
}

func TestTheLinkBetweenTwoKernels(t *testing.T) {
	peer := netnstest.NewPeer(t)
	c := newCable(t)
	attach := func(d *Device, address string) {
		port, err := OpenTUN("tun0", PortOptions{MTU: 1420})
		must(t, err)
		netnstest.Address(t, "tun0", address)
		netnstest.SetUp(t, "tun0")
		must(t, d.AttachLink(port))
	}
	attach(c.a, "172.16.0.1/24")
	peer.Do(func() { attach(c.b, "172.16.0.2/24") })
	if _, err := ping("172.16.0.2", 56, 2*time.Second); err != nil {
		t.Error(err)
	}
	echo(t, peer, "172.16.0.2:7")
	talk(t, "172.16.0.2:7", 8<<20)
	if n, _ := c.b.LinkCounters(); n.PacketsIn < 4*n.SuperframesIn {
		t.Errorf("counters %+v", n)
	}
}

func TestVirtioHeadersAreTheKernels(t *testing.T) {
	for _, o := range []Offload{
		{},
		{Checksum: true, Start: 34, Field: 16},
		{Checksum: true, Start: 34, Field: 16, GSO: GSOTCP4, Size: 1330, Header: 66},
		{Checksum: true, Start: 58, Field: 16, GSO: GSOTCP6, Size: 1310, Header: 90, ECN: true},
		{Checksum: true, Start: 34, Field: 6, GSO: GSOUDP, Size: 1200, Header: 42},
	} {
		b := bytes.Repeat([]byte{0xff}, virtioHeader)
		writeVirtio(b, o)
		if got := readVirtio(b); got != o {
			t.Errorf("%x is %+v, want %+v", b, got, o)
		}
	}
	if binary.NativeEndian.Uint16([]byte{1, 0}) == 1 { // the struct as a little-endian machine has it
		b := make([]byte, virtioHeader)
		writeVirtio(b, Offload{Checksum: true, Start: 34, Field: 16, GSO: GSOTCP4, Size: 1330, Header: 66})
		if want := []byte{1, 1, 66, 0, 0x32, 5, 34, 0, 16, 0}; !bytes.Equal(b, want) {
			t.Errorf("%x, want %x", b, want)
		}
	}
	if o := readVirtio([]byte{0, unix.VIRTIO_NET_HDR_GSO_UDP, 0, 0, 0, 0, 0, 0, 0, 0}); o.GSO != gsoOther {
		t.Errorf("UFO is %+v", o)
	}
}
