package datapath

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/macos"
)

// feth is a Port of a pair of Ethernet interfaces that are each other's far end: the system has the one, and a BPF
// device reads and writes the other.
type feth struct {
	slot   int
	device watched
	read   []byte       // exactly as long as the kernel's own buffer, which it insists on
	frames macos.Frames // views of read that were not given out
	write  []byte       // for a frame that is in pieces
}

var _ Port = (*feth)(nil)

// OpenTAP makes the Ethernet interface that stands for name, a tap of package plan, down and without addresses. It goes
// when the port is closed, but not with the process: what an earlier one has left is removed first. There are no
// offloads to switch off: a feth finishes checksums and cuts segments itself (net.link.fake.hwcsum and tso_support are
// 0).
func OpenTAP(name string, o PortOptions) (Port, error) {
	slot, ok := macos.SlotOf(name)
	if !ok {
		return nil, fmt.Errorf("datapath: %q is no tap of ours", name)
	}
	if err := macos.MakePair(slot, o.MTU, o.MAC); err != nil {
		return nil, fmt.Errorf("datapath: %w", err)
	}
	fd, length, err := macos.OpenBPF(macos.Peer(slot))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("datapath: %w", err), macos.ClosePair(slot))
	}
	return &feth{slot: slot, device: watched{descriptor: descriptor{fd: fd}}, read: make([]byte, length)}, nil
}

// Receive gives the frames of one read in turn.
func (p *feth) Receive(buf []byte, f *Superframe) error {
	for {
		if frame, ok := p.frames.Next(); ok {
			*f = Superframe{Frame: buf[:copy(buf, frame)]}
			return nil
		}
		var n int
		err := p.device.use(func(fd int) (err error) {
			for n, err = unix.Read(fd, p.read); err == unix.EINTR; n, err = unix.Read(fd, p.read) {
			}
			return err
		})
		if err == unix.EAGAIN || err == nil && n <= 0 {
			return ErrEmpty
		} else if err != nil {
			return broken("receive", err)
		}
		p.frames = p.read[:n]
	}
}

// Send gives one frame to the interface, in one piece.
func (p *feth) Send(f *Superframe) error {
	p.write = f.join(p.write[:0])
	err := p.device.use(func(fd int) error {
		_, err := unix.Write(fd, p.write)
		return err
	})
	if err != nil {
		return broken("send", err)
	}
	return nil
}

// Features are none.
func (p *feth) Features() Features { return Features{} }

// Notify starts to watch.
func (p *feth) Notify(n Notifier) error { return p.device.watch(n) }

// Close destroys both interfaces.
func (p *feth) Close() error { return errors.Join(p.device.close(), macos.ClosePair(p.slot)) }

// join appends the pieces of f to b.
func (f *Superframe) join(b []byte) []byte {
	b = append(b, f.Frame...)
	for _, part := range f.Rest {
		b = append(b, part...)
	}
	return b
}

// broken tells an interface that is gone from other trouble.
func broken(what string, err error) error {
	switch err {
	case ErrClosed:
		return err
	case unix.ENXIO:
		return ErrGone
	}
	return fmt.Errorf("datapath: %s: %w", what, err)
}
