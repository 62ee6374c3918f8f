package advertise

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"github.com/mdlayher/ndp"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"
)

// socket sends from an interface's link-local address, and hears the solicitations that come in by it.
type socket struct {
	raw net.PacketConn
	pc  *ipv6.PacketConn
}

// open binds to the device instead of naming it by a zone, because package net remembers for a minute which number a
// name had, and an interface may have been made anew.
func open(device string) (*socket, error) {
	ifi, err := net.InterfaceByName(device)
	if err != nil {
		return nil, err
	}
	addr, err := linkLocal(ifi)
	if err != nil {
		return nil, err
	}
	lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
		return errors.Join(c.Control(func(fd uintptr) {
			err = unix.BindToDevice(int(fd), device)
		}), err)
	}}
	raw, err := lc.ListenPacket(context.Background(), "ip6:ipv6-icmp", addr.String())
	if err != nil {
		return nil, err
	}
	pc := ipv6.NewPacketConn(raw)
	filter := new(ipv6.ICMPFilter)
	filter.SetAll(true)
	filter.Accept(ipv6.ICMPTypeRouterSolicitation)
	err = errors.Join(
		pc.SetICMPFilter(filter),
		pc.SetControlMessage(ipv6.FlagHopLimit, true),
		pc.JoinGroup(ifi, target(allRouters)),
		pc.SetMulticastInterface(ifi),
		pc.SetMulticastLoopback(false),
		pc.SetHopLimit(ndp.HopLimit),
		pc.SetMulticastHopLimit(ndp.HopLimit),
	)
	if err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	return &socket{raw, pc}, nil
}

func linkLocal(ifi *net.Interface) (netip.Addr, error) {
	addrs, err := ifi.Addrs()
	if err != nil {
		return netip.Addr{}, err
	}
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() == nil && n.IP.IsLinkLocalUnicast() {
			return netip.AddrFrom16([16]byte(n.IP)), nil
		}
	}
	return netip.Addr{}, fmt.Errorf("%s has no link-local address", ifi.Name)
}

func target(a netip.Addr) *net.IPAddr { return &net.IPAddr{IP: a.AsSlice()} }

// write sends one message; the kernel fills in its checksum (RFC 3542 section 3.1).
func (s *socket) write(m ndp.Message, to netip.Addr) error {
	b, err := ndp.MarshalMessage(m)
	if err == nil {
		_, err = s.pc.WriteTo(b, nil, target(to))
	}
	return err
}

// read waits for the next solicitation. hops is -1 where the kernel does not tell.
func (s *socket) read(buf []byte) (packet []byte, from netip.Addr, hops int, err error) {
	n, cm, src, err := s.pc.ReadFrom(buf)
	if err != nil {
		return nil, netip.Addr{}, 0, err
	}
	from, _ = netip.AddrFromSlice(src.(*net.IPAddr).IP)
	hops = -1
	if cm != nil {
		hops = cm.HopLimit
	}
	return buf[:n], from, hops, nil
}

func (s *socket) close() error { return s.raw.Close() }
