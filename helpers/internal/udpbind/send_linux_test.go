package udpbind

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"
	"golang.zx2c4.com/wireguard/conn"

	"mooring.dev/helpers/internal/netnstest"
)

func TestRunsOfOneLengthAreOneMessage(t *testing.T) {
	const most = 65507
	repeat := func(length, times int) []int {
		lengths := make([]int, times)
		for i := range lengths {
			lengths[i] = length
		}
		return lengths
	}
	for name, c := range map[string]struct{ lengths, want []int }{
		"one":                       {[]int{100}, []int{1}},
		"of one length":             {repeat(100, 5), []int{5}},
		"a shorter last":            {[]int{100, 100, 99}, []int{3}},
		"a shorter one ends it":     {[]int{100, 99, 99}, []int{2, 1}},
		"a longer one ends it":      {[]int{100, 100, 101, 101}, []int{2, 2}},
		"nothing":                   {[]int{0, 0}, []int{1, 1}},
		"nothing is not the last":   {[]int{100, 100, 0}, []int{2, 1}},
		"64 and not more":           {repeat(10, 128), []int{64, 64}},
		"the longest":               {[]int{most, 1}, []int{1, 1}},
		"as much as a message can":  {[]int{most / 2, most / 2, 1}, []int{3}},
		"and not more":              {[]int{most / 2, most / 2, 2}, []int{2, 1}},
		"a train between two":       {[]int{9, 10, 10, 10, 5, 11}, []int{1, 4, 1}},
		"as full of usual packets ": {repeat(1452, 128), []int{45, 45, 38}},
	} {
		s := &sender{longest: most}
		var packets [][]byte
		for _, length := range c.lengths {
			packets = append(packets, make([]byte, length))
		}
		var got []int
		for left := packets; len(left) > 0; left = left[got[len(got)-1]:] {
			got = append(got, s.run(left))
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// The kernel does not fragment datagrams of a longer message. Those that need it go one by one.
func TestPacketsLongerThanThePathArrive(t *testing.T) {
	p := wired(t)
	must(t, netlink.LinkSetMTU(netnstest.Link(t, "eth0"), 1280))
	here := listen(t, true, Options{})
	var there *open
	p.Do(func() { there = listen(t, true, Options{}) })
	for i, address := range []string{"192.0.2.9", "2001:db8::9"} {
		packets := [][]byte{pattern(100, 0), pattern(100, 1), pattern(1400, 2), pattern(1400, 3), pattern(1400, 4), pattern(60, 5)}
		must(t, here.Send(packets, endpointOf(t, here, address, there.port)))
		got, _ := there.receive(t, i, len(packets))
		expectSame(t, got, packets)
	}
	if !here.v4.segments.Load() || !here.v6.segments.Load() {
		t.Error("other packets go one by one from then on")
	}
}

// checksumless is a socket of an interface that makes no checksums, before Linux 6.11.
type checksumless struct {
	batchWriter
	refused int
}

func (c *checksumless) WriteBatch(messages []ipv6.Message, flags int) (int, error) {
	for i := range messages {
		if len(messages[i].Buffers) < 2 {
			continue
		}
		if i > 0 {
			return c.batchWriter.WriteBatch(messages[:i], flags)
		}
		c.refused++
		return -1, &net.OpError{Op: "write", Err: os.NewSyscallError("sendmmsg", unix.EIO)}
	}
	return c.batchWriter.WriteBatch(messages, flags)
}

func TestWhereTrainsAreRefusedPacketsGoOneByOne(t *testing.T) {
	here, there := listen(t, true, Options{}), listen(t, true, Options{})
	var log bytes.Buffer
	for family, f := range families {
		s := []*socket{here.v4, here.v6}[family]
		s.log = slog.New(slog.NewTextHandler(&log, nil))
		refusing := &checksumless{batchWriter: s.socket}
		s.socket = refusing
		packets := [][]byte{pattern(1, 0), pattern(700, 1), pattern(700, 2), pattern(700, 3)}
		for range 3 {
			must(t, here.Send(packets, endpointOf(t, here, f.loopback, there.port)))
			got, _ := there.receive(t, family, len(packets))
			expectSame(t, got, packets)
		}
		if refusing.refused != 1 {
			t.Errorf("%s: trains were tried %d times", f.name, refusing.refused)
		}
	}
	if n := strings.Count(log.String(), "level=INFO"); n != len(families) {
		t.Errorf("%d lines for %d sockets:\n%s", n, len(families), &log)
	}
}

func TestWhatCannotBeSentIsAnError(t *testing.T) {
	b := listen(t, true, Options{})
	for _, f := range families {
		to := endpointOf(t, b, f.loopback, b.port)
		if err := b.Send([][]byte{make([]byte, f.most+1)}, to); !errors.Is(err, unix.EMSGSIZE) {
			t.Errorf("%s: a packet that is too long: %v", f.name, err)
		}
	}
	netnstest.NewPeer(t).Do(func() {
		alone := listen(t, true, Options{})
		to := endpointOf(t, alone, "192.0.2.1", 5)
		to.(*endpoint).here = source{addr: to.DstIP()}
		if err := alone.Send([][]byte{{1}, {2}}, to); !errors.Is(err, unix.ENETUNREACH) {
			t.Errorf("without a network: %v", err)
		}
	})
}

// ofABatch is how many packets there are, and batchLength the octets of each.
const ofABatch, batchLength = 45, 1452

// overLoopback opens a bind, until the test ends, and gives what takes a batch to itself.
func overLoopback(t testing.TB, b conn.Bind) (batch func()) {
	t.Helper()
	receivers, port, err := b.Open(0)
	must(t, err)
	t.Cleanup(func() { b.Close() })
	to, err := b.ParseEndpoint(fmt.Sprintf("127.0.0.1:%d", port))
	must(t, err)
	packets := make([][]byte, ofABatch)
	for i := range packets {
		packets[i] = append(make([]byte, 0, longest), pattern(batchLength, i)...)
	}
	into := newRoom(conn.IdealBatchSize, longest)
	return func() {
		must(t, b.Send(packets, to))
		for left := len(packets); left > 0; {
			n, err := receivers[0](into.packets, into.sizes, into.from)
			must(t, err)
			for _, size := range into.sizes[:n] {
				if size > 0 {
					left--
				}
			}
		}
	}
}

// memory is how much a batch allocates on its way.
func memory(t *testing.T, b conn.Bind) float64 { return testing.AllocsPerRun(100, overLoopback(t, b)) }

func TestABatchTakesFewerAllocationsThanWireGuardGos(t *testing.T) {
	ours, std := memory(t, New(Options{AnswerWhereAsked: true})), memory(t, conn.NewStdNetBind())
	t.Logf("%.0f, of wireguard-go's sockets %.0f", ours, std)
	if ours >= std || ours > 8 {
		t.Errorf("%.0f allocations a batch of 45 packets, of wireguard-go's sockets %.0f", ours, std)
	}
}

func BenchmarkBatch(b *testing.B) {
	for name, sockets := range map[string]conn.Bind{"udpbind": New(Options{}), "StdNetBind": conn.NewStdNetBind()} {
		b.Run(name, func(b *testing.B) {
			batch := overLoopback(b, sockets)
			b.SetBytes(ofABatch * batchLength)
			b.ReportAllocs()
			for b.Loop() {
				batch()
			}
		})
	}
}
