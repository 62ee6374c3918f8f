package main

import (
	"errors"
	"flag"
	"log/slog"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for args, want := range map[string]options{
		"serve /etc/mooring/hub.json":                   {file: "/etc/mooring/hub.json"},
		"serve --log-level debug /etc/mooring/hub.json": {file: "/etc/mooring/hub.json", level: slog.LevelDebug},
	} {
		if got, err := parse(strings.Fields(args), nil); err != nil || got != want {
			t.Errorf("%q: got %+v, %v", args, got, err)
		}
	}
	for args, quotes := range map[string]string{
		"":                         "serve and the path of a file are needed",
		"serve":                    "serve and the path of a file are needed",
		"serve a b":                `"b"`,
		"start a":                  `"start"`,
		"serve --log-level loud a": "loud",
		"serve --port 5 a":         "port",
		"--log-level info serve a": "log-level",
	} {
		if _, err := parse(strings.Fields(args), nil); err == nil || !strings.Contains(err.Error(), quotes) {
			t.Errorf("%q: got %v, want %s", args, err, quotes)
		}
	}
	for args, want := range map[string]string{"--version": version, "--help": "usage: mooring-hub", "serve --help": "usage: mooring-hub"} {
		var out strings.Builder
		if _, err := parse(strings.Fields(args), &out); !errors.Is(err, flag.ErrHelp) || !strings.HasPrefix(out.String(), want) {
			t.Errorf("%s: printed %q, %v", args, out.String(), err)
		}
	}
}
