// Command mooring-hub is a hub in one program: it keeps the tunnels of many devices and puts their Ethernet on one
// bridge. It is told by a file and serves nothing but wg(8)'s socket.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
)

// version is set by the build.
var version = "dev"

const usage = `usage: mooring-hub serve [--log-level LEVEL] FILE.json

serve runs in the foreground as root. Once the log says "ready" the devices of the file can join. SIGHUP applies the
changed file; the devices that stay notice nothing. SIGTERM or SIGINT takes everything down and leaves the machine as it
was.

  --log-level LEVEL  debug, info, warn or error (default info)
  --version          print the version

It ends with 1 on trouble, 2 on wrong usage or a wrong file, 4 when not root.
`

// What the program ends with. The helper's commands mean the same by them.
const (
	exitTrouble = 1
	exitUsage   = 2 // or a wrong file
	exitNotRoot = 4
)

type options struct {
	file  string
	level slog.Level
}

func main() { os.Exit(command(os.Args[1:], os.Stdout, os.Stderr)) }

func command(args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintf(stderr, "mooring-hub: %v\n\n%s", err, usage)
		return exitUsage
	}
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: o.level}))
	status, err := serve(o, log)
	if err != nil {
		log.Error("mooring-hub ends", "err", err)
	}
	return status
}

// parse gives flag.ErrHelp when what was asked for is printed already.
func parse(args []string, out io.Writer) (o options, err error) {
	fs := flag.NewFlagSet("mooring-hub", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	show := fs.Bool("version", false, "")
	err = fs.Parse(args)
	if err == nil && !*show && fs.NArg() > 0 {
		if fs.Arg(0) != "serve" {
			return o, fmt.Errorf("there is no command %q", fs.Arg(0))
		}
		fs.TextVar(&o.level, "log-level", slog.LevelInfo, "")
		err = fs.Parse(fs.Args()[1:])
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(out, usage)
		return o, err
	case err != nil:
		return o, err
	case *show:
		fmt.Fprintln(out, version)
		return o, flag.ErrHelp
	case fs.NArg() == 0:
		return o, errors.New("serve and the path of a file are needed")
	case fs.NArg() > 1:
		return o, fmt.Errorf("unexpected %q", fs.Arg(1))
	}
	o.file = fs.Arg(0)
	return o, nil
}
