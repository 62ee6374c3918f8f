package hub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"mooring.dev/helpers/internal/hub/config"
	"mooring.dev/helpers/internal/link"
	"mooring.dev/helpers/internal/plan"
)

// hub is one that runs. Only the goroutine of Serve touches it.
type hub struct {
	log       *slog.Logger
	socketDir string
	record    *record
	carrier   carrier // nil before it is up
	bridge    bridge
	router    router
	filter    filter
	devices   map[string]config.Device // those that are up, by name
	config    config.Config            // that was applied last
}

// Serve makes the hub, logs "ready", applies what comes by changes, makes anew what someone else deletes of the ports,
// and ends with ctx, when WireGuard ends by itself, or when someone deletes its own interface or the bridge. When it
// returns, with or without an error, everything is as it was before.
func Serve(ctx context.Context, o Options, changes <-chan config.Config) (err error) {
	r, err := openRecord(o.StateDir)
	if err != nil {
		return err
	}
	h := &hub{
		log:       o.Log,
		socketDir: o.SocketDir,
		record:    r,
		bridge:    bridge{name: o.Config.Bridge.Name, record: r},
		router:    router{log: o.Log},
		filter:    filter{log: o.Log, bridge: o.Config.Bridge.Name},
		devices:   map[string]config.Device{},
		config:    o.Config,
	}
	defer func() { err = errors.Join(err, h.close()) }()
	gone, err := watchDeletions(h.log)
	if err != nil {
		return err
	}
	defer gone.close()
	if err := h.start(o.Key); err != nil {
		return err
	}
	h.log.Info("ready", "engine", o.Config.Engine, "port", o.Config.ListenPort, "bridge", o.Config.Bridge.Name, "devices", len(h.devices))
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-h.carrier.done():
			return errors.New("WireGuard has ended by itself")
		case <-gone.some:
			if err := h.repair(); err != nil {
				return err
			}
		case c := <-changes:
			h.change(c)
		}
	}
}

func (h *hub) start(key plan.Key) error {
	if err := link.NeedsIPv6(); err != nil {
		return err
	}
	if err := removeLinks(h.record); err != nil {
		return err
	}
	// Before anything of ours is there, so that what is on record is the machine's own.
	if err := forward(h.record); err != nil {
		return err
	}
	if err := h.bridge.up(key); err != nil {
		return err
	}
	h.carrier = newCarrier(h.log, h.config, h.record, h.socketDir)
	if err := h.carrier.start(key); err != nil {
		return err
	}
	if err := h.settle(h.config); err != nil {
		return err
	}
	return h.bridge.checkMTU(h.log, len(h.devices))
}

// change applies c whole, or logs why not and has everything as before.
func (h *hub) change(c config.Config) {
	if err := checkChange(h.config, c); err != nil {
		h.log.Error("the changed file is not applied", "err", err)
		return
	}
	if err := h.settle(c); err != nil {
		h.log.Error("the changed file is not applied", "err", err)
		if err := h.settle(h.config); err != nil {
			h.log.Error("going back to the old file failed too; restart the hub", "err", err)
		}
		return
	}
	h.config = c
	h.log.Info("changed", "devices", len(h.devices))
}

// settle makes what may change match c, and touches nothing that matches already.
func (h *hub) settle(c config.Config) error {
	if err := h.bridge.settle(c.Bridge.Addresses); err != nil {
		return err
	}
	if err := h.filter.settle(c); err != nil { // before anyone is let in whom it watches
		return err
	}
	if err := h.settleDevices(c.Devices); err != nil {
		return err
	}
	return h.router.settle(c)
}

// settleDevices removes before it adds: addresses may have been exchanged.
func (h *hub) settleDevices(want []config.Device) error {
	keep := map[config.Device]bool{}
	for _, d := range want {
		keep[d] = true
	}
	for _, d := range h.devices {
		if keep[d] {
			continue
		}
		if err := h.remove(d); err != nil {
			return err
		}
	}
	for _, d := range want {
		if _, there := h.devices[d.Name]; there {
			continue
		}
		if err := h.add(d); err != nil {
			return err
		}
	}
	return nil
}

// add brings the port onto the bridge before the device is let in, so that no frame finds it half made.
func (h *hub) add(d config.Device) error {
	err := h.addPort(d)
	if err == nil {
		err = h.carrier.letIn(d)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("add the device %s: %w", d.Name, err), h.carrier.putOut(d), h.carrier.removePort(d))
	}
	h.devices[d.Name] = d
	h.log.Info("device added", "device", d.Name, "port", d.Port(), "address", d.Address)
	return nil
}

func (h *hub) addPort(d config.Device) error {
	if err := h.carrier.makePort(d); err != nil {
		return err
	}
	return h.bridge.join(d)
}

func (h *hub) remove(d config.Device) error {
	counted := h.carrier.counted(d)
	if err := errors.Join(h.carrier.putOut(d), h.carrier.removePort(d)); err != nil {
		return fmt.Errorf("remove the device %s: %w", d.Name, err)
	}
	delete(h.devices, d.Name)
	h.log.Info("device removed", "device", d.Name, counted)
	return nil
}

// repair makes the ports anew that someone deleted. Their devices stay let in, and their sessions with them. What it
// cannot mend is an error: without the hub's own interface or the bridge it is none.
func (h *hub) repair() error {
	for _, name := range []string{config.Link, h.bridge.name} {
		l, err := link.Find(name)
		if err == nil && (l == nil || name == h.bridge.name && l.Attrs().Index != h.bridge.link.Attrs().Index) {
			err = fmt.Errorf("%s was deleted by someone else", name)
		}
		if err != nil {
			return err
		}
	}
	for _, d := range h.devices {
		l, err := link.Find(d.Port())
		if err != nil {
			return err
		}
		if l != nil {
			continue
		}
		if err = h.carrier.removePort(d); err == nil {
			err = h.addPort(d)
		}
		if err != nil {
			err = errors.Join(err, h.carrier.removePort(d))
			h.log.Error("the port was deleted by someone else and is not back; restart the hub", "device", d.Name, "err", err)
			continue
		}
		h.log.Warn("the port was deleted by someone else and made anew", "device", d.Name, "port", d.Port())
	}
	return nil
}

// close takes everything down, in the reverse order. What was never made is passed over.
func (h *hub) close() error {
	h.router.stop()
	errs := []error{h.filter.clear()}
	if h.carrier != nil {
		errs = append(errs, h.carrier.close())
	}
	errs = append(errs, h.bridge.down(), restoreSysctls(h.record))
	if err := errors.Join(errs...); err != nil {
		return errors.Join(fmt.Errorf("leave the machine as it was: %w", err), h.record.close(false))
	}
	return h.record.close(true)
}
