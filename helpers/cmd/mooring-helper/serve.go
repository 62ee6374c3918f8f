package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/coreos/go-systemd/v22/daemon"

	"mooring.dev/helpers/internal/auth"
	"mooring.dev/helpers/internal/keystore"
	"mooring.dev/helpers/internal/server"
	"mooring.dev/helpers/internal/wireguard"
)

// run wires the parts and serves until a signal. It returns once the machine is as it was.
func run(o options, log *slog.Logger) error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("must run as root, this is uid %d", os.Geteuid())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	wireguard.KeepSmall()

	if err := os.MkdirAll(o.stateDir, 0o700); err != nil {
		return err
	}
	unlock, err := lock(filepath.Join(o.stateDir, "lock"))
	if err != nil {
		return err
	}
	defer unlock()
	keys, err := keystore.Open(filepath.Join(o.stateDir, "keys"))
	if err != nil {
		return err
	}
	listener, err := server.Listen(o.socket)
	if err != nil {
		return err
	}
	defer listener.Close()

	manager, parts := newManager(log, keys, o.stateDir, o.engine)
	srv := &server.Server{Reconciler: manager, Keys: keys, Policy: auth.NewPolicy(o.operators), Version: version, Log: log}

	// Whichever part ends first ends the others; the reconciler's end is the take-down.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	parts = append(parts, func(ctx context.Context) error { return srv.Serve(ctx, listener) })
	ended := make(chan error, len(parts))
	for _, part := range parts {
		go func() {
			defer cancel()
			ended <- part(ctx)
		}()
	}
	log.Info("ready", "version", version, "socket", o.socket, "state", o.stateDir, "operators", o.operators)
	notify(daemon.SdNotifyReady)
	var all []error
	for range parts {
		all = append(all, <-ended)
	}
	return errors.Join(all...)
}

// lock keeps a second helper off the same state directory; the lock ends with the process.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("another helper uses %s: %w", filepath.Dir(path), err)
	}
	return func() { f.Close() }, nil
}

// notify tells systemd, if that has started us; there is nothing to do when it does not listen.
func notify(state string) { _, _ = daemon.SdNotify(false, state) }
