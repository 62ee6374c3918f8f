//go:build !linux

package datapath

import (
	"errors"
	"os"
)

// poller waits for ports that say themselves when they are ready.
type poller struct {
	bell   chan struct{}
	closed chan struct{}
}

func newPoller() (*poller, error) {
	return &poller{bell: make(chan struct{}, 1), closed: make(chan struct{})}, nil
}

func (p *poller) watch(int, *lane) error { return errors.ErrUnsupported }

func (p *poller) forget(*lane) {}

func (p *poller) wait(block bool) error {
	select {
	case <-p.closed:
		return os.ErrClosed
	default:
	}
	if !block {
		return nil
	}
	select {
	case <-p.bell:
		return nil
	case <-p.closed:
		return os.ErrClosed
	}
}

func (p *poller) wake() {
	select {
	case p.bell <- struct{}{}:
	default:
	}
}

func (p *poller) close() error {
	close(p.closed)
	return nil
}
