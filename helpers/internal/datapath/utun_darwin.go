package datapath

import (
	"fmt"

	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/macos"
	"mooring.dev/helpers/internal/plan"
)

// utunHeader is the address family, in network order, before each packet.
const utunHeader = 4

// utun is a Port of a utun: the socket is the interface, which goes with it.
type utun struct {
	socket watched
	write  []byte // a packet behind its header
}

var _ Port = (*utun)(nil)

// OpenTUN makes the interface for IP packets that stands for name, a link of package plan, down and without addresses.
// It goes with its port or the process. One that is there already is another process's.
func OpenTUN(name string, o PortOptions) (Port, error) {
	unit := -1
	for slot := range plan.MaxSlots {
		if plan.NamesFor(slot).Link == name {
			unit = macos.LinkUnit(slot)
		}
	}
	if unit < 0 {
		return nil, fmt.Errorf("datapath: %q is no link of ours", name)
	}
	var fd int
	err := macos.WhenFree(func() (err error) {
		fd, err = connectUtun(unit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("datapath: make utun%d: %w", unit, err)
	}
	if o.MTU != 0 {
		if err := macos.SetMTU(macos.Interface(name), o.MTU); err != nil {
			unix.Close(fd)
			return nil, fmt.Errorf("datapath: %w", err)
		}
	}
	return &utun{socket: watched{descriptor: descriptor{fd: fd}}}, nil
}

// connectUtun: a kernel control socket becomes the interface of a number by being connected to it. The control counts
// from 1.
func connectUtun(unit int) (int, error) {
	const sysprotoControl = 2 // SYSPROTO_CONTROL, bsd/sys/sys_domain.h
	fd, err := unix.Socket(unix.AF_SYSTEM, unix.SOCK_DGRAM, sysprotoControl)
	if err != nil {
		return -1, fmt.Errorf("open a control socket: %w", err)
	}
	unix.CloseOnExec(fd)
	info := &unix.CtlInfo{}
	copy(info.Name[:], "com.apple.net.utun_control")
	err = unix.IoctlCtlInfo(fd, info)
	if err == nil {
		err = unix.Connect(fd, &unix.SockaddrCtl{ID: info.Id, Unit: uint32(unit) + 1})
	}
	if err == nil {
		err = unix.SetNonblock(fd, true)
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// Receive reads one packet.
func (p *utun) Receive(buf []byte, f *Superframe) error {
	var n int
	err := p.socket.use(func(fd int) (err error) {
		for n, err = unix.Read(fd, buf); err == unix.EINTR; n, err = unix.Read(fd, buf) {
		}
		return err
	})
	switch {
	case err == unix.EAGAIN:
		return ErrEmpty
	case err != nil:
		return broken("receive", err)
	case n == 0:
		return ErrGone
	}
	*f = Superframe{Frame: buf[min(utunHeader, n):n]}
	return nil
}

// Send gives one packet, of IPv4 as all of the link's, to the interface.
func (p *utun) Send(f *Superframe) error {
	p.write = f.join(append(p.write[:0], 0, 0, 0, unix.AF_INET))
	err := p.socket.use(func(fd int) error {
		_, err := unix.Write(fd, p.write)
		return err
	})
	if err != nil {
		return broken("send", err)
	}
	return nil
}

// Features are none.
func (p *utun) Features() Features { return Features{} }

// Notify starts to watch.
func (p *utun) Notify(n Notifier) error { return p.socket.watch(n) }

// Close deletes the interface.
func (p *utun) Close() error { return p.socket.close() }
