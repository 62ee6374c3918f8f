//go:build !linux

package advertise

import (
	"errors"
	"net/netip"

	"github.com/mdlayher/ndp"
)

// socket is never opened here.
type socket struct{}

func open(string) (*socket, error) { return nil, errors.ErrUnsupported }

func (*socket) write(ndp.Message, netip.Addr) error { return errors.ErrUnsupported }

func (*socket) read([]byte) ([]byte, netip.Addr, int, error) {
	return nil, netip.Addr{}, 0, errors.ErrUnsupported
}

func (*socket) close() error { return nil }
