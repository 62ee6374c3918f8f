package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"
)

// question is one exchange on a raw socket.
type question struct {
	conn *net.IPConn
	to   *net.IPAddr

	// message is what is sent the n-th time of asking, n from 0.
	message func(n int) ([]byte, error)

	// answer says whether a packet from an address answers the question, and which time of asking; -1 when it
	// cannot be told, which then means the newest.
	answer func(packet []byte, from netip.Addr) (n int, ok bool)
}

// ask repeats the question until it is answered or ctx ends, and gives how long the answer took. It closes the
// socket. A failure to send is not the end, since the link may be down just for a new handshake; the error tells
// the newest such failure.
func (q question) ask(ctx context.Context) (time.Duration, error) {
	answers := make(chan int, 1)
	go q.listen(answers)
	defer func() {
		q.conn.Close()
		for range answers { // until listen has ended
		}
	}()
	var times []time.Time
	var sendErr error
	repeat := time.NewTimer(0)
	defer repeat.Stop()
	for {
		select {
		case <-repeat.C:
			b, err := q.message(len(times))
			if err != nil {
				return 0, err
			}
			times = append(times, time.Now())
			if _, err := q.conn.WriteTo(b, q.to); err != nil {
				sendErr = err
			}
			repeat.Reset(repeats(len(times) - 1))
		case n, ok := <-answers:
			if !ok {
				return 0, fmt.Errorf("the ICMP socket to %s ended", q.to)
			}
			if n < 0 || n >= len(times) {
				n = len(times) - 1
			}
			return time.Since(times[n]), nil
		case <-ctx.Done():
			if sendErr != nil {
				return 0, fmt.Errorf("no answer from %s, sending: %w", q.to, sendErr)
			}
			return 0, fmt.Errorf("no answer from %s: %w", q.to, ctx.Err())
		}
	}
}

// listen ends with the first answer, with the socket, or when the socket reports nothing but errors.
func (q question) listen(answers chan<- int) {
	defer close(answers)
	buf := make([]byte, 1500)
	for failures := 0; failures < 100; {
		n, from, err := q.conn.ReadFrom(buf)
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			failures++
			continue
		}
		a, ok := netip.AddrFromSlice(from.(*net.IPAddr).IP)
		if !ok {
			continue
		}
		if n, ok := q.answer(buf[:n], a.Unmap()); ok {
			answers <- n
			return
		}
	}
}
