package gretap

import (
	"encoding/binary"
	"slices"
	"time"
)

// run is a stretch of payload that is held, from start up to but without end.
type run struct{ start, end int }

// datagram is one that is not complete yet. Its payload lies at its place in buffer, behind room for a header
// without options, which the whole datagram has no use for.
type datagram struct {
	id        uint16
	deadline  time.Time
	buffer    []byte
	header    int   // length of the first fragment's header, with options; 0 until that has come
	runs      []run // in order, apart or side by side, never overlapping
	held      int   // octets of payload
	end       int   // of the payload: where the last fragment ends, or the farthest so far
	last      bool  // the last fragment has come
	fragments int
	ecn       uint8 // a bit for each codepoint seen
}

// insert notes the fragment from start to end, unless it is refused. The refusals are those of ip_frag_queue and
// inet_frag_queue_insert. A duplicate is what lies wholly inside of what came in order; a fragment that covers two
// runs is an overlap, even where it brings nothing new.
func (d *datagram) insert(start, end int, last bool, limit int) Reason {
	if last && end < d.end || d.last && end > d.end {
		return FragmentEndMoved
	}
	d.last = d.last || last
	d.end = max(d.end, end)

	tail := len(d.runs) - 1
	switch {
	case tail < 0 || start > d.runs[tail].end:
		d.runs = append(d.runs, run{start, end})
	case end > d.runs[tail].end:
		if start < d.runs[tail].end {
			return FragmentOverlap
		}
		d.runs[tail].end = end
	default:
		i := slices.IndexFunc(d.runs, func(r run) bool { return start < r.end }) // the tail, if no other
		switch r := d.runs[i]; {
		case end <= r.start:
			d.runs = slices.Insert(d.runs, i, run{start, end})
		case start >= r.start && end <= r.end:
			return FragmentDuplicate
		default:
			return FragmentOverlap
		}
	}
	d.fragments++
	if d.fragments > limit {
		return FragmentTooMany
	}
	return OK
}

// store copies the payload p of a fragment that insert has taken.
func (d *datagram) store(o outer, start int, p []byte) {
	copy(d.buffer[ipHeader+start:], p)
	d.held += len(p)
	d.ecn |= 1 << o.ecn()
	if start == 0 {
		d.header = o.header()
		copy(d.buffer, o[:ipHeader])
	}
}

func (d *datagram) complete() bool { return d.header > 0 && d.last && d.held == d.end }

// whole makes one packet of a complete datagram: ip_frag_reasm. The header is the first fragment's, but that
// congestion which any fragment met is told.
func (d *datagram) whole() (outer, Reason) {
	if d.ecn&(1<<ecnNotECT) != 0 && d.ecn != 1<<ecnNotECT {
		return nil, FragmentMixedECN
	}
	if d.header+d.end > maxPacket {
		return nil, DatagramTooLong
	}
	packet := d.buffer[:ipHeader+d.end]
	packet[0] = 4<<4 | ipHeader/4
	if d.ecn&(1<<ecnCE) != 0 {
		packet[1] |= ecnCE
	}
	binary.BigEndian.PutUint16(packet[2:], uint16(len(packet)))
	binary.BigEndian.PutUint16(packet[6:], 0)
	setChecksum(packet[:ipHeader])
	return packet, OK
}
