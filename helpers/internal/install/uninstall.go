package install

import (
	"context"
	"errors"
	"io/fs"
	"path"

	"golang.org/x/sys/unix"
)

// Uninstall stops the helper, which takes its tunnels down, and removes everything but the keys. It goes on over
// what is missing already.
func (i *Installer) Uninstall(ctx context.Context) (Report, error) {
	var report Report
	if err := i.mustBeRoot(); err != nil {
		return report, err
	}
	if err := i.checkPlaces(); err != nil {
		return report, err
	}
	state, err := i.state(ctx)
	if err != nil {
		return report, err
	}
	if !state.Running {
		if err := i.checkUnused(); err != nil {
			return report, err
		}
	}
	if err := i.stop(ctx, state, &report); err != nil {
		return report, err
	}
	if err := i.removeFiles(&report); err != nil {
		return report, err
	}
	if state.Known {
		err = i.services.Reload(ctx)
	}
	return report, err
}

// checkUnused refuses while a helper runs that the service manager knows nothing of: it would keep the machine
// from the new one, and nobody would take its tunnels down.
func (i *Installer) checkUnused() error {
	d, err := i.tree.open(i.places.stateDir, false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	defer d.Close()
	fd, err := unix.Openat(d.fd(), lockFile, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return &fs.PathError{Op: "open", Path: path.Join(d.path, lockFile), Err: err}
	}
	defer unix.Close(fd) // which gives the lock up
	err = unix.Flock(fd, unix.LOCK_SH|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return &Error{Name: ErrHelperRunning, Path: d.path, Message: "a helper that was started by hand uses this folder; end it first"}
	}
	return err
}

func (i *Installer) stop(ctx context.Context, state State, report *Report) error {
	if i.services == nil {
		return nil
	}
	if state.Running {
		if err := i.services.Stop(ctx); err != nil {
			return err
		}
		report.changed(true, "stopped the helper")
	}
	if _, exists, err := i.readFile(i.places.serviceDir, i.places.service); err != nil || !exists {
		return err
	}
	return i.services.Disable(ctx)
}

// removal is a file to remove, or a folder if nothing is left in it.
type removal struct {
	path   string
	folder bool
}

func (i *Installer) removeFiles(report *Report) error {
	p := i.places
	file := func(parts ...string) removal { return removal{path: path.Join(parts...)} }
	folder := func(parts ...string) removal { return removal{path: path.Join(parts...), folder: true} }

	if err := i.removeAll(report, file(p.stateDir, "desired.json"), file(p.stateDir, "desired.json.damaged")); err != nil {
		return err
	}
	// Only now, since it takes down what is not desired.
	if err := i.clean(p.stateDir); err != nil {
		return err
	}
	keys := path.Join(p.stateDir, "keys")
	if err := i.sweep(tempPrefix, p.serviceDir, p.binaryDir, p.operatorsDir); err != nil {
		return err
	}
	if err := i.sweep(".new-", p.stateDir, keys); err != nil { // those of package atomicfile
		return err
	}
	err := i.removeAll(report,
		file(p.serviceDir, p.serviceLink), file(p.serviceDir, p.service),
		file(p.binaryDir, binary), folder(p.binaryDir),
		folder(path.Dir(p.binaryDir)), // Debian has none of its own; an empty one is no loss where it was there before
		file(p.operatorsDir, operators), folder(p.operatorsDir),
		file(p.stateDir, "send-redirects"), file(p.stateDir, lockFile), folder(keys), folder(p.stateDir),
		file(p.socket()), folder(p.runtimeDir),
	)
	if err != nil {
		return err
	}
	if d, err := i.tree.open(keys, false); err == nil {
		d.Close()
		report.Kept = append(report.Kept, keys)
	}
	return nil
}

func (i *Installer) removeAll(report *Report, all ...removal) error {
	for _, r := range all {
		gone, err := i.removeOne(r)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		report.changed(gone, "removed %s", r.path)
	}
	return nil
}

func (i *Installer) removeOne(r removal) (bool, error) {
	d, err := i.tree.open(path.Dir(r.path), false)
	if err != nil {
		return false, err
	}
	defer d.Close()
	if r.folder {
		return d.removeEmpty(path.Base(r.path))
	}
	return d.remove(path.Base(r.path))
}

func (i *Installer) sweep(prefix string, dirs ...string) error {
	for _, dir := range dirs {
		d, err := i.tree.open(dir, false)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return err
		}
		err = d.sweep(prefix)
		d.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
