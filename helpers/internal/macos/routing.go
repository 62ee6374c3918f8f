package macos

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"net/netip"
)

// Route is an entry of the routing table.
type Route struct {
	To        netip.Prefix
	Via       netip.Addr // invalid: To is on the link
	Interface int        // the system's number
	// Scoped says that it serves only packets which are bound to the interface, be it by their source address
	// (selectroute, bsd/netinet6/in6_src.c). Others do not see it.
	Scoped bool
}

func (r Route) String() string {
	s := r.To.String()
	if r.Via.IsValid() {
		s += " via " + r.Via.String()
	}
	s += fmt.Sprintf(" by %d", r.Interface)
	if r.Scoped {
		s += " scoped"
	}
	return s
}

// Message is one of the routing socket's (route(4)), as far as we use it.
type Message struct {
	Type      uint8
	Interface int
	Flags     uint32 // RTF_ of a route, IFF_ of an interface
	Process   int32  // who asked, and that one's number for it
	Sequence  int32
	Errno     int32

	To      netip.Prefix // of a route
	Gateway netip.Addr
	Source  netip.Addr // of a route: the address of the interface by which it leaves; of RTM_NEWADDR: what was added
}

// Types of messages (bsd/net/route.h).
const (
	TypeAdd        = 1
	TypeDelete     = 2
	TypeChange     = 3
	TypeGet        = 4
	TypeNewAddress = 12
	TypeDelAddress = 13
	TypeInterface  = 14
	routingVersion = 5
)

// Flags of a route.
const (
	routeUp        = 0x1
	routeGateway   = 0x2
	routeHost      = 0x4
	routeReject    = 0x8
	routeCloning   = 0x100
	routeNeighbour = 0x400 // RTF_LLINFO
	routeStatic    = 0x800
	routeBlackhole = 0x1000
	routeCloned    = 0x20000 // RTF_WASCLONED
	routeScoped    = 0x1000000
)

// Which socket addresses follow the header, in this order.
const (
	hasDestination = 1 << iota
	hasGateway
	hasMask
	hasGenmask
	hasInterface
	hasSource
	hasAuthor
	hasBroadcast
	allAddresses = hasBroadcast<<1 - 1
)

// Sizes of the headers.
const (
	sizeofRouteHeader     = 92  // struct rt_msghdr
	sizeofInterfaceHeader = 112 // struct if_msghdr
	sizeofAddressHeader   = 20  // struct ifa_msghdr
)

// ErrBadMessage is what is wrong with a message that makes no sense.
var ErrBadMessage = errors.New("macos: bad routing message")

// encodeRoute asks to add or delete a route.
func encodeRoute(kind uint8, r Route, sequence int32) []byte {
	flags, gateway := uint32(routeUp|routeStatic|routeCloning), sockaddrLink(r.Interface)
	if r.Via.IsValid() {
		flags, gateway = routeUp|routeStatic|routeGateway, sockaddr(r.Via, r.Interface)
	}
	if r.Scoped {
		flags |= routeScoped
	}
	return encode(kind, r.Interface, flags, sequence, hasDestination|hasGateway|hasMask|hasInterface,
		sockaddr(r.To.Addr(), r.Interface), gateway, sockaddr(maskOf(r.To), 0), sockaddrLink(r.Interface))
}

// encodeGet asks by which route, interface and source address a packet would leave for dst.
func encodeGet(dst netip.Addr, sequence int32) []byte {
	flags := uint32(routeUp | routeHost)
	return encode(TypeGet, 0, flags, sequence, hasDestination|hasInterface, sockaddr(dst, 0), sockaddrLink(0))
}

func encode(kind uint8, index int, flags uint32, sequence int32, has uint32, addresses ...[]byte) []byte {
	b := make([]byte, sizeofRouteHeader)
	for _, a := range addresses {
		b = append(b, a...) // each has a length that is a multiple of four
	}
	le := binary.LittleEndian
	le.PutUint16(b, uint16(len(b)))
	b[2], b[3] = routingVersion, kind
	le.PutUint16(b[4:], uint16(index))
	le.PutUint32(b[8:], flags)
	le.PutUint32(b[12:], has)
	le.PutUint32(b[20:], uint32(sequence))
	return b
}

// DecodeMessages reads what one read of the routing socket, or the routing table by sysctl, gave. Messages of kinds
// that we do not know have nothing but their type.
func DecodeMessages(b []byte) ([]Message, error) {
	var all []Message
	for len(b) > 0 {
		if len(b) < 4 {
			return all, fmt.Errorf("%w: %d octets at the end", ErrBadMessage, len(b))
		}
		n := int(binary.LittleEndian.Uint16(b))
		if n < 4 || n > len(b) {
			return all, fmt.Errorf("%w: says that it has %d octets of %d", ErrBadMessage, n, len(b))
		}
		if b[2] == routingVersion {
			m, err := decode(b[:n])
			if err != nil {
				return all, err
			}
			all = append(all, m)
		}
		b = b[n:]
	}
	return all, nil
}

func decode(b []byte) (Message, error) {
	m := Message{Type: b[3]}
	size, addrsAt, indexAt := sizeofRouteHeader, 12, 4
	switch m.Type {
	case TypeInterface:
		size, addrsAt, indexAt = sizeofInterfaceHeader, 4, 12
	case TypeNewAddress, TypeDelAddress:
		size, addrsAt, indexAt = sizeofAddressHeader, 4, 12
	case TypeAdd, TypeDelete, TypeChange, TypeGet:
	default:
		return m, nil
	}
	if len(b) < size {
		return m, fmt.Errorf("%w: type %d of %d octets", ErrBadMessage, m.Type, len(b))
	}
	le := binary.LittleEndian
	m.Interface = int(le.Uint16(b[indexAt:]))
	m.Flags = le.Uint32(b[8:])
	if size == sizeofRouteHeader {
		m.Process, m.Sequence, m.Errno = int32(le.Uint32(b[16:])), int32(le.Uint32(b[20:])), int32(le.Uint32(b[24:]))
	}
	if m.Type == TypeInterface {
		return m, nil // its name is asked for by number
	}
	m.readAddresses(le.Uint32(b[addrsAt:])&allAddresses, b[size:])
	return m, nil
}

// readAddresses takes those that are there whole.
func (m *Message) readAddresses(has uint32, b []byte) {
	var dst netip.Addr
	var mask []byte
	masked := false
	for ; has != 0 && len(b) > 0; has &= has - 1 {
		a := b[:min(int(b[0]), len(b))]
		switch has & -has {
		case hasDestination:
			dst = readAddress(a)
		case hasGateway:
			m.Gateway = readAddress(a)
		case hasMask:
			mask, masked = a, true
		case hasSource:
			m.Source = readAddress(a)
		}
		b = b[min(max(4, (len(a)+3)&^3), len(b)):]
	}
	if !dst.IsValid() {
		return
	}
	length := dst.BitLen()
	switch {
	case masked:
		length = maskLength(mask, dst)
	case dst.IsUnspecified() && m.Flags&routeHost == 0:
		length = 0
	}
	m.To, _ = dst.Prefix(length)
}

// maskLength counts the ones of a mask, of which the kernel leaves out zeros at the end, and may leave out the family.
func maskLength(mask []byte, of netip.Addr) int {
	at, n := 4, 4
	if of.Is6() {
		at, n = 8, 16
	}
	ones := 0
	for i := at; i < min(at+n, len(mask)); i++ {
		ones += bits.LeadingZeros8(^mask[i])
		if mask[i] != 0xff {
			break
		}
	}
	return ones
}

// Usable reports whether a message describes a route that carries packets.
func (m Message) Usable() bool {
	return m.Flags&routeUp != 0 && m.Flags&(routeReject|routeBlackhole) == 0
}

// Cloned says that the kernel made the route itself for one destination.
func (m Message) Cloned() bool { return m.Flags&routeCloned != 0 }

// Route is the message's entry of the table.
func (m Message) Route() Route {
	r := Route{To: m.To, Interface: m.Interface, Scoped: m.Flags&routeScoped != 0}
	if m.Flags&routeGateway != 0 {
		r.Via = m.Gateway
	}
	return r
}
