package probe

import (
	"bytes"
	"context"
	"crypto/rand"
	"net"
	"net/netip"
	"syscall"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"
)

// Echo sends echo requests (RFC 792, RFC 4443 section 4.1) by device from src to dst. The reply must carry the
// random token of the request, so that no other ping's reply is taken for ours.
func (p *Prober) Echo(ctx context.Context, device string, src, dst netip.Addr) (time.Duration, error) {
	conn, err := listenICMP(ctx, device, src)
	if err != nil {
		return 0, err
	}
	var request, reply icmp.Type = ipv4.ICMPTypeEcho, ipv4.ICMPTypeEchoReply
	proto := 1
	if dst.Is6() {
		request, reply, proto = ipv6.ICMPTypeEchoRequest, ipv6.ICMPTypeEchoReply, 58
	}
	if err := accept(conn, reply); err != nil {
		conn.Close()
		return 0, err
	}
	token := make([]byte, 18)
	rand.Read(token) // never fails (crypto/rand, Go 1.24)
	id := int(token[16])<<8 | int(token[17])
	return question{
		conn: conn,
		to:   target(dst),
		message: func(n int) ([]byte, error) {
			m := icmp.Message{Type: request, Body: &icmp.Echo{ID: id, Seq: n, Data: token}}
			return m.Marshal(nil) // the kernel fills in the checksum of ICMPv6
		},
		answer: func(packet []byte, from netip.Addr) (int, bool) {
			m, err := icmp.ParseMessage(proto, packet)
			if err != nil || m.Type != reply || from.WithZone("") != dst {
				return 0, false
			}
			echo, ok := m.Body.(*icmp.Echo)
			return seq(echo), ok && echo.ID == id && bytes.Equal(echo.Data, token)
		},
	}.ask(ctx)
}

func seq(e *icmp.Echo) int {
	if e == nil {
		return -1
	}
	return e.Seq
}

// accept lets one type of message into the socket, so that others wake nobody.
func accept(conn *net.IPConn, kind icmp.Type) error {
	if t, ok := kind.(ipv6.ICMPType); ok {
		var f ipv6.ICMPFilter
		f.SetAll(true)
		f.Accept(t)
		return ipv6.NewPacketConn(conn).SetICMPFilter(&f)
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	return control(raw, func(fd int) error {
		// struct icmp_filter: a set bit drops the type.
		return unix.SetsockoptInt(fd, unix.SOL_RAW, unix.ICMP_FILTER, int(^(uint32(1) << kind.(ipv4.ICMPType))))
	})
}

func control(raw syscall.RawConn, f func(fd int) error) error {
	var err error
	if cerr := raw.Control(func(fd uintptr) { err = f(int(fd)) }); cerr != nil {
		return cerr
	}
	return err
}
