package main

import (
	"errors"
	"strings"
	"testing"

	"mooring.dev/helpers/internal/install"
)

func TestInstallationUsage(t *testing.T) {
	for _, tt := range []struct {
		args string
		code int
		says string
	}{
		{"install --operator", exitUsage, "operator"},
		{"install --operator 1000 extra", exitUsage, `"extra"`},
		{"install --root /tmp --operator 1000", exitUsage, "root"},
		{"uninstall --operator 1000", exitUsage, "operator"},
		{"uninstall all", exitUsage, `"all"`},
		{"install --help", 0, "usage: mooring-helper"},
	} {
		var out, errs strings.Builder
		code := installation(strings.Fields(tt.args), &out, &errs)
		if code != tt.code || !strings.Contains(out.String()+errs.String(), tt.says) {
			t.Errorf("%s: %d, %q, %q", tt.args, code, out.String(), errs.String())
		}
	}
}

func TestExitCodes(t *testing.T) {
	for _, tt := range []struct {
		err  error
		code int
	}{
		{nil, 0},
		{&install.Error{Name: install.ErrNotRoot}, exitNotAuthorised},
		{&install.Error{Name: install.ErrBadOperator}, exitUsage},
		{&install.Error{Name: install.ErrUnknownUser}, exitUsage},
		{&install.Error{Name: install.ErrNoServiceManager}, exitNoServiceManager},
		{&install.Error{Name: install.ErrUnsafePath}, exitTrouble},
		{errors.ErrUnsupported, exitTrouble},
	} {
		var errs strings.Builder
		if code := complain(tt.err, &errs); code != tt.code || (tt.err == nil) != (errs.Len() == 0) {
			t.Errorf("%v: %d, %q", tt.err, code, errs.String())
		}
	}
}
