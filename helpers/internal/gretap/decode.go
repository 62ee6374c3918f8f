package gretap

import (
	"encoding/binary"
	"math/bits"
	"time"
)

// Decoder unpacks what comes from the far end of one tunnel. Counts may be called at any time; the rest is for one
// goroutine at a time.
type Decoder struct {
	tunnel        Tunnel
	local, remote uint32
	fragments     reassembler
	counters      counters
}

// NewDecoder makes a Decoder that takes the packets of t and holds no more fragments than l allows. It takes
// memory for fragments when the first one comes.
func NewDecoder(t Tunnel, l Limits) (*Decoder, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	if err := l.check(); err != nil {
		return nil, err
	}
	d := &Decoder{tunnel: t, local: word(t.Local), remote: word(t.Remote)}
	d.fragments = reassembler{limits: l, pool: pool{limit: l.Bytes}, counters: &d.counters}
	return d, nil
}

// Decode finds the frame in an outer packet. frame is a view of packet, without a frame check sequence, and nil
// unless the reason is OK. Fragment means that packet is a part of a datagram: give it to Reassemble. Any other
// reason is a refusal, and counted.
//
// What is taken is what a gretap made without csum and seq takes: GRE's sequence number is passed over (ip_tunnel_rcv
// looks at it only with iseq), and so are "strict source route", the recursion control and the topmost flag, which
// gre_rcv and gre_parse_header do not look at either. Where the outer header says "congestion experienced", the
// frame's IP header is made to say it too.
func (d *Decoder) Decode(packet []byte) (frame []byte, r Reason) {
	o, r := d.outer(packet)
	if r == OK {
		frame, r = d.inner(o)
	}
	d.counters.count(r)
	return frame, r
}

// Reassemble takes the packets that Decode calls a Fragment; now is the time of their arrival. The reason is Held
// until a fragment makes a datagram whole, which is then decoded: frame is a view of the Decoder's own memory then
// and is good until the next Reassemble or Expire.
func (d *Decoder) Reassemble(packet []byte, now time.Time) (frame []byte, r Reason) {
	o, r := d.outer(packet)
	if r == Fragment {
		o, r = d.fragments.add(o, now)
	}
	if r == OK {
		frame, r = d.inner(o)
	}
	d.counters.count(r)
	return frame, r
}

// Expire drops the datagrams whose time has passed at now and gives back memory when none is left. Reassemble does
// the former too, so a call every few seconds is enough; it is what empties the Decoder of a peer gone silent.
func (d *Decoder) Expire(now time.Time) { d.fragments.sweep(now) }

// Held is the number of incomplete datagrams and the octets of memory taken for datagrams, in use or kept for the
// next ones. Neither ever passes the Limits.
func (d *Decoder) Held() (datagrams, bytes int) { return len(d.fragments.live), d.fragments.pool.held }

// Counts is how often each Reason has come up, indexed by it: packets, but for DatagramTimedOut and DatagramEvicted.
// Counts[OK] is 0.
func (d *Decoder) Counts() [NumReasons]uint64 { return d.counters.read() }

func (d *Decoder) outer(packet []byte) (o outer, r Reason) {
	o, r = parseOuter(packet)
	switch {
	case r != OK:
	case binary.BigEndian.Uint32(o[12:]) != d.remote:
		r = WrongSource
	case binary.BigEndian.Uint32(o[16:]) != d.local:
		r = WrongDestination
	case o.fragment() != 0:
		r = Fragment
	}
	return o, r
}

func (d *Decoder) inner(o outer) (frame []byte, r Reason) {
	b := o.payload()
	if len(b) < greHeader {
		return nil, ShortGRE
	}
	flags := b[0]
	if b[1]&0x7f != 0 {
		return nil, BadGREVersion
	}
	if flags&flagRouting != 0 {
		return nil, GRERouting
	}
	header := greHeader + greWord*bits.OnesCount8(flags&(flagChecksum|flagKey|flagSequence))
	if len(b) < header {
		return nil, ShortGRE
	}
	if binary.BigEndian.Uint16(b[2:]) != etherBridge {
		return nil, NotEthernet
	}
	if flags&flagChecksum != 0 {
		return nil, GREChecksum
	}
	switch {
	case flags&flagKey == 0:
		if d.tunnel.Keyed {
			return nil, KeyMissing
		}
	case !d.tunnel.Keyed:
		return nil, KeyUnexpected
	case binary.BigEndian.Uint32(b[greHeader:]) != d.tunnel.Key: // no checksum stands before it
		return nil, WrongKey
	}
	frame = b[header:]
	if len(frame) < ethHeader {
		return nil, ShortFrame
	}
	if o.ecn() == ecnCE && !markCongestion(frame) {
		return nil, NotECNCapable
	}
	return frame, OK
}
