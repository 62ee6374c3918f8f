package probe

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"

	"github.com/mdlayher/ndp"
)

// Where things lie in a frame of IPv6 without extension headers, and what they are.
const (
	ethernetLen    = 14
	icmpAt         = ethernetLen + 40
	typeIPv6       = 0x86dd
	protocolICMPv6 = 58
)

// ownerRepeat is how long one question is waited for: the caller has little time, and multicast gets lost.
const ownerRepeat = 100 * time.Millisecond

// duplicateQuestion is the device's own.
func (d device) duplicateQuestion(addr netip.Addr) ([]byte, error) {
	if len(d.HardwareAddr) != 6 {
		return nil, fmt.Errorf("%s has no MAC", d.Name)
	}
	return duplicateQuestion([6]byte(d.HardwareAddr), addr)
}

// duplicateQuestion is the whole frame by which Duplicate Address Detection asks for addr (RFC 4862 section 5.4.2): a
// neighbour solicitation from the unspecified address to the group of addr.
func duplicateQuestion(mac [6]byte, addr netip.Addr) ([]byte, error) {
	group, err := ndp.SolicitedNodeMulticast(addr)
	if err != nil {
		return nil, err
	}
	message, err := ndp.MarshalMessageChecksum(&ndp.NeighborSolicitation{TargetAddress: addr}, netip.IPv6Unspecified(), group)
	if err != nil {
		return nil, err
	}
	to := group.As16()
	b := append([]byte{0x33, 0x33}, to[12:]...) // RFC 2464 section 7
	b = append(b, mac[:]...)
	b = binary.BigEndian.AppendUint16(b, typeIPv6)
	b = append(b, 6<<4, 0, 0, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(len(message)))
	b = append(b, protocolICMPv6, 255)
	b = append(b, make([]byte, 16)...)
	b = append(b, to[:]...)
	return append(b, message...), nil
}

// duplicateAnswer reads who has addr from a frame that may be the advertisement which says so.
func duplicateAnswer(frame []byte, addr netip.Addr) (mac [6]byte, ok bool) {
	if len(frame) < icmpAt || binary.BigEndian.Uint16(frame[12:]) != typeIPv6 ||
		frame[ethernetLen+6] != protocolICMPv6 || frame[ethernetLen+7] != 255 {
		return mac, false
	}
	message, err := ndp.ParseMessage(frame[icmpAt:])
	if err != nil {
		return mac, false
	}
	advertisement, ok := message.(*ndp.NeighborAdvertisement)
	if !ok || advertisement.TargetAddress != addr {
		return mac, false
	}
	for _, option := range advertisement.Options {
		l, ok := option.(*ndp.LinkLayerAddress)
		if ok && l.Direction == ndp.Target && len(l.Addr) == len(mac) {
			return [6]byte(l.Addr), true
		}
	}
	return mac, false
}
