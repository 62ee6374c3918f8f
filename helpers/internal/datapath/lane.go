package datapath

import (
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"mooring.dev/helpers/internal/gretap"
)

// sweepAfter is how long after a fragment memory for fragments is given back, if none has come since: well after
// their own timeout.
const sweepAfter = 3 * time.Second

// lane is one attached port with its tunnel; the link's has none.
type lane struct {
	device *Device
	port   Port
	tunnel Tunnel
	enc    *gretap.Encoder // nil on the link
	id     uint16          // of the next outer packet; the reader's alone

	nextReady *lane // in the queue; guarded by queue.mu
	queued    bool  // guarded by queue.mu

	gone atomic.Bool // detached
	down atomic.Bool // the port failed for good
	n    tally

	mu    sync.Mutex      // guards what follows, and is held while the port is sent to
	dec   *gretap.Decoder // nil on the link; its Counts are free to read
	out   Superframe
	sweep *time.Timer // runs while fragments are held
}

// tally is a lane's counters. The reader counts what goes out, who holds the lane's mutex what comes in.
type tally struct {
	framesIn, bytesIn, framesOut, bytesOut, superframes, foreign, portErrors, bad atomic.Uint64
}

func newLane(d *Device, port Port, t Tunnel) (*lane, error) {
	enc, err1 := gretap.NewEncoder(t.Tunnel, t.TTL, t.LinkMTU)
	dec, err2 := gretap.NewDecoder(t.Tunnel, gretap.DefaultLimits())
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	return &lane{device: d, port: port, tunnel: t, enc: enc, dec: dec}, nil
}

func (l *lane) isLink() bool { return l.enc == nil }

// Ready is the port's call: Notifier.
func (l *lane) Ready() {
	l.device.queue.push(l)
	l.device.poll.wake()
}

// Watch is the port's call: Notifier.
func (l *lane) Watch(fd int) error { return l.device.poll.watch(fd, l) }

// fail ends the use of a port that failed for good; the owner detaches it.
func (l *lane) fail(err error) {
	if l.gone.Load() || l.down.Swap(true) {
		return
	}
	l.device.log.Warn("a port failed", slog.String("far", l.name()), slog.Any("error", err))
}

func (l *lane) name() string {
	if l.isLink() {
		return "the link"
	}
	return l.tunnel.Far().String()
}

// close is for a lane that no one finds any more.
func (l *lane) close() error {
	l.gone.Store(true)
	l.device.poll.forget(l)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sweep != nil {
		l.sweep.Stop()
	}
	return l.port.Close()
}

// reassemble takes a fragment; l.mu is held.
func (l *lane) reassemble(packet []byte) (frame []byte, r gretap.Reason) {
	frame, r = l.dec.Reassemble(packet, time.Now())
	if l.sweep == nil {
		l.sweep = time.AfterFunc(sweepAfter, l.expire)
	} else {
		l.sweep.Reset(sweepAfter)
	}
	return frame, r
}

func (l *lane) expire() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dec.Expire(time.Now())
}

// deliver gives l.out, which stands for frames that had size octets together, to the port; l.mu is held.
func (l *lane) deliver(frames, size int) {
	err := ErrGone
	if !l.down.Load() {
		err = l.port.Send(&l.out)
	}
	l.out = Superframe{}
	if err != nil {
		l.n.portErrors.Add(uint64(frames))
		if errors.Is(err, ErrGone) || errors.Is(err, ErrClosed) {
			l.fail(err)
		}
		return
	}
	l.n.superframes.Add(1)
	l.n.framesIn.Add(uint64(frames))
	l.n.bytesIn.Add(uint64(size))
}

func (l *lane) counters() Counters {
	return Counters{
		FramesIn: l.n.framesIn.Load(), BytesIn: l.n.bytesIn.Load(),
		FramesOut: l.n.framesOut.Load(), BytesOut: l.n.bytesOut.Load(),
		SuperframesIn: l.n.superframes.Load(),
		ForeignMAC:    l.n.foreign.Load(),
		Refused:       l.dec.Counts(),
		PortErrors:    l.n.portErrors.Load(),
		BadFrames:     l.n.bad.Load(),
		Down:          l.down.Load(),
	}
}
