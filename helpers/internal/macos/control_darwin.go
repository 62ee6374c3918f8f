package macos

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// control performs a request on a socket of the family, which is opened for it alone. argument is read, and written
// where the request says so.
func control(family int, request uint32, argument []byte) error {
	fd, err := socket(family, unix.SOCK_DGRAM)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return ioctl(fd, request, argument)
}

func ioctl(fd int, request uint32, argument []byte) error {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), uintptr(request), uintptr(unsafe.Pointer(&argument[0])))
	if errno != 0 {
		return errno
	}
	return nil
}

// socket is one that no child process inherits. xnu has no flag for that.
func socket(family, kind int) (int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := unix.Socket(family, kind, 0)
	if err != nil {
		return -1, fmt.Errorf("open a socket of family %d: %w", family, err)
	}
	unix.CloseOnExec(fd)
	return fd, nil
}

// driver has the driver of an interface read an argument of its own.
func driver(name string, command int, argument []byte) error {
	var pin runtime.Pinner // the kernel follows the pointer that is inside the request
	defer pin.Unpin()
	pin.Pin(&argument[0])
	return control(unix.AF_INET, setDriver,
		driverRequest(name, command, len(argument), uintptr(unsafe.Pointer(&argument[0]))))
}

// IsGone tells the kernel's words for something that is not there any more.
func IsGone(err error) bool {
	return errors.Is(err, unix.ENXIO) || errors.Is(err, unix.ENODEV) || errors.Is(err, unix.ESRCH) ||
		errors.Is(err, unix.EADDRNOTAVAIL)
}
