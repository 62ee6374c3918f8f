// Package udpbind is the UDP sockets of wireguard-go: a conn.Bind that leaves packets where they lie. On Linux
// datagrams of one length go to the kernel, and come from it, as one message (UDP_SEGMENT, UDP_GRO: udp(7)), in pieces
// that are WireGuard's own buffers; conn.StdNetBind copies them together and apart. A buffer is so written only where
// its packet is, which is what keeps the process small: wireguard-go's have 64 KiB each.
package udpbind

import "log/slog"

// Options is what a Bind is made of.
type Options struct {
	// Log is told when the network takes no coalesced datagrams.
	Log *slog.Logger
	// AnswerWhereAsked has packets to a far end leave from the address at which it was heard last, for as long as that
	// is there: a machine with several addresses would else answer from the one of its route, and the answer would not
	// pass the NAT of who asked. The route stays free. A machine that roams wants it off: one late packet over the old
	// network would bind the next ones to it.
	AnswerWhereAsked bool
}
