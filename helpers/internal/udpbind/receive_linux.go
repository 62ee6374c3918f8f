package udpbind

import (
	"fmt"
	"net"

	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"
	"golang.zx2c4.com/wireguard/conn"
)

const (
	// longest is the length of the longest message: what IPv4's and UDP's length fields hold.
	longest = 1<<16 - 1
	// coalesced is how many coalesced messages are asked for at once.
	coalesced = 2
	// learnAfter is how many octets are copied, while no train fits, before its length is believed to be the usual one.
	// Half a full train: acknowledgements between trains of data do not change it.
	learnAfter = 32 << 10
	// usualLength is what is expected at first: no datagram of an Ethernet network is longer.
	usualLength = 1500
)

// batchReader is ipv4.PacketConn and ipv6.PacketConn, whose messages are the same.
type batchReader interface {
	ReadBatch(messages []ipv6.Message, flags int) (int, error)
}

// receiver reads one socket, in one goroutine at a time.
type receiver struct {
	socket   batchReader
	remember bool // where a message was sent to

	messages []ipv6.Message
	over     [][]byte // of each message: train.over; none where the socket does not coalesce
	length   int      // of the pieces that are offered
	copied   int      // octets since a train fitted
	held     []rest   // of the last messages: there were more datagrams than packets
	last     *endpoint
}

func newReceiver(socket batchReader, coalesces, remember bool) *receiver {
	r := &receiver{socket: socket, remember: remember, length: longest}
	r.messages = make([]ipv6.Message, conn.IdealBatchSize)
	if coalesces {
		r.length = usualLength
		r.messages = r.messages[:coalesced]
		r.over = make([][]byte, coalesced)
		for i := range r.over {
			r.over[i] = make([]byte, longest)
		}
	}
	for i := range r.messages {
		r.messages[i].OOB = make([]byte, controlIn)
	}
	return r
}

// next is a conn.ReceiveFunc. The packets are of one length; those that nothing came for have the size 0.
func (r *receiver) next(packets [][]byte, sizes []int, from []conn.Endpoint) (int, error) {
	if n := r.handOut(packets, sizes, from); n > 0 {
		return n, nil
	}
	messages := r.messages[:min(len(r.messages), len(packets))]
	share := len(packets) / len(messages)
	r.offer(messages, packets, share)
	n, err := r.socket.ReadBatch(messages, 0)
	if err != nil {
		return 0, fmt.Errorf("receive: %w", err)
	}
	return r.place(messages[:n], packets, sizes, from, share), nil
}

// handOut gives what is left of the last messages.
func (r *receiver) handOut(packets [][]byte, sizes []int, from []conn.Endpoint) int {
	n := 0
	for len(r.held) > 0 && n < len(packets) {
		n += r.held[0].take(packets[n:], sizes[n:], from[n:])
		if len(r.held[0].data) == 0 {
			r.held = r.held[1:]
		}
	}
	return n
}

// offer gives each message its share of the packets to be read into, as many as one of the longest would fill.
func (r *receiver) offer(messages []ipv6.Message, packets [][]byte, share int) {
	length := min(r.length, len(packets[0]))
	count := min(share, (longest+length-1)/length)
	for i := range messages {
		to := messages[i].Buffers[:0]
		for _, p := range packets[i*share:][:count] {
			to = append(to, p[:length])
		}
		if r.over != nil {
			to = append(to, r.over[i])
		}
		messages[i].Buffers = to
	}
}

// place has each datagram lie in a packet of its own, and tells up to which one there are any.
func (r *receiver) place(messages []ipv6.Message, packets [][]byte, sizes []int, from []conn.Endpoint, share int) int {
	end := 0
	for i := range messages {
		t, whole := r.train(i, &messages[i])
		if !whole {
			continue
		}
		begin := i * share
		switch {
		case len(r.held) > 0: // after what is before it
			r.held = append(r.held, rest{t.gather(), t.segment, t.from})
			continue
		case end < begin:
			clear(sizes[end:begin])
		}
		if t.fits() {
			if end = begin + t.told(sizes[begin:], from[begin:]); t.count() > 1 {
				r.copied = 0
			}
			continue
		}
		r.learn(&t)
		left := rest{t.gather(), t.segment, t.from}
		end = begin + left.take(packets[begin:][:share], sizes[begin:], from[begin:])
		if len(left.data) > 0 {
			r.held = append(r.held[:0], left)
		}
	}
	return end
}

// train is what came as the i-th message; false where the kernel had to cut some of it off.
func (r *receiver) train(i int, m *ipv6.Message) (train, bool) {
	segment, here := readControl(m.OOB[:m.NN])
	t := train{pieces: m.Buffers, size: m.N, from: r.heard(m.Addr.(*net.UDPAddr), here)}
	if r.over != nil {
		last := len(m.Buffers) - 1
		t.pieces, t.over, t.segment = m.Buffers[:last], m.Buffers[last], segment
	}
	return t, m.Flags&(unix.MSG_TRUNC|unix.MSG_CTRUNC) == 0
}

// learn counts a train that does not fit, and expects more like it when there were many.
func (r *receiver) learn(t *train) {
	if r.copied += t.size; r.copied >= learnAfter {
		r.length, r.copied = t.longest(), 0
	}
}

// heard is who sent a message. It is mostly who sent the last one.
func (r *receiver) heard(udp *net.UDPAddr, here source) *endpoint {
	if !r.remember {
		here = source{}
	}
	to := udp.AddrPort()
	if l := r.last; l == nil || l.to != to || l.here != here || l.forgotten.Load() {
		r.last = &endpoint{to: to, udp: udp, here: here}
	}
	return r.last
}
