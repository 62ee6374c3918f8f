package macos

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/net/route"
	"golang.org/x/sys/unix"
)

// sequence numbers our questions to the routing socket.
var sequence atomic.Int32

// answerPatience bounds the wait for an answer, which comes at once: the kernel puts it on the socket while it is
// asked.
const answerPatience = time.Second

// changeRoute adds or deletes a route. The kernel's refusal is the error of the write.
func changeRoute(kind uint8, r Route) error {
	fd, err := socket(unix.AF_ROUTE, unix.SOCK_RAW)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	_, err = unix.Write(fd, encodeRoute(kind, r, sequence.Add(1)))
	return err
}

// RouteTo asks by which route a packet that is bound to nothing would leave for dst; false when by none.
func RouteTo(dst netip.Addr) (Message, bool, error) {
	fd, err := socket(unix.AF_ROUTE, unix.SOCK_RAW)
	if err != nil {
		return Message{}, false, err
	}
	defer unix.Close(fd)
	patience := unix.NsecToTimeval(answerPatience.Nanoseconds())
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &patience); err != nil {
		return Message{}, false, fmt.Errorf("routing socket: %w", err)
	}
	number := sequence.Add(1)
	if _, err := unix.Write(fd, encodeGet(dst, number)); errors.Is(err, unix.ESRCH) {
		return Message{}, false, nil
	} else if err != nil {
		return Message{}, false, fmt.Errorf("ask for the route to %s: %w", dst, err)
	}
	buf := make([]byte, 4096)
	for {
		n, err := unix.Read(fd, buf)
		if errors.Is(err, unix.EINTR) {
			continue
		} else if err != nil {
			return Message{}, false, fmt.Errorf("ask for the route to %s: %w", dst, err)
		}
		all, err := DecodeMessages(buf[:n])
		if err != nil {
			return Message{}, false, err
		}
		for _, m := range all {
			if m.Type == TypeGet && m.Sequence == number && m.Process == int32(os.Getpid()) {
				return m, m.Errno == 0 && m.Usable(), nil
			}
		}
	}
}

// routesBy lists the IPv6 routes by an interface, without those that the kernel made for single destinations.
func routesBy(index int) ([]Route, error) {
	table, err := route.FetchRIB(unix.AF_INET6, route.RIBTypeRoute, 0)
	if err != nil {
		return nil, fmt.Errorf("read the routing table: %w", err)
	}
	all, err := DecodeMessages(table)
	if err != nil {
		return nil, err
	}
	var routes []Route
	for _, m := range all {
		if m.Interface == index && !m.Cloned() {
			routes = append(routes, m.Route())
		}
	}
	return routes, nil
}

// watchBuffer holds some thousand messages.
const watchBuffer = 256 << 10

// Listener hears the routing socket.
type Listener struct{ socket *os.File }

// Listen opens the routing socket: what happens from then on is heard. Watch closes it.
func Listen() (*Listener, error) {
	fd, err := socket(unix.AF_ROUTE, unix.SOCK_RAW)
	if err != nil {
		return nil, err
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("routing socket: %w", err)
	}
	// What does not fit is dropped, and xnu does not say so (raw_input, bsd/net/raw_usrreq.c): its 8 KiB are for a dozen
	// messages. Where the system allows no more it stays at that.
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, watchBuffer)
	return &Listener{os.NewFile(uintptr(fd), "routing socket")}, nil
}

// Close is for a Listener that is not watched.
func (l *Listener) Close() error { return l.socket.Close() }

// Watch tells of each batch of messages until ctx ends, and then returns nil. lost is called instead where some were
// dropped for want of room, or make no sense.
func (l *Listener) Watch(ctx context.Context, tell func([]Message), lost func()) error {
	defer l.socket.Close()
	stop := context.AfterFunc(ctx, func() { l.socket.Close() })
	defer stop()
	buf := make([]byte, 64<<10)
	for {
		n, err := l.socket.Read(buf)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, unix.ENOBUFS):
			lost()
			continue
		case err != nil:
			return fmt.Errorf("read the routing socket: %w", err)
		}
		all, err := DecodeMessages(buf[:n])
		if err != nil {
			lost()
			continue
		}
		tell(all)
	}
}
