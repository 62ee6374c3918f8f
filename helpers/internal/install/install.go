// Package install puts the helper where only root can replace it, has the system start it with the machine, and
// undoes that. It is reached from the command line alone, never from a request.
package install

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"
)

// The files of an installation that are the same on every system.
const (
	binary    = "mooring-helper"
	operators = "operators"
	lockFile  = "lock"
)

// startPatience bounds the wait for the helper's greeting.
const startPatience = 10 * time.Second

// places says where things go on this system; all are absolute.
type places struct {
	binaryDir, operatorsDir, stateDir, runtimeDir string
	serviceDir, service                           string // the service manager's description of the helper
	serviceLink                                   string // what it makes of it below serviceDir to start it at boot
}

func (p places) socket() string { return path.Join(p.runtimeDir, "helper.sock") }

// command is how the installed helper is run.
func (p places) command() []string {
	return []string{
		path.Join(p.binaryDir, binary), "--socket", p.socket(),
		"--state-dir", p.stateDir, "--operators", path.Join(p.operatorsDir, operators),
	}
}

// Services is what is needed of the system's service manager, for the helper's service alone. Start, Restart and
// Stop return when that is done or has failed.
type Services interface {
	State(ctx context.Context) (State, error)
	Enable(ctx context.Context) (changed bool, err error)
	Disable(ctx context.Context) error
	Reload(ctx context.Context) error
	Start(ctx context.Context) error
	Restart(ctx context.Context) error
	Stop(ctx context.Context) error
}

// State is the helper's service as its manager sees it.
type State struct {
	Known     bool   // the manager has read a description of it
	Outdated  bool   // the description on disk is another one now
	Running   bool   // or about to, or about to end
	Replaced  bool   // it runs another file than the one that is installed now
	LastWords string // why it does not run, in the manager's words and the helper's own
}

// Report says what a call has changed, a line each.
type Report struct {
	Changed []string
	Kept    []string // what an uninstallation leaves on purpose
}

func (r *Report) changed(did bool, format string, args ...any) {
	if did {
		r.Changed = append(r.Changed, fmt.Sprintf(format, args...))
	}
}

// Installer installs to one machine, or to a folder that a test takes for one.
type Installer struct {
	tree     tree
	places   places
	service  []byte   // the description for the service manager
	services Services // nil: there is no service manager

	uid       int
	self      func() ([]byte, error)          // the running program
	knownUser func(uint32) error              // refuses a user that does not exist
	greeted   func(ctx context.Context) error // waits until the helper greets
	clean     func(stateDir string) error     // takes down what a dead helper has left of its tunnels
}

// Install puts everything in place and starts the helper; what is right already is left alone. Everything is
// checked before the first change. Errors are named ones and those of the system; with ErrNoServiceManager the
// files are in place, and its message says what root has to run.
func (i *Installer) Install(ctx context.Context, operator string) (Report, error) {
	var report Report
	w, err := i.plan(ctx, operator)
	if err != nil {
		return report, err
	}
	if err := i.write(w, &report); err != nil {
		return report, err
	}
	if i.services == nil {
		return report, &Error{Name: ErrNoServiceManager, Message: "there is no systemd here that could start the helper with the machine\n" +
			"  Have the system's own way of starting programs run this as root:\n  " + strings.Join(i.places.command(), " ")}
	}
	err = i.start(ctx, w, &report)
	return report, err
}

func (i *Installer) write(w *wanted, report *Report) error {
	p := i.places
	put := func(dir, name string, data []byte, mode uint32) (bool, error) {
		d, err := i.tree.open(dir, true)
		if err != nil {
			return false, err
		}
		defer d.Close()
		changed, err := d.put(name, data, mode)
		report.changed(changed, "wrote %s", path.Join(dir, name))
		return changed, err
	}
	newBinary, err := put(p.binaryDir, binary, w.binary, 0o755)
	if err != nil {
		return err
	}
	if _, err := put(p.operatorsDir, operators, w.operators, 0o644); err != nil {
		return err
	}
	newService := false
	if i.services != nil {
		if newService, err = put(p.serviceDir, p.service, i.service, 0o644); err != nil {
			return err
		}
	}
	w.state.Replaced = w.state.Replaced || newBinary || newService
	w.state.Outdated = w.state.Outdated || newService
	return nil
}

func (i *Installer) start(ctx context.Context, w *wanted, report *Report) error {
	enabled, err := i.services.Enable(ctx)
	if err != nil {
		return err
	}
	report.changed(enabled, "it starts with the machine from now on")
	if enabled || w.state.Outdated || !w.state.Known {
		if err := i.services.Reload(ctx); err != nil {
			return err
		}
	}
	switch {
	case !w.state.Running:
		err = i.services.Start(ctx)
		report.changed(err == nil, "started the helper")
	case w.state.Replaced:
		err = i.services.Restart(ctx)
		report.changed(err == nil, "restarted the helper")
	}
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, startPatience)
		defer cancel()
		err = i.greeted(ctx)
	}
	if err != nil {
		return i.explain(ctx, err)
	}
	return nil
}

// explain adds what the service manager knows of a helper that did not come up. What says that there is none, or none
// that was told, explains itself.
func (i *Installer) explain(ctx context.Context, cause error) error {
	if errors.Is(cause, ErrNoServiceManager) {
		return cause
	}
	message := "it is installed, but the helper does not run: " + cause.Error()
	if state, err := i.services.State(ctx); err == nil && state.LastWords != "" {
		message += "; " + state.LastWords
	}
	return &Error{Name: ErrStartFailed, Message: message}
}
