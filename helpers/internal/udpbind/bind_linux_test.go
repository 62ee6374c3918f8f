package udpbind

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"golang.zx2c4.com/wireguard/conn"

	"mooring.dev/helpers/internal/netnstest"
)

// open is a bind that listens, until the test ends.
type open struct {
	*bind
	port uint16
	// receivers of IPv4 and IPv6, in that order.
	receivers []conn.ReceiveFunc
	room      *room
}

func listen(t testing.TB, offload bool, o Options) *open {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	b := New(o).(*bind)
	b.open = func(network string, port uint16) (*socket, error) { return openSocket(o.Log, network, port, offload) }
	receivers, port, err := b.Open(0)
	must(t, err)
	t.Cleanup(func() { b.Close() })
	return &open{b, port, receivers, newRoom(conn.IdealBatchSize, longest)}
}

// receive waits for count datagrams, in copies, and who sent each.
func (o *open) receive(t testing.TB, receiver, count int) (datagrams [][]byte, from []conn.Endpoint) {
	t.Helper()
	late := time.AfterFunc(10*time.Second, func() { o.Close() })
	defer late.Stop()
	for len(datagrams) < count {
		got, senders, err := o.room.next(o.receivers[receiver], conn.IdealBatchSize)
		if err != nil {
			t.Fatalf("after %d datagrams of %d: %v", len(datagrams), count, err)
		}
		for _, d := range got {
			datagrams = append(datagrams, bytes.Clone(d))
		}
		from = append(from, senders...)
	}
	return datagrams, from
}

func endpointOf(t testing.TB, b conn.Bind, address string, port uint16) conn.Endpoint {
	t.Helper()
	e, err := b.ParseEndpoint(fmt.Sprintf("[%s]:%d", address, port))
	if netip.MustParseAddr(address).Is4() {
		e, err = b.ParseEndpoint(fmt.Sprintf("%s:%d", address, port))
	}
	must(t, err)
	return e
}

var families = []struct {
	name, network, loopback string
	most                    int // octets of the longest datagram
}{
	{"IPv4", "udp4", "127.0.0.1", 65507},
	{"IPv6", "udp6", "::1", 65527},
}

func expectSame(t testing.TB, got, want [][]byte) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d datagrams, want %d", len(got), len(want))
	}
	for i := range got {
		if !bytes.Equal(got[i], want[i]) {
			t.Fatalf("datagram %d has %d octets, want %d: %.8x…, %.8x…", i, len(got[i]), len(want[i]), got[i], want[i])
		}
	}
}

// batch is packets as WireGuard might send them at once, and others: runs of one length, and any length that there is.
// There are not many more octets than bound.
func batch(r *rand.Rand, most, bound int) (packets [][]byte) {
	total := 0
	for len(packets) < 1+r.IntN(conn.IdealBatchSize) && total < bound {
		length := 1 + r.IntN(1500)
		switch r.IntN(12) {
		case 0:
			length = most - r.IntN(3)
		case 1:
			length = 1 + r.IntN(3)
		case 2:
			length = 0
		}
		for range 1 + r.IntN(80) {
			if len(packets) == conn.IdealBatchSize || total >= bound {
				break
			}
			total += length
			packets = append(packets, pattern(length, len(packets)))
		}
	}
	return packets
}

func TestWhatIsSentArrivesUnchangedAndInOrder(t *testing.T) {
	for family, f := range families {
		for _, offload := range [][2]bool{{true, true}, {true, false}, {false, true}, {false, false}} {
			t.Run(fmt.Sprintf("%s, offload %v", f.name, offload), func(t *testing.T) {
				netnstest.NoLeaks(t)
				left, right := listen(t, offload[0], Options{}), listen(t, offload[1], Options{})
				to := endpointOf(t, left, f.loopback, right.port)
				seed := uint64(time.Now().UnixNano())
				t.Logf("seed %d", seed)
				r := rand.New(rand.NewPCG(seed, 0))
				// Few, where the kernel holds few: in a user namespace it gives no more than the system's bound.
				bound := min(1<<20, granted(t, right.v4, unix.SO_RCVBUF)/8)
				for range 60 {
					packets := batch(r, f.most, bound)
					must(t, left.Send(packets, to))
					var want [][]byte
					for _, p := range packets {
						if len(p) > 0 { // to WireGuard, nothing
							want = append(want, p)
						}
					}
					got, from := right.receive(t, family, len(want))
					expectSame(t, got, want)
					for _, e := range from {
						if want := netip.AddrPortFrom(netip.MustParseAddr(f.loopback), left.port).String(); e.DstToString() != want {
							t.Fatalf("it came from %s, want %s", e.DstToString(), want)
						}
					}
				}
			})
		}
	}
}

// With what the kernel has, a batch is a few messages. The test world's kernel must have it, or the others test less.
func TestTrainsTravelWhole(t *testing.T) {
	left, right := listen(t, true, Options{}), listen(t, true, Options{})
	for family, f := range families {
		packets := make([][]byte, 45)
		for i := range packets {
			packets[i] = pattern(1400, i)
		}
		must(t, left.Send(packets, endpointOf(t, left, f.loopback, right.port)))
		got, _, err := right.room.next(right.receivers[family], conn.IdealBatchSize)
		must(t, err)
		expectSame(t, got, packets)
	}
}

func TestOpenAndClose(t *testing.T) {
	netnstest.NoLeaks(t)
	b := listen(t, true, Options{})
	if _, _, err := b.Open(b.port); !errors.Is(err, conn.ErrBindAlreadyOpen) {
		t.Errorf("opened twice: %v", err)
	}
	other := New(b.options)
	if _, _, err := other.Open(b.port); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("opened a port that is in use: %v", err)
	}
	ended := make(chan error)
	for _, receive := range b.receivers {
		go func() {
			_, _, err := newRoom(4, longest).next(receive, 4)
			ended <- err
		}()
	}
	must(t, b.Close())
	must(t, b.Close())
	for range b.receivers {
		if err := <-ended; !errors.Is(err, net.ErrClosed) {
			t.Errorf("receiving ended with %v", err)
		}
	}
	if _, _, err := b.room.next(b.receivers[0], 4); !errors.Is(err, net.ErrClosed) {
		t.Errorf("receiving after that: %v", err)
	}
	if err := b.Send([][]byte{{1}}, endpointOf(t, b, "127.0.0.1", 9)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("sending after that: %v", err)
	}
	receivers, port, err := b.Open(b.port) // a laptop that roams
	if err != nil || port != b.port || len(receivers) != 2 {
		t.Fatalf("opened again: %d receivers on port %d, %v", len(receivers), port, err)
	}
	b.receivers = receivers
	for family, f := range families {
		must(t, b.Send([][]byte{{1, 2, 3}}, endpointOf(t, b, f.loopback, port)))
		got, _ := b.receive(t, family, 1)
		expectSame(t, got, [][]byte{{1, 2, 3}})
	}
}

func TestAFamilyMayBeMissing(t *testing.T) {
	netnstest.NoLeaks(t)
	for missing, f := range families {
		other := families[1-missing]
		b := New(Options{Log: slog.New(slog.DiscardHandler)}).(*bind)
		open := b.open
		b.open = func(network string, port uint16) (*socket, error) {
			if network == f.network {
				return nil, &net.OpError{Op: "listen", Net: network, Err: syscall.EAFNOSUPPORT}
			}
			return open(network, port)
		}
		receivers, port, err := b.Open(0)
		if err != nil || len(receivers) != 1 || port == 0 {
			t.Fatalf("without %s: %d receivers on port %d, %v", f.name, len(receivers), port, err)
		}
		if err := b.Send([][]byte{{1}}, endpointOf(t, b, f.loopback, port)); !errors.Is(err, syscall.EAFNOSUPPORT) {
			t.Errorf("sent by %s, which is missing: %v", f.name, err)
		}
		must(t, b.Send([][]byte{{1}}, endpointOf(t, b, other.loopback, port)))
		got, _, err := newRoom(4, longest).next(receivers[0], 4)
		must(t, err)
		expectSame(t, got, [][]byte{{1}})
		must(t, b.SetMark(1))
		must(t, b.Close())
	}
	b := New(Options{}).(*bind)
	b.open = func(string, uint16) (*socket, error) { return nil, syscall.EAFNOSUPPORT }
	if _, _, err := b.Open(0); !errors.Is(err, syscall.EAFNOSUPPORT) {
		t.Errorf("without both: %v", err)
	}
}

// The other family's port is in use: of a port that was asked for that is an error, and nothing stays open.
func TestBothFamiliesHaveOnePort(t *testing.T) {
	taken, err := net.ListenPacket("udp6", "[::]:0")
	must(t, err)
	defer taken.Close()
	port := taken.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	b := New(Options{Log: slog.New(slog.DiscardHandler)})
	if _, _, err := b.Open(port); !errors.Is(err, syscall.EADDRINUSE) {
		t.Fatalf("open: %v", err)
	}
	free, err := net.ListenPacket("udp4", fmt.Sprintf(":%d", port))
	if err != nil {
		t.Fatalf("the IPv4 socket was left open: %v", err)
	}
	free.Close()
}

// Only two ports are there to be had, and of one of them only IPv4's.
func TestAnyPortIsOneThatBothFamiliesHave(t *testing.T) {
	netnstest.NewPeer(t).Do(func() {
		netnstest.Sysctl(t, "ipv4/ip_local_port_range", "40000 40001")
		taken, err := net.ListenPacket("udp6", "[::]:40001")
		must(t, err)
		defer taken.Close()
		for range 20 {
			b := New(Options{Log: slog.New(slog.DiscardHandler)})
			_, port, err := b.Open(0)
			if err != nil || port != 40000 {
				t.Fatalf("port %d, %v", port, err)
			}
			must(t, b.Close())
		}
	})
}

// granted is what a socket has of an option.
func granted(t testing.TB, s *socket, option int) (value int) {
	t.Helper()
	c, err := s.udp.SyscallConn()
	must(t, err)
	must(t, c.Control(func(fd uintptr) { value, err = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, option) }))
	must(t, err)
	return value
}

// systemsBound is the largest buffer that anybody may have.
func systemsBound(t *testing.T, name string) (size int) {
	t.Helper()
	text, err := os.ReadFile("/proc/sys/net/core/" + name)
	must(t, err)
	_, err = fmt.Sscan(string(text), &size)
	must(t, err)
	return size
}

func TestMarkAndBuffers(t *testing.T) {
	b := listen(t, true, Options{})
	must(t, b.SetMark(0x4d52))
	for _, s := range []*socket{b.v4, b.v6} {
		if mark := granted(t, s, unix.SO_MARK); mark != 0x4d52 {
			t.Errorf("mark %#x", mark)
		}
		for option, name := range map[int]string{unix.SO_RCVBUF: "rmem_max", unix.SO_SNDBUF: "wmem_max"} {
			// The kernel keeps twice as much, for what it needs itself (socket(7)). In a user namespace no one goes
			// beyond the bound.
			size, bound := granted(t, s, option), systemsBound(t, name)
			if size != 2*bufferSize && size != 2*min(bound, bufferSize) {
				t.Errorf("buffer of %d octets; the system's bound is %d", size, bound)
			}
		}
	}
	must(t, b.Close())
	if err := b.SetMark(1); err != nil {
		t.Errorf("a mark without sockets: %v", err)
	}
}

func TestEndpointsAreAsWireGuardGoHasThem(t *testing.T) {
	b := New(Options{})
	std := conn.NewStdNetBind()
	for _, text := range []string{"192.0.2.1:51820", "[2001:db8::1]:1", "[fe80::1%lo]:65535", "[::ffff:192.0.2.1]:7", "", "192.0.2.1", "hub.example:5"} {
		got, err := b.ParseEndpoint(text)
		want, wantErr := std.ParseEndpoint(text)
		if (err == nil) != (wantErr == nil) {
			t.Errorf("%q: %v, want %v", text, err, wantErr)
			continue
		}
		if err != nil {
			continue
		}
		if !bytes.Equal(got.DstToBytes(), want.DstToBytes()) || got.DstToString() != want.DstToString() || got.DstIP() != want.DstIP() {
			t.Errorf("%q: %x %s %s, want %x %s %s", text, got.DstToBytes(), got.DstToString(), got.DstIP(),
				want.DstToBytes(), want.DstToString(), want.DstIP())
		}
		if got.SrcIP().IsValid() {
			t.Errorf("%q was heard at %s", text, got.SrcToString())
		}
	}
	stranger, err := std.ParseEndpoint("192.0.2.1:5")
	must(t, err)
	if err := b.Send([][]byte{{1}}, stranger); !errors.Is(err, conn.ErrWrongEndpointType) {
		t.Errorf("sent to the endpoint of another: %v", err)
	}
}
