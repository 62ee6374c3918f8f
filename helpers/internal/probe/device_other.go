//go:build !linux && !darwin

package probe

import (
	"context"
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/net/ipv4"
)

// find gives ErrUnsupported, so that nothing else is reached.
func find(string) (device, error) { return device{}, ErrUnsupported }

func (device) bind(uintptr, bool) error { return ErrUnsupported }

func (device) address(a netip.Addr) *net.IPAddr { return &net.IPAddr{IP: a.AsSlice()} }

func acceptOnly4(uintptr, ipv4.ICMPType) error { return ErrUnsupported }

// Owner gives ErrUnsupported.
func (*Prober) Owner(context.Context, string, netip.Addr) ([6]byte, error) {
	return [6]byte{}, ErrUnsupported
}

// markSocket marks nothing.
func markSocket(uint32) func(string, string, syscall.RawConn) error { return nil }
