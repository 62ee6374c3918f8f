package datapath

import (
	"fmt"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// queueLen is PortOptions.QueueLen where that is 0.
const queueLen = 4000

// Offloads that a port takes from the system (drivers/net/tun.c, set_offload). Those of UDP came with Linux 6.2.
const (
	tcpOffloads = unix.TUN_F_CSUM | unix.TUN_F_TSO4 | unix.TUN_F_TSO6 | unix.TUN_F_TSO_ECN
	udpOffloads = unix.TUN_F_USO4 | unix.TUN_F_USO6
)

// tap is a Port of an open /dev/net/tun: a TAP or a TUN.
type tap struct {
	file   descriptor
	header [virtioHeader]byte // of what is sent
	vector []unix.Iovec       // the same
}

var _ Port = (*tap)(nil)

// OpenTAP makes the Ethernet interface name in the calling thread's network namespace, down and without addresses.
// It goes when the port is closed or the process ends. An interface that is there already is not taken.
func OpenTAP(name string, o PortOptions) (Port, error) { return open(name, unix.IFF_TAP, o) }

// OpenTUN makes the interface name for IP packets, as OpenTAP does.
func OpenTUN(name string, o PortOptions) (Port, error) { return open(name, unix.IFF_TUN, o) }

func open(name string, kind uint16, o PortOptions) (Port, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("datapath: open /dev/net/tun: %w", err)
	}
	if err := create(fd, name, kind, o.NoTxOffload); err != nil {
		unix.Close(fd)
		return nil, err
	}
	if err := configure(name, o); err != nil {
		unix.Close(fd)
		return nil, err
	}
	return &tap{file: descriptor{fd: fd}}, nil
}

func create(fd int, name string, kind uint16, noOffload bool) error {
	request, err := unix.NewIfreq(name)
	if err != nil {
		return fmt.Errorf("datapath: interface name %q: %w", name, err)
	}
	request.SetUint16(kind | unix.IFF_NO_PI | unix.IFF_VNET_HDR | unix.IFF_TUN_EXCL)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, request); err != nil {
		return fmt.Errorf("datapath: make the interface %s: %w", name, err)
	}
	offloads := tcpOffloads | udpOffloads
	if noOffload {
		offloads = 0
	}
	err = unix.IoctlSetInt(fd, unix.TUNSETOFFLOAD, offloads)
	if err == unix.EINVAL && !noOffload {
		err = unix.IoctlSetInt(fd, unix.TUNSETOFFLOAD, tcpOffloads)
	}
	if err != nil {
		return fmt.Errorf("datapath: set the offloads of %s: %w", name, err)
	}
	return nil
}

func configure(name string, o PortOptions) error {
	link, err := netlink.LinkByName(name)
	if err != nil {
		return fmt.Errorf("datapath: look up %s: %w", name, err)
	}
	if o.MTU != 0 {
		if err := netlink.LinkSetMTU(link, o.MTU); err != nil {
			return fmt.Errorf("datapath: set the MTU of %s to %d: %w", name, o.MTU, err)
		}
	}
	if o.MAC != [6]byte{} {
		if err := netlink.LinkSetHardwareAddr(link, o.MAC[:]); err != nil {
			return fmt.Errorf("datapath: set the MAC of %s: %w", name, err)
		}
	}
	length := o.QueueLen
	if length == 0 {
		length = queueLen
	}
	if err := netlink.LinkSetTxQLen(link, length); err != nil {
		return fmt.Errorf("datapath: set the queue of %s to %d packets: %w", name, length, err)
	}
	return nil
}

// Receive reads a superframe and its virtio-net header, which is put before it.
func (p *tap) Receive(buf []byte, f *Superframe) error {
	var n int
	err := p.file.use(func(fd int) (err error) {
		for n, err = unix.Read(fd, buf); err == unix.EINTR; n, err = unix.Read(fd, buf) {
		}
		return err
	})
	switch {
	case err == nil && n >= virtioHeader:
		*f = Superframe{Frame: buf[virtioHeader:n], Offload: readVirtio(buf)}
	case err == nil, err == unix.EINVAL: // a packet that no header can describe: tun_put_user has dropped it
		*f = Superframe{}
	case err == unix.EAGAIN:
		return ErrEmpty
	default:
		return broken("receive", err)
	}
	return nil
}

// Send gathers the parts of f in one system call, in which the system takes the frame through its own layers up to
// the socket that it is for. EIO says that the interface is down.
func (p *tap) Send(f *Superframe) error {
	writeVirtio(p.header[:], f.Offload)
	p.vector = p.vector[:0]
	p.gather(p.header[:])
	p.gather(f.Frame)
	for _, part := range f.Rest {
		p.gather(part)
	}
	err := p.file.use(func(fd int) error { return writev(fd, p.vector) })
	clear(p.vector) // wireguard-go's buffers
	if err != nil {
		return broken("send", err)
	}
	return nil
}

func (p *tap) gather(b []byte) {
	if len(b) == 0 {
		return
	}
	v := unix.Iovec{Base: &b[0]}
	v.SetLen(len(b))
	p.vector = append(p.vector, v)
}

// broken tells a deleted interface, EBADFD, from other trouble.
func broken(what string, err error) error {
	switch err {
	case ErrClosed:
		return err
	case unix.EBADFD:
		return ErrGone
	}
	return fmt.Errorf("datapath: %s: %w", what, err)
}

// Features are those of every kernel: what is sent is cut there where that is needed.
func (p *tap) Features() Features { return Features{TCP4: true, TCP6: true} }

// Notify has n watch the file.
func (p *tap) Notify(n Notifier) error { return p.file.use(n.Watch) }

// Close deletes the interface.
func (p *tap) Close() error { return p.file.close() }
