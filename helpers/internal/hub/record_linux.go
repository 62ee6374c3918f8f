package hub

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

// record is what was changed of the machine and has to be put back, kept in a file so that a successor can do it if
// this process is killed. A change is on record before it is made. The file is for a process that dies, not for a
// machine, so it need not be on disk.
//
// There is one for each network namespace, and its lock keeps a second hub out.
type record struct {
	file *os.File
	done
}

// done is the file's content.
type done struct {
	Boot    string            `json:"boot"`    // of the machine; what another boot left is gone
	Sysctls map[string]string `json:"sysctls"` // by path: the value before
	Links   []string          `json:"links"`   // that were made and outlive the process

	BridgeName   string   `json:"bridgeName"`
	BridgeMade   bool     `json:"bridgeMade"`   // it was not there before
	BridgeRaised bool     `json:"bridgeRaised"` // it was down before
	Addresses    []string `json:"addresses"`    // that it did not have before
}

const bootID = "/proc/sys/kernel/random/boot_id"

// openRecord takes over what a killed hub has left.
func openRecord(dir string) (*record, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the hub's record: %w", err)
	}
	namespace, err := namespaceCookie()
	if err != nil {
		return nil, err
	}
	f, err := openLocked(filepath.Join(dir, fmt.Sprintf("net-%d.json", namespace)))
	if err != nil {
		return nil, err
	}
	r := &record{file: f}
	if err := r.load(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return r, nil
}

// openLocked opens again what a hub that was just ending has removed in between: a lock on that would keep nobody out.
func openLocked(path string) (*os.File, error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, fmt.Errorf("open the hub's record: %w", err)
		}
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); errors.Is(err, unix.EWOULDBLOCK) {
			return nil, errors.Join(ErrRunning, f.Close())
		} else if err != nil {
			return nil, errors.Join(fmt.Errorf("lock the hub's record: %w", err), f.Close())
		}
		ours, err := f.Stat()
		if there, statErr := os.Stat(path); err == nil && statErr == nil && os.SameFile(ours, there) {
			return f, nil
		}
		f.Close()
	}
}

func (r *record) load() error {
	text, err := io.ReadAll(r.file)
	if err != nil {
		return fmt.Errorf("read the hub's record: %w", err)
	}
	boot, err := os.ReadFile(bootID)
	if err != nil {
		return fmt.Errorf("read the hub's record: %w", err)
	}
	// A record that was cut short was written before the change that it would have told of.
	if json.Unmarshal(text, &r.done) != nil || r.Boot != string(boot) {
		r.done = done{Boot: string(boot)}
	}
	if r.Sysctls == nil {
		r.Sysctls = map[string]string{}
	}
	return nil
}

// save must succeed before the change that it tells of is made.
func (r *record) save() error {
	text, err := json.Marshal(r.done)
	if err == nil {
		// Shortened last: what is longer than its text is still read, as JSON ends by itself.
		_, err = r.file.WriteAt(append(text, '\n'), 0)
	}
	if err == nil {
		err = r.file.Truncate(int64(len(text)) + 1)
	}
	if err != nil {
		return fmt.Errorf("write the hub's record: %w", err)
	}
	return nil
}

// noteLink records an interface that the kernel keeps when this process is killed.
func (r *record) noteLink(name string) error {
	if slices.Contains(r.Links, name) {
		return nil
	}
	r.Links = append(r.Links, name)
	return r.save()
}

// dropLink forgets an interface that is gone.
func (r *record) dropLink(name string) error {
	r.Links = slices.DeleteFunc(r.Links, func(l string) bool { return l == name })
	return r.save()
}

// close gives the lock back. With nothing left to put back, the file goes first.
func (r *record) close(clean bool) error {
	var err error
	if clean {
		err = os.Remove(r.file.Name())
	}
	return errors.Join(err, r.file.Close())
}

// namespaceCookie numbers network namespaces, each boot anew, and never twice (SO_NETNS_COOKIE, since Linux 5.14).
func namespaceCookie() (uint64, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("open a socket: %w", err)
	}
	defer unix.Close(fd)
	n, err := unix.GetsockoptUint64(fd, unix.SOL_SOCKET, unix.SO_NETNS_COOKIE)
	if errors.Is(err, unix.ENOPROTOOPT) {
		return 0, nil // an older kernel: one hub a machine
	}
	if err != nil {
		return 0, fmt.Errorf("tell the network namespace: %w", err)
	}
	return n, nil
}
