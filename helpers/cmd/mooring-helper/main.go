// Command mooring-helper is the only part of Mooring that runs as root. It holds the desired tunnels, keeps them
// working on its own, and answers the helper protocol on a Unix socket.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"mooring.dev/helpers/internal/plan"
)

// version is set by the build.
var version = "dev"

const usage = `usage: mooring-helper --socket PATH --state-dir DIR [--operators FILE] [--engine KIND] [--log-level LEVEL]
       mooring-helper install --operator UID
       mooring-helper uninstall

Without a command it runs in the foreground as root. SIGTERM or SIGINT takes the tunnels down and leaves the machine
as it was.

  --socket PATH      where to listen; everyone may connect and read, changes are for operators
  --state-dir DIR    private keys (root only) and the desired tunnels
  --operators FILE   user ids, one a line, that may change things beside root; must be root's own
  --engine KIND      auto, kernel or userspace: the only engine that tunnels are offered (default auto: all)
  --log-level LEVEL  debug, info, warn or error (default info)
  --version          print the version

install, as root, copies this program to where root alone can replace it and has the system (systemd, launchd) start
it with the machine; the user with the id UID may change things from then on. Again it changes nothing.
uninstall, as root, takes the tunnels down and removes everything but the private keys.
They end with 2 on wrong usage, 4 when not root, 7 when it is installed but nothing starts it: there is no systemd, or
launchd was not told yet. It says then what root has to run.
`

type options struct {
	socket, stateDir, operators string
	engine                      plan.EngineKind
	level                       slog.Level
}

func main() {
	if len(os.Args) > 1 && (os.Args[1] == "install" || os.Args[1] == "uninstall") {
		os.Exit(installation(os.Args[1:], os.Stdout, os.Stderr))
	}
	opts, err := parse(os.Args[1:], os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		fmt.Fprintf(os.Stderr, "mooring-helper: %v\n\n%s", err, usage)
		os.Exit(exitUsage)
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: opts.level}))
	if err := run(opts, log); err != nil {
		log.Error("mooring-helper ends", "err", err)
		notify("STATUS=" + strings.ReplaceAll(err.Error(), "\n", "; ")) // shown by "systemctl status"
		os.Exit(exitTrouble)
	}
}

func parse(args []string, out io.Writer) (o options, err error) {
	fs := flag.NewFlagSet("mooring-helper", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&o.socket, "socket", "", "")
	fs.StringVar(&o.stateDir, "state-dir", "", "")
	fs.StringVar(&o.operators, "operators", "", "")
	o.engine = plan.EngineAuto
	fs.Func("engine", "", func(kind string) (err error) {
		o.engine, err = plan.ParseEngineKind(kind)
		return err
	})
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
		return o, fmt.Errorf("unexpected %q", fs.Arg(0))
	case o.socket == "" || o.stateDir == "":
		return o, errors.New("--socket and --state-dir are needed")
	}
	return o, nil
}
