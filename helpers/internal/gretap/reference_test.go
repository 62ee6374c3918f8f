package gretap

import (
	"encoding/binary"
	"time"
)

// reference reassembles as ip_frag_queue is read octet by octet, without any bound but the longest packet and time.
type reference struct {
	timeout time.Duration
	live    map[uint16]*referenceDatagram
}

type referenceDatagram struct {
	born   time.Time
	octets [65536]byte
	run    [65536]uint16 // which run an octet came in; 0 where it has not come
	runs   uint16
	tail   uint16 // the run with the farthest octet
	far    int    // the end of it
	end    int    // what inet_frag_queue calls len
	last   bool
	header int // the first fragment's
	tos    []byte
}

// add takes a fragment that parseOuter finds good, and gives the GRE payload of a datagram that became whole.
func (ref *reference) add(packet []byte, now time.Time) ([]byte, Reason) {
	for id, d := range ref.live {
		if now.Sub(d.born) >= ref.timeout {
			delete(ref.live, id)
		}
	}
	id := binary.BigEndian.Uint16(packet[4:])
	d := ref.live[id]
	if d == nil {
		d = &referenceDatagram{born: now}
		ref.live[id] = d
	}
	header := int(packet[0]&15) * 4
	p := packet[header:]
	from := int(binary.BigEndian.Uint16(packet[6:])&0x1fff) * 8
	last := packet[6]&0x20 == 0
	for !last && len(p)%8 != 0 {
		p = p[:len(p)-1]
	}
	r := d.add(from, p, last)
	if r == Held {
		d.tos = append(d.tos, packet[1])
		if from == 0 {
			d.header = header
		}
		if d.last && d.first() && d.whole() {
			delete(ref.live, id)
			if !sameECN(d.tos) {
				return nil, FragmentMixedECN
			}
			if d.header+d.end > 65535 {
				return nil, DatagramTooLong
			}
			return d.octets[:d.end], OK
		}
		return nil, Held
	}
	if r != FragmentDuplicate {
		delete(ref.live, id)
	}
	return nil, r
}

func (d *referenceDatagram) add(from int, p []byte, last bool) Reason {
	end := from + len(p)
	if len(p) == 0 {
		return FragmentEmpty
	}
	if end > 65515 {
		return DatagramTooLong
	}
	if last {
		if end < d.end || d.last && end != d.end {
			return FragmentEndMoved
		}
		d.last, d.end = true, end
	} else if end > d.end {
		if d.last {
			return FragmentEndMoved
		}
		d.end = end
	}
	run := d.run[from]
	for i := from; i < end; i++ {
		if d.run[i] != run {
			return FragmentOverlap
		}
	}
	if run != 0 {
		return FragmentDuplicate
	}
	if from == d.far && d.tail != 0 {
		run = d.tail // what comes right behind the farthest joins it
	} else {
		d.runs++
		run = d.runs
	}
	for i, b := range p {
		d.octets[from+i], d.run[from+i] = b, run
	}
	if end > d.far {
		d.far, d.tail = end, run
	}
	return Held
}

func (d *referenceDatagram) first() bool { return d.run[0] != 0 }

func (d *referenceDatagram) whole() bool {
	for i := range d.end {
		if d.run[i] == 0 {
			return false
		}
	}
	return true
}

// sameECN is whether the fragments agree on being ECN-capable.
func sameECN(tos []byte) bool {
	capable := 0
	for _, t := range tos {
		if t&3 != 0 {
			capable++
		}
	}
	return capable == 0 || capable == len(tos)
}
