package userspace

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"mooring.dev/helpers/internal/link"
	"mooring.dev/helpers/internal/netmon"
	"mooring.dev/helpers/internal/netnstest"
	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/probe"
	"mooring.dev/helpers/internal/proto"
	"mooring.dev/helpers/internal/reconcile"
	"mooring.dev/helpers/internal/store"
)

var (
	_      reconcile.Engine = (*Engine)(nil)
	mac                     = [6]byte{0x12, 0xab, 0x34, 0xcd, 0x56, 0xef}
	stable                  = netip.MustParseAddr("2001:db8::10ab:34ff:fecd:56ef")
	names                   = plan.NamesFor(0)
)

// laptop is a running helper without its socket: everything below that is real.
type laptop struct {
	t       *testing.T
	engine  *Engine
	manager *reconcile.Manager
	stop    func()
}

// keyring has the laptop's key.
type keyring struct{ public plan.Key }

func (k keyring) Secrets(public plan.Key) (plan.Secrets, error) {
	if public != k.public {
		return plan.Secrets{}, fs.ErrNotExist
	}
	return plan.Secrets{PrivateKey: laptopPrivate}, nil
}

// home is the tunnel that all tests bring up.
func home(t *testing.T) plan.Tunnel {
	t.Helper()
	return plan.Tunnel{
		Name: "home", PublicKey: public(t, laptopPrivate), ListenPort: 3243,
		Address: netip.PrefixFrom(laptopInside, 24),
		Hub: plan.Hub{
			PublicKey: public(t, hubPrivate), Address: hubInside,
			Endpoint: plan.Endpoint{Host: hubAddress, Port: hubPort},
		},
		MAC: mac, TxOffload: plan.TxOffloadAuto, Engine: plan.EngineAuto,
	}
}

// newLaptop starts a helper that keeps its state in dir. others are asked before this engine.
func newLaptop(t *testing.T, dir string, others ...reconcile.Engine) *laptop {
	t.Helper()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	if testing.Verbose() {
		log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	l := &laptop{t: t}
	var parts []func(context.Context) error
	l.engine, l.manager, parts = assemble(log, dir, others...)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	for _, part := range parts {
		go func() { ended <- part(ctx) }()
	}
	stopped := false
	l.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := errors.Join(<-ended, <-ended); err != nil {
			t.Errorf("the helper ends: %v", err)
		}
	}
	t.Cleanup(l.stop)
	return l
}

// assemble gives the parts of a helper, and what of them must run.
func assemble(log *slog.Logger, dir string, others ...reconcile.Engine) (*Engine, *reconcile.Manager, []func(context.Context) error) {
	engine, monitor := New(log), netmon.New(log)
	public, err := publicOf(laptopPrivate)
	if err != nil {
		panic(err) // it is a constant
	}
	manager := reconcile.New(reconcile.Deps{
		Engines: append(others, engine), Only: plan.EngineUserspace, Host: link.NewHost(log), Monitor: monitor,
		Prober: probe.New(log), Resolver: probe.NewResolver(), Keys: keyring{public}, Store: store.New(dir), Log: log,
	})
	return engine, manager, []func(context.Context) error{monitor.Run, manager.Run}
}

// set makes the desired tunnels these.
func (l *laptop) set(tunnels ...plan.Tunnel) (changed bool) {
	l.t.Helper()
	changed, err := l.manager.Set(context.Background(), tunnels)
	must(l.t, err)
	return changed
}

// status is that of the only tunnel. A helper that was just started takes a moment to take over what is stored.
func (l *laptop) status() proto.TunnelStatus {
	l.t.Helper()
	netnstest.Await(l.t, "there is a tunnel", time.Second, func() bool { return len(l.manager.Status().Tunnels) == 1 })
	return l.manager.Status().Tunnels[0]
}

func (l *laptop) verified() bool { return l.status().VerifiedSince != nil }

// awaitVerified fails with the last status.
func (l *laptop) awaitVerified(within time.Duration) {
	l.t.Helper()
	for end := time.Now().Add(within); !l.verified(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			s := l.status()
			l.t.Fatalf("after %v not verified: step %s, fault %+v, DAD %s, readings %+v, handshake %v", within, s.Step, s.Fault, s.DAD, s.Reachability, s.LastHandshake)
		}
	}
}

// awaitCarries does not wait for the end of Duplicate Address Detection, a second in which the address serves already.
func (l *laptop) awaitCarries(within time.Duration) {
	l.t.Helper()
	netnstest.Await(l.t, "the hub answers on both levels", within, func() bool {
		s := l.status()
		return s.Address != nil && is(s.Reachability.Link.OK) && is(s.Reachability.Ethernet.OK)
	})
}
