// Package datapath joins Ethernet to WireGuard in one process: it is the tun.Device of a wireguard-go device, and
// what that sends and receives are the frames of ports, each behind GRE and IPv4 (package gretap).
//
//	port (TAP)  <->  gretap  <-\
//	port (TAP)  <->  gretap  <--+->  wireguard-go  <->  UDP
//	link (TUN)  <------------->/
//
// A laptop has one port, a hub one for each device. IPv4 packets that are of none of the tunnels are the link's:
// what the machine itself says to the far end inside WireGuard.
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
)

// Tunnel says how one port's frames travel.
type Tunnel struct {
	gretap.Tunnel
	TTL     uint8 // of the outer packets
	LinkMTU int   // octets of outer packet that the link carries; longer ones are fragmented

	// PeerMAC, where it is not zero, is the only source that a frame from the far end may have: what a hub knows of
	// a device whose MAC is pinned. Other frames are dropped and counted.
	PeerMAC [6]byte
}

// Counters of one tunnel, since it was attached.
type Counters struct {
	FramesIn, BytesIn   uint64 // from the far end, given to the port
	FramesOut, BytesOut uint64 // from the port, given to WireGuard

	ForeignMAC uint64                    // from the far end, dropped: not PeerMAC
	Refused    [gretap.NumReasons]uint64 // from the far end, by reason
	PortErrors uint64                    // frames that the port did not take
	BadFrames  uint64                    // from the port, dropped: no frame, or an offload that was not asked for
}

// Far is the address of the far end, by which a tunnel is found.
func (t Tunnel) Far() netip.Addr { return t.Remote }
