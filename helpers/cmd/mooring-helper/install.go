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
	"syscall"

	"mooring.dev/helpers/internal/install"
	"mooring.dev/helpers/internal/plan"
)

// Exit codes, those of the command "mooring" where it has the same.
const (
	exitTrouble          = 1
	exitUsage            = 2
	exitNotAuthorised    = 4
	exitNoServiceManager = 7
)

// installation runs "install" or "uninstall" and gives the exit code. What was done is the answer and goes to out.
func installation(args []string, out, errs io.Writer) int {
	operator, err := parseInstallation(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(out, usage)
		return 0
	case err != nil:
		fmt.Fprintf(errs, "mooring-helper: %v\n\n%s", err, usage)
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	installer, done, err := install.New(ctx, cleanMachine)
	if err != nil {
		return complain(err, errs)
	}
	defer done()

	var report install.Report
	idle := "already installed"
	if args[0] == "install" {
		report, err = installer.Install(ctx, operator)
	} else {
		idle = "nothing is installed"
		report, err = installer.Uninstall(ctx)
	}
	for _, line := range report.Changed {
		fmt.Fprintln(out, line)
	}
	for _, path := range report.Kept {
		fmt.Fprintf(out, "kept %s: the private keys in it are gone once it is removed\n", path)
	}
	if err == nil && len(report.Changed) == 0 {
		fmt.Fprintln(out, idle)
	}
	return complain(err, errs)
}

// parseInstallation gives the operator, which "install" alone takes; that it makes sense is asked later.
func parseInstallation(args []string) (operator string, err error) {
	fs := flag.NewFlagSet("mooring-helper "+args[0], flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	if args[0] == "install" {
		fs.StringVar(&operator, "operator", "", "")
	}
	if err := fs.Parse(args[1:]); err != nil {
		return "", err
	}
	if fs.NArg() > 0 {
		return "", fmt.Errorf("unexpected %q", fs.Arg(0))
	}
	return operator, nil
}

func complain(err error, errs io.Writer) int {
	if err == nil {
		return 0
	}
	fmt.Fprintf(errs, "mooring-helper: %v\n", err)
	switch {
	case errors.Is(err, install.ErrBadOperator), errors.Is(err, install.ErrUnknownUser):
		return exitUsage
	case errors.Is(err, install.ErrNotRoot):
		return exitNotAuthorised
	case errors.Is(err, install.ErrNoServiceManager):
		return exitNoServiceManager
	default:
		return exitTrouble
	}
}

// cleanMachine takes down what a helper that died has left of its tunnels. None is desired any more, and a manager
// that ends at once does nothing but clean.
func cleanMachine(stateDir string) error {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	manager, _ := newManager(log, nil, stateDir, plan.EngineAuto)
	ctx, end := context.WithCancel(context.Background())
	end()
	return manager.Run(ctx)
}
