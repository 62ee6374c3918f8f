package udpbind

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"syscall"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"
)

// bufferSize is what the kernel may hold of packets each way, as wireguard-go has it.
const bufferSize = 7 << 20

// socket is open for one family.
type socket struct {
	udp *net.UDPConn
	sender
	batchReader
	coalesces bool // the kernel gives messages of several datagrams
}

// openSocket listens; network is udp4 or udp6. Without offload a message is always one datagram.
func openSocket(log *slog.Logger, network string, port uint16, offload bool) (*socket, error) {
	s := &socket{sender: sender{log: log}}
	prepare := func(network, _ string, c syscall.RawConn) error {
		var err error
		return errors.Join(c.Control(func(fd uintptr) {
			err = s.prepare(int(fd), network, offload)
		}), err)
	}
	lc := net.ListenConfig{Control: prepare}
	listening, err := lc.ListenPacket(context.Background(), network, ":"+strconv.Itoa(int(port)))
	if err != nil {
		return nil, err
	}
	s.udp = listening.(*net.UDPConn)
	const ipv4Header, udpHeader = 20, 8
	if network == "udp4" {
		both := ipv4.NewPacketConn(s.udp)
		s.batchReader, s.sender.socket, s.longest = both, both, longest-ipv4Header-udpHeader
	} else {
		both := ipv6.NewPacketConn(s.udp)
		s.batchReader, s.sender.socket, s.longest = both, both, longest-udpHeader
	}
	return s, nil
}

// prepare sets the options of a socket that is not bound yet, and finds out what the kernel can do.
func (s *socket) prepare(fd int, network string, offload bool) error {
	for _, option := range []int{unix.SO_RCVBUF, unix.SO_SNDBUF, unix.SO_RCVBUFFORCE, unix.SO_SNDBUFFORCE} {
		// Up to the system's bound, and where we are allowed to beyond it. Less is slower, and no error.
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, option, bufferSize)
	}
	level, option := unix.IPPROTO_IP, unix.IP_PKTINFO
	if network == "udp6" {
		level, option = unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO
	}
	if err := unix.SetsockoptInt(fd, level, option, 1); err != nil {
		return fmt.Errorf("ask for the addresses that packets are sent to: %w", err)
	}
	if offload {
		_, err := unix.GetsockoptInt(fd, unix.IPPROTO_UDP, unix.UDP_SEGMENT)
		s.segments.Store(err == nil)
		s.coalesces = coalesce(fd)
	}
	return nil
}

// coalesce has the kernel give messages of several datagrams, if it is one that wireguard-go trusts with it: from Linux
// 5.12 on, which is the first that tells whether it does.
func coalesce(fd int) bool {
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_UDP, unix.UDP_GRO, 1); err != nil {
		return false
	}
	if on, err := unix.GetsockoptInt(fd, unix.IPPROTO_UDP, unix.UDP_GRO); err == nil && on == 1 {
		return true
	}
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_UDP, unix.UDP_GRO, 0) // which it took before
	return false
}

func (s *socket) port() uint16 { return s.udp.LocalAddr().(*net.UDPAddr).AddrPort().Port() }

func (s *socket) setMark(mark uint32) error {
	c, err := s.udp.SyscallConn()
	if err != nil {
		return err
	}
	var set error
	err = c.Control(func(fd uintptr) {
		set = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_MARK, int(mark))
	})
	return errors.Join(err, set)
}
