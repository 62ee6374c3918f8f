package probe

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Owner asks for addr as Duplicate Address Detection does, since our own addresses may all have failed. The raw socket
// of package net has no unspecified source, so this is a packet socket.
func (p *Prober) Owner(ctx context.Context, device string, addr netip.Addr) ([6]byte, error) {
	var mac [6]byte
	d, err := find(device)
	if err != nil {
		return mac, err
	}
	question, err := d.duplicateQuestion(addr)
	if err != nil {
		return mac, err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return mac, fmt.Errorf("open a packet socket: %w", err)
	}
	bind := &unix.SockaddrLinklayer{Protocol: networkOrder(unix.ETH_P_IPV6), Ifindex: d.Index}
	if err := unix.Bind(fd, bind); err != nil {
		unix.Close(fd)
		return mac, fmt.Errorf("bind a packet socket to %s: %w", d.Name, err)
	}
	f := os.NewFile(uintptr(fd), "packet")
	defer f.Close()
	buf := make([]byte, 2048)
	for ctx.Err() == nil {
		if _, err := f.Write(question); err != nil {
			return mac, fmt.Errorf("solicit %s on %s: %w", addr, d.Name, err)
		}
		if err := f.SetReadDeadline(time.Now().Add(ownerRepeat)); err != nil {
			return mac, err
		}
		for {
			n, err := f.Read(buf)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				break
			}
			if err != nil {
				return mac, fmt.Errorf("hear the owner of %s on %s: %w", addr, d.Name, err)
			}
			if mac, ok := duplicateAnswer(buf[:n], addr); ok {
				return mac, nil
			}
		}
	}
	return mac, fmt.Errorf("nobody answered for %s: %w", addr, context.Cause(ctx))
}

// networkOrder is htons.
func networkOrder(v uint16) uint16 {
	var b [2]byte
	binary.BigEndian.PutUint16(b[:], v)
	return binary.NativeEndian.Uint16(b[:])
}
