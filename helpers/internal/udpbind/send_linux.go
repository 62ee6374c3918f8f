package udpbind

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"
	"golang.zx2c4.com/wireguard/conn"
)

// mostSegments is how many datagrams one message may become (UDP_MAX_SEGMENTS; newer kernels take more).
const mostSegments = 64

// batchWriter is ipv4.PacketConn and ipv6.PacketConn, whose messages are the same.
type batchWriter interface {
	WriteBatch(messages []ipv6.Message, flags int) (int, error)
}

// sender writes to one socket, for any number of goroutines.
type sender struct {
	log     *slog.Logger
	socket  batchWriter
	longest int // the most octets of a message
	// segments is whether messages of several datagrams are sent.
	segments atomic.Bool
}

// outgoing holds pointers to []ipv6.Message of conn.IdealBatchSize, whose OOB has room.
var outgoing = sync.Pool{New: func() any {
	messages := make([]ipv6.Message, conn.IdealBatchSize)
	control := make([]byte, conn.IdealBatchSize*controlOut)
	for i := range messages {
		messages[i].OOB = control[i*controlOut : i*controlOut : (i+1)*controlOut]
	}
	return &messages
}}

// send gives packets to the kernel from where they lie. What it refuses to send as one message goes one by one, and what
// it refuses to send from where to was heard goes from anywhere.
func (s *sender) send(packets [][]byte, to *endpoint) error {
	pooled := outgoing.Get().(*[]ipv6.Message)
	defer outgoing.Put(pooled)
	segments, from := s.segments.Load(), to.source()
	for len(packets) > 0 {
		messages := s.pack(*pooled, packets, segments, from)
		for i := range messages {
			messages[i].Addr = to.udp
		}
		n, err := s.socket.WriteBatch(messages, 0)
		for i := range messages {
			if i < n {
				packets = packets[len(messages[i].Buffers):]
			}
			messages[i].Buffers = nil
		}
		switch {
		case err == nil:
		case segments && refusesSegments(err):
			segments = false
			s.keepApart(err)
		case from.addr.IsValid() && refusesSource(err):
			to.ClearSrc()
			segments, from = s.segments.Load(), source{}
		default:
			return fmt.Errorf("send to %s: %w", to.to, err)
		}
	}
	return nil
}

// pack fills messages with the packets, as many as there is room for.
func (s *sender) pack(messages []ipv6.Message, packets [][]byte, segments bool, from source) []ipv6.Message {
	n := 0
	for ; n < len(messages) && len(packets) > 0; n++ {
		count := 1
		if segments {
			count = s.run(packets)
		}
		m := &messages[n]
		m.Buffers = packets[:count:count]
		m.OOB = appendSource(m.OOB[:0], from)
		if count > 1 {
			m.OOB = appendSegment(m.OOB, len(packets[0]))
		}
		packets = packets[count:]
	}
	return messages[:n]
}

// run is how many of the packets can be one message: those of the first one's length, and a shorter one after them.
func (s *sender) run(packets [][]byte) int {
	segment := len(packets[0])
	if segment == 0 {
		return 1
	}
	size := segment
	for n, p := range packets[1:] {
		size += len(p)
		switch {
		case len(p) == 0, len(p) > segment, size > s.longest:
			return 1 + n
		case len(p) < segment, n+2 == mostSegments:
			return 2 + n
		}
	}
	return len(packets)
}

// keepApart sends no messages of several datagrams any more where the kernel says that it never can (EIO, udp_send_skb:
// the interface makes no checksums, or IPsec takes the packets). Else it depends on the packets: they are longer than the
// path carries, and the kernel fragments only what is one datagram (EINVAL; in newer kernels EMSGSIZE).
func (s *sender) keepApart(err error) {
	if errors.Is(err, unix.EIO) && s.segments.CompareAndSwap(true, false) {
		s.log.Info("the network takes no coalesced datagrams; each is sent by itself", "err", err)
	}
}

func refusesSegments(err error) bool {
	return errors.Is(err, unix.EIO) || errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EMSGSIZE)
}

// refusesSource tells errors that an address has which is not ours any more (EINVAL) or has lost its routes.
func refusesSource(err error) bool {
	return errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EADDRNOTAVAIL) ||
		errors.Is(err, unix.ENETUNREACH) || errors.Is(err, unix.EHOSTUNREACH)
}
