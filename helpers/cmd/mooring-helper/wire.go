package main

import (
	"context"
	"log/slog"

	"mooring.dev/helpers/internal/keystore"
	"mooring.dev/helpers/internal/link"
	"mooring.dev/helpers/internal/netmon"
	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/probe"
	"mooring.dev/helpers/internal/reconcile"
	"mooring.dev/helpers/internal/store"
	"mooring.dev/helpers/internal/userspace"
)

var (
	_ reconcile.Engine  = (*link.KernelEngine)(nil)
	_ reconcile.Engine  = (*userspace.Engine)(nil)
	_ reconcile.Host    = (*link.Host)(nil)
	_ reconcile.Monitor = (*netmon.Monitor)(nil)
	_ reconcile.Prober  = (*probe.Prober)(nil)
)

// newManager assembles the reconciler over this machine, and gives what must run beside the server. only is
// reconcile.Deps.Only.
func newManager(log *slog.Logger, keys *keystore.Store, stateDir string, only plan.EngineKind) (*reconcile.Manager, []func(context.Context) error) {
	monitor := netmon.New(log)
	manager := reconcile.New(reconcile.Deps{
		Engines:  []reconcile.Engine{link.NewKernelEngine(log, stateDir), userspace.New(log)},
		Only:     only,
		Host:     link.NewHost(log),
		Monitor:  monitor,
		Prober:   probe.New(log),
		Resolver: probe.NewResolver(),
		Keys:     keys,
		Store:    store.New(stateDir),
		Log:      log,
		Version:  version,
	})
	return manager, []func(context.Context) error{monitor.Run, manager.Run}
}
