package datapath

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// writev is writev(2) with a vector that the caller keeps: unix.Writev makes one for each call.
func writev(fd int, vector []unix.Iovec) error {
	first := unsafe.SliceData(vector)
	_, _, errno := unix.Syscall(unix.SYS_WRITEV, uintptr(fd), uintptr(unsafe.Pointer(first)), uintptr(len(vector)))
	if errno != 0 {
		return errno
	}
	return nil
}
