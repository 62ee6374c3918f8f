package datapath

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// watched is a descriptor which a goroutine waits for: BPF devices take no EVFILT_WRITE (bpfkqfilter, bsd/net/bpf.c),
// which Go's own poller asks of all that it waits for. The descriptor's mutex guards what follows it too.
type watched struct {
	descriptor
	queue int           // the kqueue; there is one where ended is not nil
	ended chan struct{} // closed when the goroutine has ended; nil: it was not started
}

// watch has n told whenever there is something more to read.
func (w *watched) watch(n Notifier) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fd < 0 {
		return ErrClosed
	}
	queue, err := unix.Kqueue()
	if err != nil {
		return fmt.Errorf("make a kqueue: %w", err)
	}
	unix.CloseOnExec(queue)
	changes := make([]unix.Kevent_t, 2)
	unix.SetKevent(&changes[0], w.fd, unix.EVFILT_READ, unix.EV_ADD|unix.EV_CLEAR)
	unix.SetKevent(&changes[1], 0, unix.EVFILT_USER, unix.EV_ADD|unix.EV_CLEAR)
	if _, err := unix.Kevent(queue, changes, nil, nil); err != nil {
		unix.Close(queue)
		return fmt.Errorf("watch by a kqueue: %w", err)
	}
	w.queue, w.ended = queue, make(chan struct{})
	go tell(queue, n, w.ended)
	return nil
}

// tell ends with a user's event, or when the file can give nothing any more.
func tell(queue int, n Notifier, ended chan<- struct{}) {
	defer close(ended)
	events := make([]unix.Kevent_t, 2)
	for {
		got, err := unix.Kevent(queue, nil, events, nil)
		if err == unix.EINTR {
			continue
		} else if err != nil {
			return
		}
		for _, e := range events[:got] {
			if e.Filter == unix.EVFILT_USER {
				return
			}
			n.Ready()
			if e.Flags&unix.EV_EOF != 0 {
				return
			}
		}
	}
}

// close may be called again. Nothing runs any more when it returns.
func (w *watched) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fd >= 0 && w.ended != nil {
		wake := make([]unix.Kevent_t, 1)
		unix.SetKevent(&wake[0], 0, unix.EVFILT_USER, 0)
		wake[0].Fflags = unix.NOTE_TRIGGER
		if _, err := unix.Kevent(w.queue, wake, nil, nil); err != nil {
			return fmt.Errorf("datapath: end a watch: %w", err)
		}
		<-w.ended
		unix.Close(w.queue)
	}
	return w.closeLocked()
}
