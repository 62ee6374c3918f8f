package userspace

import (
	"encoding/binary"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.zx2c4.com/wireguard/conn"
	"golang.zx2c4.com/wireguard/device"

	"mooring.dev/helpers/internal/udpbind"
)

// spacedBind is the sockets of WireGuard, and knows when a handshake was started last.
type spacedBind struct {
	conn.Bind
	initiated atomic.Int64 // when the newest handshake initiation was sent: Unix nanoseconds
}

var _ conn.Bind = (*spacedBind)(nil)

// newSpacedBind only assembles. A laptop's packets leave by whatever network leads to the hub now, so nothing is
// remembered of the one by which the hub was heard.
func newSpacedBind(log *slog.Logger) *spacedBind {
	return &spacedBind{Bind: udpbind.New(udpbind.Options{Log: log})}
}

// Send notes when a handshake is started, whoever started it.
func (b *spacedBind) Send(packets [][]byte, to conn.Endpoint) error {
	if p := packets[0]; len(p) == device.MessageInitiationSize && binary.LittleEndian.Uint32(p) == device.MessageInitiationType {
		b.initiated.Store(time.Now().UnixNano())
	}
	return b.Bind.Send(packets, to)
}

// spacing is how far two initiations are kept apart: the far end drops one that comes within
// device.HandshakeInitationRate (20 ms) of another, and the next would be tried only after 5 s. Twice that, since the
// way there may take the first one longer.
const spacing = 2 * device.HandshakeInitationRate

// waitForInitiation returns, within spacing, when another initiation may be sent.
func (b *spacedBind) waitForInitiation() { time.Sleep(spacing - time.Since(b.initiatedAt())) }

// initiatedAt is when the newest initiation was sent.
func (b *spacedBind) initiatedAt() time.Time { return time.Unix(0, b.initiated.Load()) }
