package link

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Commands of SIOCETHTOOL, include/uapi/linux/ethtool.h.
const (
	ethtoolGetTxChecksum = 0x16
	ethtoolSetTxChecksum = 0x17
)

// ethtoolValue is struct ethtool_value.
type ethtoolValue struct{ cmd, data uint32 }

// ifreqData is struct ifreq with ifr_data; the union is 24 bytes on 64-bit systems.
type ifreqData struct {
	name [unix.IFNAMSIZ]byte
	data unsafe.Pointer
	_    [24 - unsafe.Sizeof(uintptr(0))]byte
}

// disableTxChecksum switches tx-checksum-ip-generic off, as `ethtool -K IF tx off` does. TSO goes with it, since
// it depends on it. UDP_SEGMENT sends on the interface then fail with EIO on 6.1 (net/ipv6/udp.c:1318).
func disableTxChecksum(name string) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open a socket for ethtool: %w", err)
	}
	defer unix.Close(fd)
	on, err := ethtool(fd, name, ethtoolGetTxChecksum, 0)
	if err != nil || on == 0 {
		return err
	}
	_, err = ethtool(fd, name, ethtoolSetTxChecksum, 0)
	return err
}

func ethtool(fd int, name string, cmd, data uint32) (uint32, error) {
	value := ethtoolValue{cmd, data}
	req := ifreqData{data: unsafe.Pointer(&value)}
	if copy(req.name[:unix.IFNAMSIZ-1], name) < len(name) {
		return 0, fmt.Errorf("interface name %q is too long", name)
	}
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&req)))
	switch {
	case errors.Is(errno, unix.ENODEV):
		return 0, ErrNoLink(name)
	case errno != 0:
		return 0, fmt.Errorf("tx checksum offload of %s (ethtool command %#x): %w", name, cmd, errno)
	}
	return value.data, nil
}
