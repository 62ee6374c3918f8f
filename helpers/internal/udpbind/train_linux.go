package udpbind

import "golang.zx2c4.com/wireguard/conn"

// train is one message of the kernel's: datagrams of one length, of which the last may be shorter.
type train struct {
	pieces [][]byte // where it was read to, one after another; all of one length
	over   []byte   // and from there, if they were too small; as long as any message
	size   int      // octets
	// segment is the length of its datagrams; 0 or less: it is one.
	segment int
	from    conn.Endpoint
}

// count is how many datagrams it has.
func (t *train) count() int {
	if t.segment <= 0 || t.size <= t.segment {
		return 1
	}
	return (t.size + t.segment - 1) / t.segment
}

// longest is the length of its first datagram.
func (t *train) longest() int {
	if t.segment <= 0 {
		return t.size
	}
	return min(t.segment, t.size)
}

// fits says whether each datagram lies in a piece of its own.
func (t *train) fits() bool {
	if n := t.count(); n > 1 {
		return n <= len(t.pieces) && t.segment == len(t.pieces[0])
	}
	return len(t.pieces) > 0 && t.size <= len(t.pieces[0])
}

// told tells the lengths of the datagrams of a train that fits.
func (t *train) told(sizes []int, from []conn.Endpoint) int {
	n := t.count()
	left := t.size
	for i := range n {
		sizes[i], from[i] = min(left, len(t.pieces[i])), t.from
		left -= sizes[i]
	}
	return n
}

// gather brings the whole train into its own memory. What is left of it no longer lies in packets of WireGuard's.
func (t *train) gather() []byte {
	offered := 0
	for _, p := range t.pieces {
		offered += len(p)
	}
	if t.size > offered {
		copy(t.over[offered:], t.over[:t.size-offered])
	}
	whole := t.over[:t.size]
	at := 0
	for _, p := range t.pieces {
		at += copy(whole[at:], p)
	}
	return whole
}

// rest is what is to be told of a train that was gathered.
type rest struct {
	data    []byte // nil: nothing
	segment int
	from    conn.Endpoint
}

// take copies datagrams to where they belong, until there are no more of them or of packets. It tells how many. One that
// is longer than its packet is dropped.
func (r *rest) take(packets [][]byte, sizes []int, from []conn.Endpoint) int {
	n := 0
	for ; n < len(packets) && len(r.data) > 0; n++ {
		next := r.data
		if r.segment > 0 {
			next = r.data[:min(r.segment, len(r.data))]
		}
		r.data = r.data[len(next):]
		sizes[n], from[n] = 0, r.from
		if len(next) <= len(packets[n]) {
			sizes[n] = copy(packets[n], next)
		}
	}
	return n
}
