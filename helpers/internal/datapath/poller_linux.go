package datapath

import (
	"encoding/binary"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// poller waits for all ports at once, in one epoll set. The set is itself a file that can be waited for, so Go's own
// poller does the waiting and no thread is lost to it: Close ends it, as any os.File's.
type poller struct {
	set  *os.File
	raw  syscall.RawConn
	bell descriptor // an eventfd in the set, which is never read: each write is a change and so an event of its own

	events [64]unix.EpollEvent // for the one goroutine that waits, as the next three
	got    int
	block  bool
	err    error
	look   func(set uintptr) bool // method value; made once, because making one allocates

	closed atomic.Bool

	mu    sync.Mutex // guards what follows
	lanes map[int32]*lane
	last  int32 // number of a lane; numbers are not used again, so that an event too late finds no one
}

func newPoller() (*poller, error) {
	set, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("datapath: make an epoll set: %w", err)
	}
	if err := unix.SetNonblock(set, true); err != nil { // for os.NewFile; epoll itself does not look at it
		unix.Close(set)
		return nil, fmt.Errorf("datapath: epoll set: %w", err)
	}
	p := &poller{set: os.NewFile(uintptr(set), "epoll"), lanes: map[int32]*lane{}, bell: descriptor{fd: -1}}
	p.look = p.lookAt
	bell, err := unix.Eventfd(1, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err == nil {
		p.bell.fd = bell
		p.raw, err = p.set.SyscallConn()
	}
	if err == nil {
		err = p.watch(bell, nil)
	}
	if err != nil {
		p.close()
		return nil, fmt.Errorf("datapath: make an eventfd: %w", err)
	}
	return p, nil
}

// watch has l pushed to its device's queue when fd changes to readable. fd leaves the set by being closed.
func (p *poller) watch(fd int, l *lane) error {
	p.mu.Lock()
	p.last++
	number := p.last
	p.lanes[number] = l
	p.mu.Unlock()
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET&0xffffffff, Fd: number}
	var err error
	if e := p.raw.Control(func(set uintptr) {
		err = unix.EpollCtl(int(set), unix.EPOLL_CTL_ADD, fd, &event)
	}); e != nil {
		err = e
	}
	return err
}

// forget is for a lane that is closed.
func (p *poller) forget(l *lane) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for number, other := range p.lanes {
		if other == l {
			delete(p.lanes, number)
		}
	}
}

// wait pushes the lanes whose ports have changed since the last time. Where block is set it waits for one, or for
// wake.
func (p *poller) wait(block bool) error {
	p.block = block
	if err := p.raw.Read(p.look); err != nil {
		if p.closed.Load() { // the error is one of Go's internals
			return os.ErrClosed
		}
		return fmt.Errorf("datapath: wait for ports: %w", err)
	}
	if p.err != nil {
		return fmt.Errorf("datapath: epoll: %w", p.err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.events[:p.got] {
		if l := p.lanes[e.Fd]; l != nil {
			l.device.queue.push(l)
		}
	}
	return nil
}

// lookAt is false to be called again when the set has something.
func (p *poller) lookAt(set uintptr) bool {
	for {
		p.got, p.err = unix.EpollWait(int(set), p.events[:], 0)
		if p.err != unix.EINTR {
			return p.got != 0 || p.err != nil || !p.block
		}
	}
}

// one is what an eventfd is written.
var one = binary.NativeEndian.AppendUint64(nil, 1)

// wake ends a wait.
func (p *poller) wake() {
	// After Close no one waits any more; before it a write of 1 cannot fail.
	_ = p.bell.use(func(fd int) error {
		_, err := unix.Write(fd, one)
		return err
	})
}

// close ends a wait with an error that is os.ErrClosed.
func (p *poller) close() error {
	p.closed.Store(true)
	err := p.set.Close()
	if e := p.bell.close(); err == nil {
		err = e
	}
	return err
}
