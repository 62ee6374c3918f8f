package probe

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// markSocket sets SO_MARK before the socket is used.
func markSocket(mark uint32) func(network, address string, c syscall.RawConn) error {
	return func(_, _ string, c syscall.RawConn) error {
		return control(c, func(fd int) error { return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_MARK, int(mark)) })
	}
}
