//go:build linux || darwin

package datapath

import (
	"sync"

	"golang.org/x/sys/unix"
)

// descriptor is an open file whose number is not used once it is closed: the kernel gives the number out again at
// once, and a packet would go to whatever has it then. The file never makes its user wait.
type descriptor struct {
	mu sync.RWMutex // held for reading while fd is used, for writing to close it; guards what follows
	fd int          // -1 once it is closed
}

func (d *descriptor) use(f func(fd int) error) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.fd < 0 {
		return ErrClosed
	}
	return f(d.fd)
}

// close may be called again.
func (d *descriptor) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.closeLocked()
}

func (d *descriptor) closeLocked() error {
	if d.fd < 0 {
		return nil
	}
	fd := d.fd
	d.fd = -1
	return unix.Close(fd)
}
