package userspace

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/gretap"
	"mooring.dev/helpers/internal/plan"
)

// verifier is a far end that believes no checksum.
type verifier struct {
	decoder *gretap.Decoder

	mu     sync.Mutex // guards what follows; WireGuard writes one batch at a time, the test reads
	tcp    int        // segments of TCP
	udp    int
	others int
	wrong  []string
}

func newVerifier(t *testing.T) *verifier {
	t.Helper()
	d, err := gretap.NewDecoder(gretap.Tunnel{Local: hubInside, Remote: laptopInside}, gretap.DefaultLimits())
	must(t, err)
	return &verifier{decoder: d}
}

// watch looks at a packet that came out of WireGuard.
func (v *verifier) watch(packet []byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if src, ok := gretap.Source(packet); !ok || netip.AddrFrom4(src) != laptopInside || packet[9] != unix.IPPROTO_GRE {
		return
	}
	frame, reason := v.decoder.Decode(packet)
	if reason != gretap.OK {
		v.wrong = append(v.wrong, fmt.Sprint("refused: ", reason))
		return
	}
	if binary.BigEndian.Uint16(frame[12:]) != unix.ETH_P_IPV6 {
		return
	}
	ip := frame[14:]
	length := int(binary.BigEndian.Uint16(ip[4:]))
	body := ip[40:]
	if length != len(body) || len(ip) > plan.TapMTU {
		v.wrong = append(v.wrong, fmt.Sprintf("%d octets that say %d", len(body), length))
		return
	}
	switch ip[6] {
	case unix.IPPROTO_TCP:
		v.tcp++
	case unix.IPPROTO_UDP:
		v.udp++
	case unix.IPPROTO_ICMPV6:
		v.others++
	default:
		return // multicast listener reports, behind an option
	}
	if sum := checksum(ip[8:40], body, ip[6]); sum != 0xffff {
		v.wrong = append(v.wrong, fmt.Sprintf("protocol %d, %d octets: the sum is %#x", ip[6], len(body), sum))
	}
}

// checksum is that of RFC 8200 section 8.1, over all of body: 0xffff when it is right.
func checksum(addresses, body []byte, protocol byte) uint16 {
	sum := uint32(len(body)) + uint32(protocol)
	for _, part := range [][]byte{addresses, body} {
		for i, b := range part {
			sum += uint32(b) << (8 * (1 - i%2))
		}
		sum = sum>>16 + sum&0xffff
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}

// TestUserspaceEngineOffload: every checksum is finished when it leaves, whether the tap offloads that to us or not.
func TestUserspaceEngineOffload(t *testing.T) {
	for _, way := range []struct {
		offload plan.TxOffload
		on      bool
	}{{plan.TxOffloadAuto, true}, {plan.TxOffloadOff, false}} {
		t.Run(string(way.offload), func(t *testing.T) {
			w := newWorld(t)
			v := newVerifier(t)
			w.hub.stop()
			w.hub.watch = v.watch
			w.hub.start()
			l := newLaptop(t, t.TempDir())
			spec := home(t)
			spec.TxOffload = way.offload
			l.set(spec)
			l.awaitVerified(5 * time.Second)
			for what, command := range map[string]uint32{"checksums": ethtoolGetTxChecksum, "segmentation": ethtoolGetTSO} {
				if got := ethtool(t, names.Tap, command); got != way.on {
					t.Errorf("the tap's offload of %s is %v", what, got)
				}
			}
			upload(t, w.hub, 4<<20)
			datagrams(t, w.hub, 20)
			v.mu.Lock()
			defer v.mu.Unlock()
			if v.tcp < 4<<20/plan.TapMTU || v.udp != 20 || v.others == 0 {
				t.Errorf("seen: %d of TCP, %d of UDP, %d others", v.tcp, v.udp, v.others)
			}
			for i, wrong := range v.wrong[:min(5, len(v.wrong))] {
				t.Errorf("%d of %d: %s", i, len(v.wrong), wrong)
			}
		})
	}
}

// upload sends so many octets from the laptop to the hub, and compares what came.
func upload(t *testing.T, h *hub, size int64) {
	t.Helper()
	var listener net.Listener
	h.place.Do(func() {
		var err error
		listener, err = net.Listen("tcp", "[2001:db8::1]:9")
		must(t, err)
	})
	defer listener.Close()
	sums := make(chan [sha256.Size]byte, 1)
	go func() {
		sum := sha256.New()
		if c, err := listener.Accept(); err == nil {
			io.Copy(sum, c)
			c.Close()
		}
		sums <- [sha256.Size]byte(sum.Sum(nil))
	}()
	dialer := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(stable, 0)), Timeout: 3 * time.Second}
	c, err := dialer.Dial("tcp", "[2001:db8::1]:9")
	must(t, err)
	defer c.Close()
	must(t, c.SetDeadline(time.Now().Add(20*time.Second)))
	want := sha256.New()
	_, err = io.Copy(io.MultiWriter(c, want), io.LimitReader(rand.NewChaCha8([32]byte{}), size))
	must(t, err)
	must(t, c.(*net.TCPConn).CloseWrite())
	if got := <-sums; got != [sha256.Size]byte(want.Sum(nil)) {
		t.Error("what came is not what was sent")
	}
}

// datagrams sends so many, each of another length, and waits for the last.
func datagrams(t *testing.T, h *hub, count int) {
	t.Helper()
	var far net.PacketConn
	h.place.Do(func() {
		var err error
		far, err = net.ListenPacket("udp", "[2001:db8::1]:9")
		must(t, err)
	})
	defer far.Close()
	c, err := net.DialUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(stable, 0)), far.LocalAddr().(*net.UDPAddr))
	must(t, err)
	defer c.Close()
	for n := range count {
		_, err := c.Write(make([]byte, 1+n*61))
		must(t, err)
	}
	must(t, far.SetReadDeadline(time.Now().Add(3*time.Second)))
	for range count {
		_, _, err := far.ReadFrom(make([]byte, 2048))
		must(t, err)
	}
}

// Commands of SIOCETHTOOL, include/uapi/linux/ethtool.h.
const (
	ethtoolGetTxChecksum = 0x16
	ethtoolGetTSO        = 0x1e
)

// ethtool asks whether an offload is on.
func ethtool(t *testing.T, name string, command uint32) bool {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	must(t, err)
	defer unix.Close(fd)
	value := struct{ command, data uint32 }{command: command}
	request := struct {
		name [unix.IFNAMSIZ]byte
		data unsafe.Pointer
		_    [24 - unsafe.Sizeof(uintptr(0))]byte
	}{data: unsafe.Pointer(&value)}
	copy(request.name[:unix.IFNAMSIZ-1], name)
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&request))); errno != 0 {
		t.Fatal(errno)
	}
	return value.data != 0
}
