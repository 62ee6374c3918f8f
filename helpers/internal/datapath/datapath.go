// Package datapath joins Ethernet to WireGuard in one process: it is the tun.Device of a wireguard-go device, and
// what that sends and receives are the frames of ports, each behind GRE and IPv4 (package gretap).
//
//	port (TAP)  <->  gretap  <-\
//	port (TAP)  <->  gretap  <--+->  wireguard-go  <->  UDP
//	link (TUN)  <------------->/
//
// A laptop has one port, a hub one for each device. IPv4 packets that are of none of the tunnels are the link's:
// what the machine itself says to the far end inside WireGuard.
//
// A port hands over superframes of up to 64 KiB: one system call for some fifty segments. On the way out (Read) they
// are cut straight into wireguard-go's buffers, every checksum finished; on the way in (Write) the segments of a
// batch are coupled again and given to the port where they lie, without a copy. One goroutine, wireguard-go's
// reader, serves all ports in turn; the package starts none. Device.Pace keeps wireguard-go from hoarding packets.
package datapath

import (
	"errors"
	"net/netip"

	"mooring.dev/helpers/internal/gretap"
)

// Errors that callers ask for with errors.Is.
var (
	// ErrClosed is given by everything of a Device or a Port that was closed.
	ErrClosed = errors.New("datapath: closed")
	// ErrTaken is given for a second port of the same far end, or a second link.
	ErrTaken = errors.New("datapath: already attached")
	// ErrEmpty is given by Port.Receive when nothing waits.
	ErrEmpty = errors.New("datapath: nothing to receive")
	// ErrGone is given by a Port whose interface was deleted. It does not come back.
	ErrGone = errors.New("datapath: the interface is gone")
)

// maxLinkMTU is what wireguard-go's buffers hold beside its own headers.
const maxLinkMTU = 65535 - 32

// Tunnel says how one port's frames travel.
type Tunnel struct {
	gretap.Tunnel
	TTL     uint8 // of the outer packets
	LinkMTU int   // octets of outer packet that the link carries; longer ones are fragmented

	// PeerMAC, where it is not zero, is the only source that a frame from the far end may have: what a hub knows of
	// a device whose MAC is pinned. Other frames are dropped and counted.
	PeerMAC [6]byte
}

// Far is the address of the far end, by which a tunnel is found.
func (t Tunnel) Far() netip.Addr { return t.Remote }

// Counters of one tunnel, since it was attached. Frames are those that travel, 1,400 octets or so each, and not the
// superframes of the port.
type Counters struct {
	FramesIn, BytesIn   uint64 // from the far end, given to the port
	FramesOut, BytesOut uint64 // from the port, given to WireGuard
	SuperframesIn       uint64 // times that the port was given one frame or several coupled ones

	ForeignMAC uint64                    // from the far end, dropped: not PeerMAC
	Refused    [gretap.NumReasons]uint64 // from the far end, by reason
	PortErrors uint64                    // frames that the port did not take: its interface is down, or memory is short
	BadFrames  uint64                    // from the port, dropped: no frame, or an offload that was not asked for

	// Down is that the port failed for good: its interface was deleted. It stays attached, and drops and counts what comes,
	// until it is detached.
	Down bool
}

// LinkCounters are those of the link: packets of IPv4 instead of frames.
type LinkCounters struct {
	PacketsIn, BytesIn   uint64 // from WireGuard, given to the port
	PacketsOut, BytesOut uint64 // from the port, given to WireGuard
	SuperframesIn        uint64
	PortErrors           uint64
	BadPackets           uint64 // from the port, dropped: not IPv4, or an offload that was not asked for

	Down bool
}
