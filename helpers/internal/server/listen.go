// Package server answers the helper protocol on a Unix socket: framing, rights, strict decoding, subscriptions.
// What a request asks for is done by the reconciler.
package server

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

// Listen makes the socket at path with mode 0666 from its birth: everyone may connect, and what each peer may do
// is decided by its credentials. A missing directory is made with mode 0755. A socket that a dead helper left is
// replaced; one that a helper answers on is an error, and so is anything that is not a socket.
//
// It sets the process's umask for a moment, so it must be called before other goroutines make files.
func Listen(path string) (*net.UnixListener, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	if err := clearStale(path); err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	old := syscall.Umask(0o111)
	defer syscall.Umask(old)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err // net's error names operation and path
	}
	l.SetUnlinkOnClose(true)
	return l, nil
}

func clearStale(path string) error {
	st, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	if st.Mode()&os.ModeSocket == 0 {
		return fmt.Errorf("%s is in the way and is no socket", path)
	}
	c, err := net.Dial("unix", path)
	if err == nil {
		c.Close()
		return fmt.Errorf("another helper answers on %s", path)
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return err
	}
	return os.Remove(path)
}
