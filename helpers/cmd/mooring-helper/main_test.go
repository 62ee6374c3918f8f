package main

import (
	"errors"
	"flag"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mooring.dev/helpers/internal/plan"
)

func TestParse(t *testing.T) {
	good := options{socket: "/run/m.sock", stateDir: "/var/lib/m", operators: "/etc/m", engine: plan.EngineUserspace, level: slog.LevelDebug}
	got, err := parse(strings.Fields("--socket /run/m.sock --state-dir /var/lib/m --operators /etc/m --engine userspace --log-level debug"), nil)
	if err != nil || got != good {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := parse(strings.Fields("--socket /a --state-dir /b"), nil); err != nil || got.engine != plan.EngineAuto {
		t.Errorf("without --engine: got %+v, %v", got, err)
	}
	for _, tt := range []struct{ args, quotes string }{
		{"", "--socket and --state-dir are needed"},
		{"--socket /a", "--state-dir"},
		{"--socket /a --state-dir /b extra", `"extra"`},
		{"--socket /a --state-dir /b --log-level loud", "loud"},
		{"--sockett /a", "sockett"},
		{"--socket /a --state-dir /b --engine steam", `"steam" for flag -engine: must be auto, kernel or userspace`},
	} {
		if _, err := parse(strings.Fields(tt.args), nil); err == nil || !strings.Contains(err.Error(), tt.quotes) {
			t.Errorf("%q: got %v, want %s", tt.args, err, tt.quotes)
		}
	}
	for args, want := range map[string]string{"--version": version, "--help": "usage: mooring-helper"} {
		var out strings.Builder
		if _, err := parse([]string{args}, &out); !errors.Is(err, flag.ErrHelp) || !strings.HasPrefix(out.String(), want) {
			t.Errorf("%s: printed %q, %v", args, out.String(), err)
		}
	}
}

// TestEngines: the kernel's comes first, so that auto takes it wherever it can.
func TestEngines(t *testing.T) {
	for only, want := range map[plan.EngineKind][]string{
		plan.EngineAuto: {"kernel", "userspace"}, plan.EngineKernel: {"kernel"}, plan.EngineUserspace: {"userspace"},
	} {
		manager, _ := newManager(slog.New(slog.DiscardHandler), nil, t.TempDir(), only)
		var got []string
		for _, e := range manager.Engines() {
			got = append(got, e.Kind)
		}
		if !slices.Equal(got, want) {
			t.Errorf("--engine %s offers %v, want %v", only, got, want)
		}
	}
}

func TestOneHelperAStateDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := lock(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock(path); err == nil || !strings.Contains(err.Error(), "another helper uses") {
		t.Errorf("got %v", err)
	}
	unlock()
	again, err := lock(path)
	if err != nil {
		t.Fatal(err)
	}
	again()
}
