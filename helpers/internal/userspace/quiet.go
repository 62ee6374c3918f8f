package userspace

import (
	"sync/atomic"

	"mooring.dev/helpers/internal/datapath"
)

// quietPort keeps refusals from leaving until it may say them: see reconcile.Engine.Vouch.
type quietPort struct {
	datapath.Port
	vouched atomic.Bool
}

// Receive gives an empty frame, which the datapath drops, instead of a refusal.
func (p *quietPort) Receive(buf []byte, f *datapath.Superframe) error {
	err := p.Port.Receive(buf, f)
	if err == nil && !p.vouched.Load() && isRefusal(f.Frame) {
		*f = datapath.Superframe{}
	}
	return err
}

// isRefusal reports whether a frame is a TCP reset (RFC 9293 section 3.5.2) or an ICMPv6 destination unreachable
// (RFC 4443 section 3.1). The kernel's own have no extension headers.
func isRefusal(frame []byte) bool {
	const ethernet, ipv6 = 14, 40
	if len(frame) <= ethernet+ipv6+13 || frame[12] != 0x86 || frame[13] != 0xdd {
		return false
	}
	switch transport := frame[ethernet+ipv6:]; frame[ethernet+6] {
	case 6: // TCP
		return transport[13]&0x04 != 0
	case 58: // ICMPv6
		return transport[0] == 1
	}
	return false
}
