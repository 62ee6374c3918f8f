package udpbind

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"testing"

	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"
	"golang.zx2c4.com/wireguard/conn"
)

// message is one as the kernel has it before it was read.
type message struct {
	data    []byte
	segment int // 0: not coalesced
	from    string
	to      source
}

// kernel gives messages as the kernel does: each into the pieces that are offered, one after another.
type kernel struct{ waiting []message }

func (k *kernel) ReadBatch(into []ipv6.Message, _ int) (int, error) {
	if len(k.waiting) == 0 {
		return 0, net.ErrClosed
	}
	n := 0
	for ; n < len(into) && len(k.waiting) > 0; n++ {
		m := k.waiting[0]
		k.waiting = k.waiting[1:]
		left := m.data
		for _, piece := range into[n].Buffers {
			left = left[copy(piece, left):]
		}
		into[n].Flags = 0
		if len(left) > 0 {
			into[n].Flags = unix.MSG_TRUNC
		}
		into[n].N = len(m.data) - len(left)
		into[n].Addr = net.UDPAddrFromAddrPort(netip.MustParseAddrPort(m.from))
		control := appendSource(into[n].OOB[:0], m.to)
		if m.segment > 0 {
			var data []byte
			control, data = appendHeader(control, unix.IPPROTO_UDP, unix.UDP_GRO, sizeofGRO)
			binary.NativeEndian.PutUint32(data, uint32(m.segment))
		}
		into[n].NN = len(control)
	}
	return n, nil
}

// pattern is octets of which no two near ones are alike.
func pattern(length, seed int) []byte {
	data := make([]byte, length)
	for i := range data {
		data[i] = byte(i*7 + i>>8 + seed*31 + 1)
	}
	return data
}

// cut is what a message should become. What is empty is nothing to WireGuard.
func (m message) cut() (datagrams [][]byte) {
	step := m.segment
	if step == 0 {
		step = max(len(m.data), 1)
	}
	for left := m.data; len(left) > 0; {
		next := left[:min(step, len(left))]
		datagrams = append(datagrams, next)
		left = left[len(next):]
	}
	return datagrams
}

// room is packets of WireGuard's to receive into.
type room struct {
	packets [][]byte
	sizes   []int
	from    []conn.Endpoint
}

func newRoom(count, length int) *room {
	r := &room{sizes: make([]int, count), from: make([]conn.Endpoint, count)}
	for range count {
		r.packets = append(r.packets, make([]byte, length))
	}
	return r
}

// next receives once, into the first of its packets, and gives what is not empty.
func (r *room) next(receive conn.ReceiveFunc, count int) (datagrams [][]byte, from []conn.Endpoint, err error) {
	n, err := receive(r.packets[:count], r.sizes[:count], r.from[:count])
	if n > count {
		return nil, nil, fmt.Errorf("%d packets told of %d", n, count)
	}
	for i := range n {
		if r.sizes[i] > 0 {
			datagrams = append(datagrams, r.packets[i][:r.sizes[i]])
			from = append(from, r.from[i])
		}
	}
	return datagrams, from, err
}

const (
	near = "192.0.2.1:5000"
	far  = "198.51.100.7:4000"
)

// deliver has a receiver read messages, and compares what it makes of them. counts are how many packets are offered in
// turn.
func deliver(t *testing.T, r *receiver, into *room, messages []message, counts ...int) {
	t.Helper()
	var want [][]byte
	var where []string
	for _, m := range messages {
		for _, d := range m.cut() {
			want, where = append(want, d), append(where, m.from)
		}
	}
	r.socket = &kernel{messages}
	for turn := 0; ; turn++ {
		got, from, err := into.next(r.next, counts[turn%len(counts)])
		for i := range got {
			if len(want) == 0 {
				t.Fatalf("a datagram of %d octets that nobody sent", len(got[i]))
			}
			if !bytes.Equal(got[i], want[0]) {
				t.Fatalf("a datagram of %d octets, want one of %d: %.8x…, %.8x…", len(got[i]), len(want[0]), got[i], want[0])
			}
			if from[i].DstToString() != where[0] {
				t.Fatalf("a datagram of %s came from %s", where[0], from[i].DstToString())
			}
			want, where = want[1:], where[1:]
		}
		if err != nil {
			break
		}
	}
	if len(want) > 0 || len(r.held) > 0 {
		t.Fatalf("%d datagrams were lost, the first of %d octets; %d trains are held", len(want), len(want[0]), len(r.held))
	}
}

func TestTrainsOfAllShapesArriveInOrder(t *testing.T) {
	into := newRoom(conn.IdealBatchSize, longest)
	shapes := map[string][]message{
		"one":                          {{pattern(148, 0), 0, far, source{}}},
		"one octet":                    {{pattern(1, 0), 0, far, source{}}},
		"nothing":                      {{nil, 0, far, source{}}, {pattern(32, 1), 0, near, source{}}},
		"the longest":                  {{pattern(65507, 0), 0, far, source{}}, {pattern(65527, 1), 0, near, source{}}},
		"a full train":                 {{pattern(45*1452, 0), 1452, far, source{}}},
		"with a shorter last":          {{pattern(44*1452+1, 0), 1452, far, source{}}, {pattern(100, 1), 0, near, source{}}},
		"a train that was one":         {{pattern(1452, 0), 1452, far, source{}}},
		"shorter than its segment":     {{pattern(52, 0), 1452, far, source{}}},
		"two trains":                   {{pattern(64*96, 0), 96, far, source{}}, {pattern(45*1452, 1), 1452, near, source{}}},
		"more than a share":            {{pattern(100*96, 0), 96, far, source{}}, {pattern(3*1452, 1), 1452, near, source{}}},
		"more than all packets, twice": {{pattern(1000, 0), 1, far, source{}}, {pattern(65507, 1), 3, near, source{}}},
		"many, of which some change": {
			{pattern(45*1452, 0), 1452, far, source{}}, {pattern(45*1452, 1), 1452, near, source{}},
			{pattern(20*96, 2), 96, far, source{}}, {pattern(45*1452, 3), 1452, near, source{}},
			{pattern(30*1400, 4), 1400, far, source{}}, {pattern(30*1400, 5), 1400, near, source{}},
			{pattern(65507, 6), 0, far, source{}}, {pattern(40*1400+700, 7), 1400, near, source{}},
		},
	}
	for name, messages := range shapes {
		t.Run(name, func(t *testing.T) {
			r := newReceiver(nil, true, false)
			for _, counts := range [][]int{{conn.IdealBatchSize}, {1}, {2, 3}, {127, 5}} {
				for range 3 { // it learns
					deliver(t, r, into, messages, counts...)
				}
			}
		})
	}
}

func TestWithoutCoalescingThereIsADatagramToAMessage(t *testing.T) {
	into := newRoom(conn.IdealBatchSize, longest)
	var messages []message
	for i := range 300 {
		messages = append(messages, message{pattern((i*977)%2000, i), 0, far, source{}})
	}
	deliver(t, newReceiver(nil, false, false), into, messages, conn.IdealBatchSize, 1)
}

// What WireGuard has 64 KiB for takes no more memory than its packets do.
func TestATrainOfTheUsualLengthTouchesOnlyItsPackets(t *testing.T) {
	const length = 1452
	into := newRoom(conn.IdealBatchSize, longest)
	r := newReceiver(nil, true, false)
	usual := []message{{pattern(45*length, 0), length, far, source{}}, {pattern(45*length, 1), length, far, source{}}}
	deliver(t, r, into, usual, conn.IdealBatchSize)
	const untouched = 0xee
	for _, b := range append(into.packets, r.over...) {
		for i := range b {
			b[i] = untouched
		}
	}
	deliver(t, r, into, usual, conn.IdealBatchSize)
	for i, b := range append(into.packets, r.over...) {
		used := length
		if i >= len(into.packets) {
			used = 0
		}
		if n := len(b) - used - bytes.Count(b[used:], []byte{untouched}); n > 0 {
			t.Fatalf("in buffer %d, %d octets were written behind its packet", i, n)
		}
	}
	if bytes.Count(into.packets[0], []byte{untouched}) == longest {
		t.Error("nothing was written at all")
	}
}

func TestAFewShortTrainsDoNotChangeWhatIsExpected(t *testing.T) {
	const length = 1452
	into := newRoom(conn.IdealBatchSize, longest)
	r := newReceiver(nil, true, false)
	data := message{pattern(45*length, 0), length, far, source{}}
	acknowledgements := message{pattern(20*128, 1), 128, far, source{}}
	deliver(t, r, into, []message{data}, conn.IdealBatchSize)
	if r.length != length {
		t.Fatalf("after a full train pieces of %d octets are offered", r.length)
	}
	for range 100 {
		deliver(t, r, into, []message{acknowledgements, data}, conn.IdealBatchSize)
		if r.length != length {
			t.Fatalf("after acknowledgements pieces of %d octets are offered", r.length)
		}
	}
	for range 100 {
		deliver(t, r, into, []message{acknowledgements}, conn.IdealBatchSize)
	}
	if r.length != 128 {
		t.Errorf("after nothing but acknowledgements pieces of %d octets are offered", r.length)
	}
}

// The kernel never cuts what there is room for. If it did, a part of a train would not be told from a whole one.
func TestWhatTheKernelCutIsDropped(t *testing.T) {
	into := newRoom(conn.IdealBatchSize, 2000)
	r := newReceiver(nil, false, false)
	cut := message{pattern(2001, 0), 0, far, source{}}
	whole := message{pattern(2000, 1), 0, far, source{}}
	r.socket = &kernel{[]message{cut, whole}}
	got, _, err := into.next(r.next, conn.IdealBatchSize)
	if err != nil || len(got) != 1 || !bytes.Equal(got[0], whole.data) {
		t.Errorf("%d datagrams, %v", len(got), err)
	}
}

func TestPacketsOfAMessageShareWhereTheyWereHeard(t *testing.T) {
	here := source{addr: netip.MustParseAddr("192.0.2.9")}
	for _, remember := range []bool{true, false} {
		into := newRoom(conn.IdealBatchSize, longest)
		r := newReceiver(&kernel{[]message{{pattern(1000, 0), 100, far, here}, {pattern(148, 0), 0, far, here}}}, true, remember)
		_, from, err := into.next(r.next, conn.IdealBatchSize)
		if len(from) != 11 || err != nil {
			t.Fatal(len(from), err)
		}
		for i, e := range from {
			if e != from[0] {
				t.Errorf("packet %d has another endpoint", i)
			}
			if remembered := e.SrcIP() == here.addr; remembered != remember {
				t.Errorf("packet %d was heard at %q", i, e.SrcToString())
			}
		}
	}
}

// FuzzTrains reads messages off its input: how many packets are offered, the length of segments, the length of all.
func FuzzTrains(f *testing.F) {
	f.Add([]byte{128, 5, 0xac, 0xff, 0xdc, 128, 0, 96, 0, 200})
	f.Add([]byte{1, 0, 1, 0xff, 0xff, 2, 0, 0, 0, 0, 3, 0, 0, 0, 1})
	f.Add([]byte{3, 0xff, 0xff, 0xff, 0xff, 3, 5, 0, 0x50, 0, 3, 5, 0, 0x50, 0, 3, 5, 0, 0x50, 0})
	into := newRoom(conn.IdealBatchSize, longest)
	f.Fuzz(func(t *testing.T, input []byte) {
		r := newReceiver(nil, true, true)
		var messages []message
		var counts []int
		for ; len(input) >= 5 && len(messages) < 20; input = input[5:] {
			counts = append(counts, 1+int(input[0])%conn.IdealBatchSize)
			segment, size := binary.BigEndian.Uint16(input[1:]), binary.BigEndian.Uint16(input[3:])
			sender := []string{near, far}[size%2]
			messages = append(messages, message{pattern(int(size), len(messages)), int(segment), sender, source{}})
		}
		if len(messages) > 0 {
			deliver(t, r, into, messages, counts...)
		}
	})
}
