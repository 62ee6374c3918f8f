//go:build linux || darwin

package install

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path"
	"time"

	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/auth"
)

// launchd is the helper's job as far as it can be steered without its own program, launchctl, which is the only way to
// make launchd read a new description before the machine is started again. Once that has been done, it goes by whether
// the description is there: see KeepAlive in it.
type launchd struct {
	plist, socket, stateDir string
	owner                   uint32        // whose the helper is: root's, but for tests
	patience                time.Duration // for launchd to start the helper, if it is going to
}

var _ Services = launchd{}

// log is where launchd writes the helper's own words.
func (l launchd) log() string { return path.Join(l.stateDir, launchdLog) }

// State knows whether a helper answers. What launchd has read nobody can ask.
func (l launchd) State(ctx context.Context) (State, error) {
	pid, err := l.running(ctx)
	if err != nil {
		return State{}, err
	}
	return State{
		Known:     pid != 0,
		Running:   pid != 0,
		LastWords: "its own words are in " + l.log(),
	}, nil
}

// Enable makes the folder of the log, which launchd opens before there is a helper that would make it. To start it
// with the machine there is nothing to do: launchd reads all descriptions in its own folder then.
func (l launchd) Enable(context.Context) (bool, error) {
	err := os.Mkdir(l.stateDir, 0o700)
	if errors.Is(err, fs.ErrExist) {
		err = nil
	}
	return false, err
}

// Disable removes the description and the log.
func (l launchd) Disable(context.Context) error {
	var errs []error
	for _, name := range []string{l.plist, l.log()} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Reload has nothing to do: see launchd.
func (l launchd) Reload(context.Context) error { return nil }

// Start waits: launchd starts the helper by itself when the description appears, if it was told of it since the machine
// started. Otherwise the error is ErrNoServiceManager.
func (l launchd) Start(ctx context.Context) error {
	patience := time.After(l.patience)
	for {
		if pid, err := l.running(ctx); err != nil || pid != 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-patience:
			return &Error{Name: ErrNoServiceManager, Message: "launchd has to be told of the helper once, and starts it with the " +
				"machine from then on; as root: launchctl bootstrap system " + l.plist}
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// Restart ends the helper, which launchd then starts anew.
func (l launchd) Restart(ctx context.Context) error {
	if err := l.end(ctx); err != nil {
		return err
	}
	return l.Start(ctx)
}

// Stop disables it first, so that launchd does not start the helper again, and ends it.
func (l launchd) Stop(ctx context.Context) error {
	if err := l.Disable(ctx); err != nil {
		return err
	}
	return l.end(ctx)
}

// end has the running helper take its tunnels down and waits until it is gone.
func (l launchd) end(ctx context.Context) error {
	pid, err := l.running(ctx)
	if err != nil || pid == 0 {
		return err
	}
	if err := unix.Kill(int(pid), unix.SIGTERM); err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("end the helper, process %d: %w", pid, err)
	}
	ctx, cancel := context.WithTimeout(ctx, endPatience)
	defer cancel()
	for !errors.Is(unix.Kill(int(pid), 0), unix.ESRCH) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("the helper, process %d, does not end: %w", pid, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
	return nil
}

// endPatience is above ExitTimeOut of the description.
const endPatience = 20 * time.Second

// running asks the socket whose it is; 0 when it is not the owner's.
func (l launchd) running(ctx context.Context) (pid int32, err error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", l.socket)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ECONNREFUSED) {
		return 0, nil
	} else if err != nil {
		return 0, err
	}
	defer c.Close()
	peer, err := auth.PeerOf(c.(*net.UnixConn))
	if err != nil || peer.UID != l.owner {
		return 0, err
	}
	return peer.PID, nil
}
