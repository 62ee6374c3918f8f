package datapath

import (
	"os"

	"mooring.dev/helpers/internal/gretap"
)

// coupler is the way in of one batch: the flows of one lane whose segments are being coupled. A train refers to
// wireguard-go's buffers, so none outlives the Write.
type coupler struct {
	trains [maxTrains]train
	n      int
}

// Write takes the packets that wireguard-go has decrypted. What becomes of each is counted; no port's trouble is an
// error of the Device.
func (d *Device) Write(bufs [][]byte, offset int) (int, error) {
	r := d.routes.Load()
	if r.closed {
		return 0, os.ErrClosed
	}
	c := d.takeCoupler()
	var held *lane // whose mutex is held: most often one for the whole batch
	for _, b := range bufs {
		packet := b[offset:]
		l := r.find(packet)
		if l == nil {
			d.stray.Add(1)
			continue
		}
		if l != held {
			c.leave(held)
			l.mu.Lock()
			held = l
		}
		if l.isLink() {
			c.take(l, packet)
		} else {
			c.decode(l, packet)
		}
	}
	c.leave(held)
	d.giveBack(c)
	d.in.leave(len(bufs))
	return len(bufs), nil
}

func (d *Device) takeCoupler() *coupler {
	select {
	case c := <-d.spare:
		return c
	default:
		return new(coupler)
	}
}

func (d *Device) giveBack(c *coupler) {
	select {
	case d.spare <- c:
	default: // more Writes at once than there are processors for
	}
}

// find is nil for a packet that is no one's. GRE is a tunnel's or no one's: were it given to the link, the machine
// might take it for a tunnel of its own.
func (r *routes) find(packet []byte) *lane {
	source, ok := gretap.Source(packet)
	if !ok {
		return nil
	}
	if packet[9] == protoGRE {
		return r.tunnels[source]
	}
	return r.link
}

// leave sends what is left for l and lets go of it.
func (c *coupler) leave(l *lane) {
	if l != nil {
		c.flush(l)
		l.mu.Unlock()
	}
}

func (c *coupler) decode(l *lane, packet []byte) {
	frame, why := l.dec.Decode(packet)
	if why == gretap.Fragment {
		frame, why = l.reassemble(packet)
		if why == gretap.OK && l.admits(frame) {
			// It lies in memory that the next fragment takes back, so it goes now, and after what came before it.
			c.flush(l)
			l.single(frame)
		}
		return
	}
	if why == gretap.OK && l.admits(frame) {
		c.take(l, frame)
	}
}

// admits counts a frame, and says whether its source is the far end's own.
func (l *lane) admits(frame []byte) bool {
	if l.tunnel.PeerMAC != [6]byte{} && [6]byte(frame[6:12]) != l.tunnel.PeerMAC {
		l.n.foreign.Add(1)
		return false
	}
	return true
}

// take couples a frame, or a packet of the link, to those before it, or sends it.
func (c *coupler) take(l *lane, frame []byte) {
	s, isTCP := parseTCP(frame, !l.isLink())
	if !isTCP {
		l.single(frame)
		return
	}
	t := c.find(&s)
	if !takes(l.port.Features(), s.version) || !s.mayCouple() {
		if t >= 0 {
			c.end(l, t)
		}
		l.single(frame)
		return
	}
	switch {
	case t >= 0 && c.trains[t].follows(&s):
		c.trains[t].couple(&s)
	default:
		if t >= 0 {
			c.end(l, t)
		} else if c.n == maxTrains {
			c.flush(l)
		}
		t = c.n
		c.n++
		c.trains[t].begin(&s)
	}
	if c.trains[t].full() {
		c.end(l, t)
	}
}

func takes(f Features, version byte) bool { return version == 4 && f.TCP4 || version == 6 && f.TCP6 }

// find is the train of s's flow, or -1.
func (c *coupler) find(s *segment) int {
	for i := range c.trains[:c.n] {
		if c.trains[i].sameFlow(s) {
			return i
		}
	}
	return -1
}

// end sends the i-th train. The others keep their order.
func (c *coupler) end(l *lane, i int) {
	l.sendTrain(&c.trains[i])
	spare := c.trains[i]
	copy(c.trains[i:c.n], c.trains[i+1:c.n])
	c.n--
	c.trains[c.n] = spare // for its slice of parts
	c.trains[c.n].segment = segment{}
}

// flush sends all trains, the oldest first.
func (c *coupler) flush(l *lane) {
	for i := range c.trains[:c.n] {
		l.sendTrain(&c.trains[i])
		c.trains[i].segment = segment{}
	}
	c.n = 0
}

func (l *lane) sendTrain(t *train) {
	t.superframe(&l.out)
	frames := 1 + len(t.parts)
	size := t.length + (frames-1)*t.header
	l.deliver(frames, size)
	clear(t.parts)
}

// single sends a frame as it is.
func (l *lane) single(frame []byte) {
	l.out = Superframe{Frame: frame}
	l.deliver(1, len(frame))
}
