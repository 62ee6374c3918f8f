//go:build unix

package install

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

const othersMayWrite = 0o022

// tempPrefix begins the names of files that are being written, in folders which are not ours alone.
const tempPrefix = ".mooring-new-"

// tree is the file system as the installation sees it: from a root, one folder at a time, each opened without
// following links and looked at through its descriptor. Every folder on the way must be the owner's and closed to
// the writing of others, so what was looked at cannot be exchanged by anyone whom that would help.
type tree struct {
	root         string // "/", but for tests
	owner, group int    // who owns what is installed: root, but for tests
}

// folder is an open folder.
type folder struct {
	*os.File
	tree tree
	path string // as a person knows it
}

// open walks to a folder, and makes what is missing when told to. The error is fs.ErrNotExist where it is missing.
func (t tree) open(dir string, create bool) (*folder, error) {
	fd, err := unix.Open(t.root, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: t.root, Err: err}
	}
	d := &folder{File: os.NewFile(uintptr(fd), t.root), tree: t, path: "/"}
	if err := d.isOurs(); err != nil {
		d.Close()
		return nil, err
	}
	for name := range strings.SplitSeq(strings.Trim(dir, "/"), "/") {
		next, err := d.enter(name, create)
		d.Close()
		if err != nil {
			return nil, err
		}
		d = next
	}
	return d, nil
}

func (d *folder) enter(name string, create bool) (*folder, error) {
	full := path.Join(d.path, name)
	made := false
	if create {
		err := unix.Mkdirat(d.fd(), name, 0o755)
		if made = err == nil; err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, &fs.PathError{Op: "mkdir", Path: full, Err: err}
		}
	}
	fd, err := unix.Openat(d.fd(), name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP) {
		return nil, unsafe(full, "must be a folder, it is "+d.kind(name))
	} else if err != nil {
		return nil, &fs.PathError{Op: "open", Path: full, Err: err}
	}
	next := &folder{File: os.NewFile(uintptr(fd), full), tree: d.tree, path: full}
	if made { // whatever the umask and the parent's group bit made of it
		err = errors.Join(next.Chown(d.tree.owner, d.tree.group), next.Chmod(0o755), d.Sync())
	}
	if err == nil {
		err = next.isOurs()
	}
	if err != nil {
		next.Close()
		return nil, err
	}
	return next, nil
}

func (d *folder) fd() int { return int(d.Fd()) }

func (d *folder) isOurs() error {
	var st unix.Stat_t
	if err := unix.Fstat(d.fd(), &st); err != nil {
		return &fs.PathError{Op: "stat", Path: d.path, Err: err}
	}
	return d.tree.checkOwner(d.path, &st)
}

func (t tree) checkOwner(full string, st *unix.Stat_t) error {
	switch {
	case int(st.Uid) != t.owner:
		return unsafe(full, fmt.Sprintf("must belong to root, it belongs to user %d", st.Uid))
	case st.Mode&othersMayWrite != 0:
		message := fmt.Sprintf("must be closed to writing by others than root, its mode is %04o; as root: chmod go-w %s", st.Mode&0o7777, full)
		return unsafe(full, message)
	}
	return nil
}

func unsafe(full, message string) error {
	return &Error{Name: ErrUnsafePath, Path: full, Message: message}
}

// find gives what the folder holds under name; it must be a file of the owner's, or missing.
func (d *folder) find(name string) (st unix.Stat_t, exists bool, err error) {
	full := path.Join(d.path, name)
	switch err := unix.Fstatat(d.fd(), name, &st, unix.AT_SYMLINK_NOFOLLOW); {
	case errors.Is(err, fs.ErrNotExist):
		return st, false, nil
	case err != nil:
		return st, false, &fs.PathError{Op: "stat", Path: full, Err: err}
	case st.Mode&unix.S_IFMT != unix.S_IFREG:
		return st, false, unsafe(full, "must be an ordinary file, it is "+d.kind(name))
	}
	return st, true, d.tree.checkOwner(full, &st)
}

func (d *folder) kind(name string) string {
	var st unix.Stat_t
	if err := unix.Fstatat(d.fd(), name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return err.Error()
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFLNK:
		return "a symbolic link"
	case unix.S_IFDIR:
		return "a folder"
	case unix.S_IFREG:
		return "a file"
	default:
		return "something else"
	}
}

// read gives a file whole; that it is missing is no error.
func (d *folder) read(name string) (data []byte, exists bool, err error) {
	if _, exists, err := d.find(name); err != nil || !exists {
		return nil, false, err
	}
	full := path.Join(d.path, name)
	fd, err := unix.Openat(d.fd(), name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, false, &fs.PathError{Op: "open", Path: full, Err: err}
	}
	f := os.NewFile(uintptr(fd), full)
	defer f.Close()
	data, err = io.ReadAll(f)
	return data, true, err
}

// put makes a file have this content and mode, as a whole: after a crash the old or the new one is there. It
// tells whether there was anything to change.
func (d *folder) put(name string, data []byte, mode uint32) (changed bool, err error) {
	st, _, err := d.find(name)
	if err != nil {
		return false, err
	}
	old, exists, err := d.read(name)
	if err != nil {
		return false, err
	}
	if exists && string(old) == string(data) && uint32(st.Mode)&0o7777 == mode {
		return false, nil
	}
	full := path.Join(d.path, name)
	temp := tempPrefix + rand.Text()
	fd, err := unix.Openat(d.fd(), temp, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return false, &fs.PathError{Op: "create", Path: full, Err: err}
	}
	f := os.NewFile(uintptr(fd), full)
	_, err = f.Write(data)
	err = errors.Join(err, f.Chown(d.tree.owner, d.tree.group), f.Chmod(os.FileMode(mode)), f.Sync(), f.Close())
	if err == nil {
		err = unix.Renameat(d.fd(), temp, d.fd(), name)
	}
	if err != nil {
		unix.Unlinkat(d.fd(), temp, 0)
		return false, fmt.Errorf("write %s: %w", full, err)
	}
	return true, d.Sync()
}

// remove deletes a name that is no folder, and follows no link; it tells whether it was there.
func (d *folder) remove(name string) (bool, error) { return d.unlink(name, 0) }

// removeEmpty deletes a folder if nothing is in it.
func (d *folder) removeEmpty(name string) (bool, error) {
	gone, err := d.unlink(name, unix.AT_REMOVEDIR)
	if errors.Is(err, unix.ENOTEMPTY) || errors.Is(err, unix.EEXIST) {
		return false, nil
	}
	return gone, err
}

func (d *folder) unlink(name string, flags int) (bool, error) {
	switch err := unix.Unlinkat(d.fd(), name, flags); {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, &fs.PathError{Op: "remove", Path: path.Join(d.path, name), Err: err}
	}
	return true, d.Sync()
}

// sweep deletes what interrupted writes have left under names that begin with prefix.
func (d *folder) sweep(prefix string) error {
	entries, err := d.ReadDir(-1)
	all := []error{err}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) {
			_, err := d.remove(e.Name())
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}
