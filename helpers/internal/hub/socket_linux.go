package hub

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"
)

// controlSocket answers wg(8), as every WireGuard that is a process does (wireguard.com/xplatform). It is root's alone:
// what is asked there tells the private key.
type controlSocket struct {
	listener *net.UnixListener
	running  sync.WaitGroup

	mu     sync.Mutex // guards what follows
	conns  map[net.Conn]bool
	closed bool
}

// openControlSocket listens at DIR/NAME.sock, and replaces what a killed process has left there. handle closes the
// connection when it returns.
func openControlSocket(dir, name string, handle func(net.Conn)) (*controlSocket, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("open the control socket: %w", err)
	}
	path := filepath.Join(dir, name+".sock")
	if c, err := net.Dial("unix", path); err == nil {
		c.Close()
		return nil, fmt.Errorf("open the control socket: %s belongs to a process that runs", path)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open the control socket: %w", err)
	}
	old := unix.Umask(0o077) // born private, instead of made private a moment later
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	unix.Umask(old)
	if err != nil {
		return nil, fmt.Errorf("open the control socket: %w", err)
	}
	s := &controlSocket{listener: l, conns: map[net.Conn]bool{}}
	s.running.Go(func() { s.accept(handle) })
	return s, nil
}

func (s *controlSocket) accept(handle func(net.Conn)) {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		if !s.note(c) {
			c.Close()
			return
		}
		s.running.Go(func() {
			handle(c)
			s.mu.Lock()
			defer s.mu.Unlock()
			delete(s.conns, c)
		})
	}
}

func (s *controlSocket) note(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.conns[c] = true
	}
	return !s.closed
}

// close ends the connections and removes the file. It returns when nothing of it runs any more; nil has nothing.
func (s *controlSocket) close() error {
	if s == nil {
		return nil
	}
	err := s.listener.Close() // and the file
	s.mu.Lock()
	s.closed = true
	for c := range s.conns {
		c.Close()
	}
	s.mu.Unlock()
	s.running.Wait()
	return err
}
