package datapath

import (
	"errors"
	"sync"

	"mooring.dev/helpers/internal/gretap"
)

// reader is the way out: from the ports to wireguard-go. Its memory serves all ports.
type reader struct {
	mu     sync.Mutex // guards what follows: wireguard-go reads with one goroutine
	turn   waiter
	buf    []byte     // where a port puts its superframe
	frame  Superframe // a view of buf
	cut    cutter     // of frame
	lane   *lane      // whose frame it is
	packet []byte     // an outer packet that is longer than the link carries; nil until the first one
	whole  int        // its length
	from   int        // octet of its payload where the next fragment begins; 0: there is none
}

// Read gives outer packets to wireguard-go: it waits for the first, and takes more while there are some, up to half
// of bufs, so that a superframe seldom has to be parted between two batches.
func (d *Device) Read(bufs [][]byte, sizes []int, offset int) (int, error) {
	if d.pollErr != nil {
		return 0, d.pollErr
	}
	r := &d.reader
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.buf == nil {
		r.buf = make([]byte, maxSuperframe)
	}
	r.turn.wait(d.ended)
	for block := false; ; block = true {
		// Once a batch all ports are looked at, however busy some are.
		if err := d.poll.wait(block && d.queue.empty()); err != nil {
			return 0, err
		}
		if n := r.fill(&d.queue, bufs, sizes, offset); n > 0 {
			d.out.enter(n)
			return n, nil
		}
	}
}

// fill takes what is there without waiting.
func (r *reader) fill(q *queue, bufs [][]byte, sizes []int, offset int) int {
	n := r.drain(bufs, sizes, offset, 0)
	for enough := (len(bufs) + 1) / 2; n < enough; {
		l := q.pop()
		if l == nil {
			break
		}
		if r.receive(l) {
			q.push(l)
			n = r.drain(bufs, sizes, offset, n)
		}
	}
	return n
}

// receive takes a superframe of l's port. It is false when none waits, now or for good.
func (r *reader) receive(l *lane) bool {
	err := ErrClosed
	if !l.down.Load() && !l.gone.Load() {
		err = l.port.Receive(r.buf, &r.frame)
	}
	if err != nil {
		if !errors.Is(err, ErrEmpty) {
			l.fail(err)
		}
		return false
	}
	if !r.cut.begin(&r.frame, !l.isLink()) || l.isLink() && !isIPv4(r.frame.Frame) {
		r.cut = cutter{}
		l.n.bad.Add(1)
		return true
	}
	r.lane = l
	return true
}

// isIPv4: what else the system says on the link, such as its router solicitations, has no address in WireGuard.
func isIPv4(packet []byte) bool {
	_, version := network(packet, false)
	return version == 4
}

// drain fills bufs from the n-th on with what is left of the superframe.
func (r *reader) drain(bufs [][]byte, sizes []int, offset, n int) int {
	for n < len(bufs) {
		size := r.next(bufs[n][offset:])
		if size == 0 {
			break
		}
		sizes[n] = size
		n++
	}
	return n
}

// next writes the next packet for wireguard-go into dst. It gives its length, 0 after the last.
func (r *reader) next(dst []byte) int {
	if r.from != 0 {
		return r.fragment(dst)
	}
	l := r.lane
	size := r.cut.length()
	switch {
	case size == 0:
		r.lane = nil
		return 0
	case l.gone.Load():
		return r.drop(nil)
	case l.isLink():
		if size > len(dst) {
			return r.drop(l)
		}
		r.cut.cut(dst)
		l.count(size)
		return size
	}
	overhead := l.enc.Overhead()
	if overhead+size <= min(l.enc.MTU(), len(dst)) {
		return r.encode(dst[:overhead+size], size)
	}
	if overhead+size > maxPacket || len(dst) < l.enc.MTU() {
		return r.drop(l)
	}
	if r.packet == nil {
		r.packet = make([]byte, maxPacket)
	}
	if r.whole = r.encode(r.packet[:overhead+size], size); r.whole == 0 {
		return 0
	}
	return r.fragment(dst)
}

// encode cuts the next frame, of size octets, into packet and puts the outer headers before it.
func (r *reader) encode(packet []byte, size int) int {
	l := r.lane
	r.cut.cut(packet[len(packet)-size:])
	if l.enc.Encode(packet, l.id) != gretap.OK {
		return r.drop(l)
	}
	l.id++
	l.count(size)
	return len(packet)
}

func (r *reader) fragment(dst []byte) (n int) {
	n, r.from = r.lane.enc.Fragment(dst, r.packet[:r.whole], r.from)
	return n
}

// drop gives up what is left of the superframe, as l's error where l is not nil.
func (r *reader) drop(l *lane) int {
	if l != nil {
		l.n.bad.Add(1)
	}
	r.cut, r.lane = cutter{}, nil
	return 0
}

func (l *lane) count(size int) {
	l.n.framesOut.Add(1)
	l.n.bytesOut.Add(uint64(size))
}
