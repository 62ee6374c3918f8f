package userspace

import (
	"encoding/binary"
	"sync/atomic"
	"time"

	"golang.zx2c4.com/wireguard/conn"
	"golang.zx2c4.com/wireguard/device"
)

// freeBind is the sockets of WireGuard without their memory of the network by which the hub was last heard
// (conn/sticky_linux.go). A laptop's packets leave by whatever network leads to the hub now; with that memory, one late
// packet over the old network would bind the next ones to it, for as long as it stays up.
type freeBind struct {
	conn.Bind
	initiated atomic.Int64 // when the newest handshake initiation was sent: Unix nanoseconds
}

var _ conn.Bind = (*freeBind)(nil)

func newFreeBind() *freeBind { return &freeBind{Bind: conn.NewDefaultBind()} }

// Open starts to listen.
func (b *freeBind) Open(port uint16) ([]conn.ReceiveFunc, uint16, error) {
	receivers, actual, err := b.Bind.Open(port)
	for i, receive := range receivers {
		receivers[i] = func(packets [][]byte, sizes []int, from []conn.Endpoint) (int, error) {
			n, err := receive(packets, sizes, from)
			for j := range n {
				if sizes[j] > 0 { // others have no endpoint
					from[j].ClearSrc()
				}
			}
			return n, err
		}
	}
	return receivers, actual, err
}

// Send notes when a handshake is started, whoever started it.
func (b *freeBind) Send(packets [][]byte, to conn.Endpoint) error {
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
func (b *freeBind) waitForInitiation() {
	time.Sleep(spacing - time.Since(time.Unix(0, b.initiated.Load())))
}
