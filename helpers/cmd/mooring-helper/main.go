// Command mooring-helper is the only part of Mooring that runs as root. It holds the desired tunnels, keeps them
// working on its own, and answers the helper protocol on a Unix socket.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"mooring.dev/helpers/internal/auth"
	"mooring.dev/helpers/internal/keystore"
	"mooring.dev/helpers/internal/server"
)

// version is set by the build.
var version = "dev"

const usage = `usage: mooring-helper --socket PATH --state-dir DIR [--operators FILE] [--log-level LEVEL]

Runs in the foreground as root. SIGTERM or SIGINT takes the tunnels down and leaves the machine as it was.

  --socket PATH      where to listen; everyone may connect and read, changes are for operators
  --state-dir DIR    private keys (root only) and the desired tunnels
  --operators FILE   user ids, one a line, that may change things beside root; must be root's own
  --log-level LEVEL  debug, info, warn or error (default info)
  --version          print the version
`

type options struct {
	socket, stateDir, operators string
	level                       slog.Level
}

// errUsage is answered with the usage text and exit 2.
var errUsage = errors.New("usage")

func main() {
	opts, err := parse(os.Args[1:], os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		fmt.Fprintf(os.Stderr, "mooring-helper: %v\n\n%s", err, usage)
		os.Exit(2)
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: opts.level}))
	if err := run(opts, log); err != nil {
		log.Error("mooring-helper ends", "err", err)
		os.Exit(1)
	}
}

func parse(args []string, out io.Writer) (o options, err error) {
	fs := flag.NewFlagSet("mooring-helper", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&o.socket, "socket", "", "")
	fs.StringVar(&o.stateDir, "state-dir", "", "")
	fs.StringVar(&o.operators, "operators", "", "")
	fs.TextVar(&o.level, "log-level", slog.LevelInfo, "")
	show := fs.Bool("version", false, "")
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(out, usage)
		return o, err
	case err != nil:
		return o, err
	case *show:
		fmt.Fprintln(out, version)
		return o, flag.ErrHelp
	case fs.NArg() > 0:
		return o, fmt.Errorf("%w: unexpected %q", errUsage, fs.Arg(0))
	case o.socket == "" || o.stateDir == "":
		return o, fmt.Errorf("%w: --socket and --state-dir are needed", errUsage)
	}
	return o, nil
}

// run wires the parts and serves until a signal. It returns once the machine is as it was.
func run(o options, log *slog.Logger) error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("must run as root, this is uid %d", os.Geteuid())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()

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

	manager, parts := newManager(log, keys, o.stateDir)
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
