package probe

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/mdlayher/ndp"
	"golang.org/x/sys/unix"
)

// Owner asks for addr as Duplicate Address Detection does, from the unspecified address (RFC 4862 section
// 5.4.2), since our own addresses may all have failed. The raw socket of package net has no such source, so this
// is a packet socket.
func (p *Prober) Owner(ctx context.Context, device string, addr netip.Addr) ([6]byte, error) {
	var mac [6]byte
	ifi, err := net.InterfaceByName(device)
	if err != nil {
		return mac, err
	}
	frame, err := solicitFromNowhere(ifi.HardwareAddr, addr)
	if err != nil {
		return mac, err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return mac, fmt.Errorf("open a packet socket: %w", err)
	}
	bind := &unix.SockaddrLinklayer{Protocol: networkOrder(unix.ETH_P_IPV6), Ifindex: ifi.Index}
	if err := unix.Bind(fd, bind); err != nil {
		unix.Close(fd)
		return mac, fmt.Errorf("bind a packet socket to %s: %w", device, err)
	}
	f := os.NewFile(uintptr(fd), "packet")
	defer f.Close()
	buf := make([]byte, 2048)
	for {
		if _, err := f.Write(frame); err != nil {
			return mac, fmt.Errorf("solicit %s on %s: %w", addr, device, err)
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
				return mac, err
			}
			if mac, ok := answeringMAC(buf[:n], addr); ok {
				return mac, nil
			}
		}
		if ctx.Err() != nil {
			return mac, fmt.Errorf("nobody answered for %s: %w", addr, context.Cause(ctx))
		}
	}
}

// ownerRepeat is how long one solicitation is waited for: the caller has little time, and multicast gets lost.
const ownerRepeat = 100 * time.Millisecond

const (
	etherLen = 14
	ipv6Len  = 40
	headers  = etherLen + ipv6Len
)

// solicitFromNowhere is a whole frame: a neighbour solicitation for addr from :: to its group.
func solicitFromNowhere(src net.HardwareAddr, addr netip.Addr) ([]byte, error) {
	group, err := ndp.SolicitedNodeMulticast(addr)
	if err != nil {
		return nil, err
	}
	body, err := ndp.MarshalMessageChecksum(&ndp.NeighborSolicitation{TargetAddress: addr},
		netip.IPv6Unspecified(), group)
	if err != nil {
		return nil, err
	}
	dst := group.As16()
	b := make([]byte, headers, headers+len(body))
	copy(b, []byte{0x33, 0x33, dst[12], dst[13], dst[14], dst[15]}) // RFC 2464 section 7
	copy(b[6:12], src)
	binary.BigEndian.PutUint16(b[12:], unix.ETH_P_IPV6)
	ip := b[etherLen:]
	ip[0] = 6 << 4
	binary.BigEndian.PutUint16(ip[4:], uint16(len(body)))
	ip[6], ip[7] = unix.IPPROTO_ICMPV6, 255
	copy(ip[24:], dst[:])
	return append(b, body...), nil
}

// answeringMAC reads the target link-layer option of a neighbour advertisement for addr.
func answeringMAC(frame []byte, addr netip.Addr) (mac [6]byte, ok bool) {
	if len(frame) < headers || frame[etherLen+6] != unix.IPPROTO_ICMPV6 || frame[etherLen+7] != 255 {
		return mac, false
	}
	msg, err := ndp.ParseMessage(frame[headers:])
	if err != nil {
		return mac, false
	}
	na, isNA := msg.(*ndp.NeighborAdvertisement)
	if !isNA || na.TargetAddress != addr {
		return mac, false
	}
	for _, o := range na.Options {
		if l, isLLA := o.(*ndp.LinkLayerAddress); isLLA && l.Direction == ndp.Target && len(l.Addr) == len(mac) {
			copy(mac[:], l.Addr)
			return mac, true
		}
	}
	return mac, false
}

// networkOrder is htons.
func networkOrder(v uint16) uint16 {
	var b [2]byte
	binary.BigEndian.PutUint16(b[:], v)
	return binary.NativeEndian.Uint16(b[:])
}
