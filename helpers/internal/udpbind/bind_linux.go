package udpbind

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"

	"golang.zx2c4.com/wireguard/conn"
)

// New only assembles: nothing is open before Open.
func New(o Options) conn.Bind {
	return &bind{options: o, open: func(network string, port uint16) (*socket, error) {
		return openSocket(o.Log, network, port, true)
	}}
}

// bind is sockets of both families on one port; of one, where the system lacks the other.
type bind struct {
	options Options
	// open gives a socket of udp4 or udp6; syscall.EAFNOSUPPORT where the system lacks the family.
	open func(network string, port uint16) (*socket, error)

	mu     sync.Mutex // guards what follows
	v4, v6 *socket    // nil: closed, or not there
}

var _ conn.Bind = (*bind)(nil)

// tries bounds how often another port is taken when only one family had it free.
const tries = 100

// Open starts to listen, on any port where it is 0.
func (b *bind) Open(port uint16) ([]conn.ReceiveFunc, uint16, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.v4 != nil || b.v6 != nil {
		return nil, 0, conn.ErrBindAlreadyOpen
	}
	v4, v6, err := b.openBoth(port)
	for range tries {
		if port != 0 || !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
		v4, v6, err = b.openBoth(port)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("listen: %w", err)
	}
	b.v4, b.v6 = v4, v6
	var receivers []conn.ReceiveFunc
	for _, s := range []*socket{v4, v6} {
		if s != nil {
			port = s.port()
			receivers = append(receivers, newReceiver(s, s.coalesces, b.options.AnswerWhereAsked).next)
		}
	}
	return receivers, port, nil
}

// openBoth opens what there is of both families; nothing is open when it fails.
func (b *bind) openBoth(port uint16) (v4, v6 *socket, err error) {
	v4, err = b.open("udp4", port)
	switch {
	case err == nil:
		port = v4.port()
	case !errors.Is(err, syscall.EAFNOSUPPORT):
		return nil, nil, err
	}
	v6, err6 := b.open("udp6", port)
	switch {
	case err6 == nil:
	case v4 == nil:
		return nil, nil, err6
	case !errors.Is(err6, syscall.EAFNOSUPPORT):
		return nil, nil, errors.Join(err6, v4.udp.Close())
	}
	return v4, v6, nil
}

// Close stops listening. What Open gave then ends with net.ErrClosed.
func (b *bind) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	var errs []error
	for _, s := range []*socket{b.v4, b.v6} {
		if s != nil {
			errs = append(errs, s.udp.Close())
		}
	}
	b.v4, b.v6 = nil, nil
	return errors.Join(errs...)
}

// SetMark sets SO_MARK of what is sent (socket(7)).
func (b *bind) SetMark(mark uint32) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range []*socket{b.v4, b.v6} {
		if s == nil {
			continue
		}
		if err := s.setMark(mark); err != nil {
			return fmt.Errorf("mark packets with %#x: %w", mark, err)
		}
	}
	return nil
}

// Send sends packets to one far end; those after one that fails are dropped.
func (b *bind) Send(packets [][]byte, to conn.Endpoint) error {
	e, ok := to.(*endpoint)
	if !ok {
		return fmt.Errorf("send to %T: %w", to, conn.ErrWrongEndpointType)
	}
	b.mu.Lock()
	s, other := b.v4, b.v6
	if e.to.Addr().Is6() {
		s, other = other, s
	}
	b.mu.Unlock()
	switch {
	case s != nil:
		return s.send(packets, e)
	case other != nil:
		return fmt.Errorf("send to %s: %w", e.to, syscall.EAFNOSUPPORT)
	}
	return fmt.Errorf("send to %s: %w", e.to, net.ErrClosed)
}

// ParseEndpoint reads an address and a port.
func (b *bind) ParseEndpoint(s string) (conn.Endpoint, error) { return parseEndpoint(s) }

// BatchSize is how many packets are received and sent at once.
func (b *bind) BatchSize() int { return conn.IdealBatchSize }
