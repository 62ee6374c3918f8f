package datapath

import (
	"fmt"
	"os"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// OpenTAP makes the Ethernet interface name, down and without addresses. It goes when the port is closed or the
// process ends. An interface that is there already is not taken.
func OpenTAP(name string, o PortOptions) (Port, error) { return open(name, unix.IFF_TAP, o) }

// OpenTUN makes the interface name for IP packets, as OpenTAP does.
func OpenTUN(name string, o PortOptions) (Port, error) { return open(name, unix.IFF_TUN, o) }

func open(name string, kind uint16, o PortOptions) (Port, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("open /dev/net/tun: %w", err)
	}
	fail := func(what string, err error) (Port, error) {
		unix.Close(fd)
		return nil, fmt.Errorf("%s %s: %w", what, name, err)
	}
	ifr, err := unix.NewIfreq(name)
	if err != nil {
		return fail("name", err)
	}
	ifr.SetUint16(kind | unix.IFF_NO_PI | unix.IFF_TUN_EXCL)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, ifr); err != nil {
		return fail("make", err)
	}
	link, err := netlink.LinkByName(name)
	if err != nil {
		return fail("look up", err)
	}
	if err := netlink.LinkSetMTU(link, o.MTU); err != nil {
		return fail("set the MTU of", err)
	}
	if o.MAC != [6]byte{} {
		if err := netlink.LinkSetHardwareAddr(link, o.MAC[:]); err != nil {
			return fail("set the MAC of", err)
		}
	}
	return os.NewFile(uintptr(fd), "/dev/net/tun"), nil
}
