package gretap

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"
)

// Limits bound what one tunnel's fragments may take, so that a far end can crowd out only itself.
type Limits struct {
	// Datagrams that may be incomplete at once. One more takes the place of the oldest: of a datagram that lost a
	// fragment nothing more comes, and were it kept instead, a lossy path would soon stop all. This also does what
	// ipfrag_max_dist is for: fragments of an identification used again do not meet long after (RFC 4963).
	Datagrams int
	// Bytes of memory for datagrams: 2 KiB for one of up to 2048 octets, 64 KiB for a longer one.
	Bytes int
	// Fragments of one datagram. It is what bounds the work on tiny ones.
	Fragments int
	// Timeout of a datagram, from its first fragment on: later ones do not prolong it (inet_frag_create).
	Timeout time.Duration
}

// DefaultLimits are for a tunnel over a link of 1420 or 1220 octets: the longest datagram in 1220 octets makes 55
// fragments. A second is much, because the fragments of a datagram leave the far end in one burst and may be
// delayed but not parted by the path; the 30 s of Linux would outlive the 65536 identifications many times.
func DefaultLimits() Limits {
	return Limits{Datagrams: 64, Bytes: 256 << 10, Fragments: 64, Timeout: time.Second}
}

func (l Limits) check() error {
	if l.Datagrams < 1 || l.Bytes < smallBuffer || l.Fragments < 2 || l.Timeout <= 0 {
		return fmt.Errorf("gretap: limits %+v do not let a single datagram be reassembled", l)
	}
	return nil
}

// reassembler puts fragments together as ip_frag_queue and inet_frag_queue_insert do. All are of one source, one
// destination and one protocol, so the identification alone tells datagrams apart (RFC 791 section 3.2).
type reassembler struct {
	limits   Limits
	live     []*datagram // oldest first
	spare    []*datagram
	done     []byte // the buffer of the datagram that was handed out last
	pool     pool
	counters *counters
}

// add takes one fragment. whole is the datagram when the reason is OK, and good until the next call.
func (r *reassembler) add(o outer, now time.Time) (whole outer, why Reason) {
	r.expire(now)
	id := binary.BigEndian.Uint16(o[4:])
	d := r.find(id)
	p := o.payload()
	start := int(o.fragment()&offsetMask) * 8
	more := o.fragment()&flagMore != 0
	if more {
		p = p[:len(p)&^7] // ip_frag_queue cuts, it does not refuse
	}
	end := start + len(p)
	switch {
	case end == start:
		why = FragmentEmpty
	case end > maxPacket-ipHeader:
		why = DatagramTooLong
	default:
		if d == nil {
			d = r.open(id, now)
		}
		if why = d.insert(start, end, !more, r.limits.Fragments); why == OK && !r.makeRoom(d, end) {
			why = DatagramTooLarge
		}
	}
	if why == FragmentDuplicate {
		return nil, why
	}
	if why == OK {
		d.store(o, start, p)
		if !d.complete() {
			return nil, Held
		}
		whole, why = d.whole()
	}
	if why == OK {
		r.done, d.buffer = d.buffer, nil
	}
	if d != nil {
		r.drop(d)
	}
	return whole, why
}

func (r *reassembler) find(id uint16) *datagram {
	for _, d := range r.live {
		if d.id == id {
			return d
		}
	}
	return nil
}

// open begins a datagram, where need be in place of the oldest.
func (r *reassembler) open(id uint16, now time.Time) *datagram {
	if len(r.live) == r.limits.Datagrams {
		r.evict(r.live[0])
	}
	if len(r.spare) == 0 {
		r.spare = append(r.spare, new(datagram))
	}
	n := len(r.spare) - 1
	d := r.spare[n]
	r.spare = r.spare[:n]
	*d = datagram{id: id, deadline: now.Add(r.limits.Timeout), runs: d.runs[:0]}
	r.live = append(r.live, d)
	return d
}

// makeRoom gives d a buffer in which its payload can reach to end, where need be at the cost of older datagrams.
func (r *reassembler) makeRoom(d *datagram, end int) bool {
	size := smallBuffer
	if ipHeader+end > size {
		size = largeBuffer
	}
	if len(d.buffer) >= size {
		return true
	}
	if len(d.buffer)+size > r.limits.Bytes { // both are held for the moment of copying
		return false
	}
	b := r.pool.take(size)
	for b == nil { // ends with the last datagram but d, by the comparison above
		oldest := r.live[0]
		if oldest == d {
			oldest = r.live[1]
		}
		r.evict(oldest)
		b = r.pool.take(size)
	}
	if d.buffer != nil {
		copy(b, d.buffer)
		r.pool.give(d.buffer)
	}
	d.buffer = b
	return true
}

func (r *reassembler) evict(d *datagram) {
	r.counters.count(DatagramEvicted)
	r.drop(d)
}

func (r *reassembler) drop(d *datagram) {
	i := slices.Index(r.live, d)
	r.live = slices.Delete(r.live, i, i+1)
	if d.buffer != nil {
		r.pool.give(d.buffer)
		d.buffer = nil
	}
	r.spare = append(r.spare, d)
}

// expire ends the loan of the last whole datagram and drops those whose time has come.
func (r *reassembler) expire(now time.Time) {
	if r.done != nil {
		r.pool.give(r.done)
		r.done = nil
	}
	for len(r.live) > 0 && !now.Before(r.live[0].deadline) {
		r.counters.count(DatagramTimedOut)
		r.drop(r.live[0])
	}
}

func (r *reassembler) sweep(now time.Time) {
	r.expire(now)
	if len(r.live) == 0 {
		r.pool.empty()
		r.spare = nil
	}
}
