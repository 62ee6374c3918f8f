package datapath

import (
	"bytes"
	"encoding/hex"
	"io"
	"log/slog"
	"net/netip"
	"testing"

	"go.uber.org/goleak"

	"mooring.dev/helpers/internal/gretap"
)

var (
	addrHub    = netip.MustParseAddr("172.16.0.1")
	addrLaptop = netip.MustParseAddr("172.16.0.2")
	addrOffice = netip.MustParseAddr("172.16.0.3")
)

const offset = 16 // wireguard-go's header

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func between(local, remote netip.Addr) Tunnel {
	return Tunnel{Tunnel: gretap.Tunnel{Local: local, Remote: remote}, TTL: 225, LinkMTU: 1420}
}

// scratch is wireguard-go's buffers for a batch, those of all ends: what is read is copied before the next read.
var scratch = func() (bufs [][]byte) {
	for range batchSize {
		bufs = append(bufs, make([]byte, 65535))
	}
	return bufs
}()

// end is a Device as wireguard-go has it, with its buffers.
type end struct {
	*Device
	t     testing.TB
	bufs  [][]byte
	sizes []int
}

func newEnd(t testing.TB) *end {
	t.Helper()
	if tt, ok := t.(*testing.T); ok {
		ignore := goleak.IgnoreCurrent()
		t.Cleanup(func() { goleak.VerifyNone(tt, ignore) })
	}
	e := &end{Device: New(quiet, 1420), t: t, bufs: scratch, sizes: make([]int, batchSize)}
	t.Cleanup(func() { e.Close() })
	return e
}

func (e *end) attach(port Port, tunnel Tunnel) {
	e.t.Helper()
	if err := e.Attach(port, tunnel); err != nil {
		e.t.Fatal(err)
	}
}

// read gives what is there, without waiting: in a story each step is done when it is asked for.
func (e *end) read() (packets [][]byte) {
	e.t.Helper()
	if e.reader.buf == nil {
		e.reader.buf = make([]byte, maxSuperframe)
	}
	for {
		if err := e.poll.wait(false); err != nil {
			e.t.Fatal(err)
		}
		n := e.reader.fill(&e.queue, e.bufs, e.sizes, offset)
		if n == 0 {
			return packets
		}
		for i := range n {
			packets = append(packets, bytes.Clone(e.bufs[i][offset:offset+e.sizes[i]]))
		}
	}
}

// write gives packets to the Device as one batch of wireguard-go's.
func (e *end) write(packets ...[]byte) {
	e.t.Helper()
	for i, p := range packets {
		packets[i] = append(make([]byte, offset), p...)
	}
	if n, err := e.Write(packets, offset); err != nil || n != len(packets) {
		e.t.Fatalf("write: %d, %v", n, err)
	}
}

func (e *end) counters(far netip.Addr) Counters {
	e.t.Helper()
	c, ok := e.Counters(far)
	if !ok {
		e.t.Fatalf("no tunnel to %v", far)
	}
	return c
}

// held is the incomplete datagrams of a lane, and the memory taken for them.
func held(l *lane) (datagrams, octets int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dec.Held()
}

// outs are all superframes that the port was sent.
func outs(m *Memory) (frames [][]byte, offloads []Offload) {
	for {
		f, o, ok := m.Out()
		if !ok {
			return frames, offloads
		}
		frames, offloads = append(frames, f), append(offloads, o)
	}
}

func same(t testing.TB, what string, got, want [][]byte) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !bytes.Equal(got[i], want[i]) {
			t.Fatalf("%s: number %d of %d is\n%swant\n%s", what, i, len(got), hex.Dump(got[i]), hex.Dump(want[i]))
		}
	}
}

var both = Features{TCP4: true, TCP6: true}
