package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// exchange is a question on a socket and what answers it.
type exchange struct {
	conn net.PacketConn
	to   net.Addr

	// request is what is sent the n-th time of asking, n from 0.
	request func(n int) ([]byte, error)

	// reply says whether a packet answers, and which time of asking; -1 when it cannot be told, which then means the
	// newest.
	reply func(packet []byte, from net.Addr) (n int, ok bool)
}

// run repeats the question until it is answered or ctx ends, and gives how long the answer took. It closes the socket.
// A failure to send is not the end; the error tells the newest such failure.
func (e exchange) run(ctx context.Context) (time.Duration, error) {
	defer e.conn.Close()
	stop := context.AfterFunc(ctx, func() { e.conn.Close() })
	defer stop()
	var asked []time.Time
	var sendErr error
	buf := make([]byte, 1500)
	for {
		b, err := e.request(len(asked))
		if err != nil {
			return 0, err
		}
		asked = append(asked, time.Now())
		if _, err := e.conn.WriteTo(b, e.to); err != nil {
			sendErr = err
		}
		if err := e.conn.SetReadDeadline(time.Now().Add(repeats(len(asked) - 1))); err != nil && ctx.Err() == nil {
			return 0, err
		}
		n, err := e.hear(buf)
		switch {
		case err == nil && n >= 0 && n < len(asked):
			return time.Since(asked[n]), nil
		case err == nil:
			return time.Since(asked[len(asked)-1]), nil
		case ctx.Err() != nil && sendErr != nil && !errors.Is(sendErr, net.ErrClosed):
			return 0, fmt.Errorf("no answer from %s, sending: %w", e.to, sendErr)
		case ctx.Err() != nil:
			return 0, fmt.Errorf("no answer from %s: %w", e.to, ctx.Err())
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return 0, fmt.Errorf("the socket to %s ended: %w", e.to, err)
		}
	}
}

// hear reads until the answer, the deadline or the end of the socket. Errors that the network reports in between are
// not the end, up to a number.
func (e exchange) hear(buf []byte) (int, error) {
	for failures := 0; ; {
		n, from, err := e.conn.ReadFrom(buf)
		switch {
		case errors.Is(err, net.ErrClosed), errors.Is(err, os.ErrDeadlineExceeded):
			return -1, err
		case err != nil:
			if failures++; failures == 100 {
				return -1, err
			}
		default:
			if n, ok := e.reply(buf[:n], from); ok {
				return n, nil
			}
		}
	}
}
