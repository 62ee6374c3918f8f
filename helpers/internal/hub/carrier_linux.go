package hub

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/vishvananda/netlink"

	"mooring.dev/helpers/internal/hub/config"
	"mooring.dev/helpers/internal/link"
	"mooring.dev/helpers/internal/plan"
)

// carrier brings the Ethernet of devices to ports: the engine of the hub.
type carrier interface {
	// start makes the hub's own interface inside WireGuard and listens.
	start(key plan.Key) error

	// makePort makes the device's interface, down and on no bridge. Nothing is heard of the device yet.
	makePort(config.Device) error

	// letIn makes the device a peer. It is found when it speaks: hubs know no endpoints.
	letIn(config.Device) error

	// putOut undoes letIn, and removePort makePort. What is gone already is no error; the other devices notice nothing.
	putOut(config.Device) error
	removePort(config.Device) error

	// counted is what was carried for a device so far, as a line of the log has it.
	counted(config.Device) slog.Attr

	// done is closed when the engine has ended by itself; nil where it cannot.
	done() <-chan struct{}

	// close takes everything away, also after a start that failed.
	close() error
}

func newCarrier(log *slog.Logger, c config.Config, r *record, socketDir string) carrier {
	if c.Engine == plan.EngineKernel {
		return &kernel{config: c, record: r}
	}
	return &userspace{log: log, config: c, socketDir: socketDir}
}

// openLink gives the hub's own interface its address and sets it up.
func openLink(c config.Config) error {
	l, err := link.Existing(config.Link)
	if err != nil {
		return err
	}
	if err := link.NoLinkLocal(config.Link); err != nil {
		return err
	}
	if err := netlink.AddrAdd(l, netlinkAddr(c.Address)); err != nil {
		return fmt.Errorf("add %v to %s: %w", c.Address, config.Link, err)
	}
	return link.SetUp(l)
}

// noteNewLink puts an interface on record that is about to be made, if its name is free.
func noteNewLink(r *record, name string) error {
	l, err := link.Find(name)
	if err != nil {
		return err
	}
	if l != nil {
		return &link.TakenError{Interface: name, Why: "it is there already"}
	}
	return r.noteLink(name)
}

// removeLinks deletes all interfaces on record: those that a killed hub has left, or our own.
func removeLinks(r *record) error {
	var errs []error
	for _, name := range slices.Clone(r.Links) {
		errs = append(errs, removeLink(r, name))
	}
	return errors.Join(errs...)
}

// removeLink leaves an interface alone that is not on record: it was there before us.
func removeLink(r *record, name string) error {
	if !slices.Contains(r.Links, name) {
		return nil
	}
	l, err := link.Find(name)
	if err == nil && l != nil {
		err = link.Delete(l)
	}
	if err != nil {
		return err
	}
	return r.dropLink(name)
}
