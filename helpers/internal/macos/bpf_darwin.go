package macos

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// bpfBuffer is what one read takes, at most: some ninety frames. The kernel may have it smaller.
const bpfBuffer = 128 << 10

// OpenBPF gives a BPF device that hears what comes in by the interface, at once and whole, and sends what it is
// written as it is, source included. It does not make its user wait. Each read must be into exactly length octets.
func OpenBPF(name string) (fd, length int, err error) {
	fd, err = freeBPF()
	if err != nil {
		return -1, 0, err
	}
	set := func(what uint, value int) func() error {
		return func() error { return unix.IoctlSetPointerInt(fd, what, value) }
	}
	for _, s := range []struct {
		what string
		do   func() error
	}{
		{"length of the buffer", set(unix.BIOCSBLEN, bpfBuffer)}, // before the interface
		{"immediate mode", set(unix.BIOCIMMEDIATE, 1)},
		{"hear nothing of our own", set(unix.BIOCSSEESENT, 0)},
		{"interface " + name, func() error { return ioctl(fd, unix.BIOCSETIF, request(sizeofIfreq, name)) }},
		{"complete headers", set(unix.BIOCSHDRCMPLT, 1)},
		{"promiscuous mode", func() error { return unix.IoctlSetInt(fd, unix.BIOCPROMISC, 0) }},
		{"length of the buffer", func() (err error) {
			length, err = unix.IoctlGetInt(fd, unix.BIOCGBLEN)
			return err
		}},
	} {
		if err := s.do(); err != nil {
			unix.Close(fd)
			return -1, 0, fmt.Errorf("BPF device, %s: %w", s.what, err)
		}
	}
	return fd, length, nil
}

// freeBPF opens the first BPF device that nobody has. The kernel makes one more when the last is taken.
func freeBPF() (int, error) {
	const most = 256
	for i := range most {
		path := fmt.Sprintf("/dev/bpf%d", i)
		fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		if err == nil {
			return fd, nil
		}
		if err != unix.EBUSY {
			return -1, fmt.Errorf("open %s: %w", path, err)
		}
	}
	return -1, errors.New("all BPF devices are in use")
}
