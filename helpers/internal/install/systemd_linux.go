package install

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/coreos/go-systemd/v22/dbus"
)

// systemd is the helper's unit, over systemd's own socket: no message bus has to run for that, and no program.
type systemd struct {
	conn   *dbus.Conn
	binary string // what the unit runs
}

var _ Services = (*systemd)(nil)

func connect(ctx context.Context, binary string) (*systemd, error) {
	conn, err := dbus.NewSystemdConnectionContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect to systemd: %w", err)
	}
	return &systemd{conn, binary}, nil
}

func (s *systemd) close() { s.conn.Close() }

func (s *systemd) State(ctx context.Context) (State, error) {
	all, err := s.conn.GetUnitPropertiesContext(ctx, unitName)
	if err != nil {
		return State{}, fmt.Errorf("ask systemd for %s: %w", unitName, err)
	}
	service, err := s.conn.GetUnitTypePropertiesContext(ctx, unitName, "Service")
	if err != nil {
		return State{}, fmt.Errorf("ask systemd for %s: %w", unitName, err)
	}
	text := func(of map[string]any, name string) string { v, _ := of[name].(string); return v }
	outdated, _ := all["NeedDaemonReload"].(bool)
	pid, _ := service["MainPID"].(uint32)
	status, _ := service["ExecMainStatus"].(int32)
	active := text(all, "ActiveState")
	state := State{
		Known:    text(all, "LoadState") != "not-found",
		Outdated: outdated,
		Running:  active != "inactive" && active != "failed",
		LastWords: fmt.Sprintf("systemd says %s (%s), result %s, exit status %d",
			active, text(all, "SubState"), text(service, "Result"), status),
	}
	if words := strings.TrimSpace(text(service, "StatusText")); words != "" {
		state.LastWords += "; the helper said: " + words
	}
	if pid != 0 {
		// By inode, not by name: the helper lives in a mount namespace of its own.
		running, runErr := os.Stat(fmt.Sprintf("/proc/%d/exe", pid))
		installed, fileErr := os.Stat(s.binary)
		state.Replaced = runErr != nil || fileErr != nil || !os.SameFile(running, installed)
	}
	return state, nil
}

func (s *systemd) Enable(ctx context.Context) (bool, error) {
	_, changes, err := s.conn.EnableUnitFilesContext(ctx, []string{unitName}, false, false)
	if err != nil {
		return false, fmt.Errorf("enable %s: %w", unitName, err)
	}
	return len(changes) > 0, nil
}

// Disable also forgets that the unit has failed, which systemd would show of a unit that is gone.
func (s *systemd) Disable(ctx context.Context) error {
	if _, err := s.conn.DisableUnitFilesContext(ctx, []string{unitName}, false); err != nil {
		return fmt.Errorf("disable %s: %w", unitName, err)
	}
	_ = s.conn.ResetFailedUnitContext(ctx, unitName)
	return nil
}

func (s *systemd) Reload(ctx context.Context) error {
	if err := s.conn.ReloadContext(ctx); err != nil {
		return fmt.Errorf("have systemd read its units: %w", err)
	}
	return nil
}

// Start forgets earlier failures: after too many, systemd would not try again.
func (s *systemd) Start(ctx context.Context) error {
	_ = s.conn.ResetFailedUnitContext(ctx, unitName)
	return s.job(ctx, "start", s.conn.StartUnitContext)
}

func (s *systemd) Restart(ctx context.Context) error {
	_ = s.conn.ResetFailedUnitContext(ctx, unitName)
	return s.job(ctx, "restart", s.conn.RestartUnitContext)
}

func (s *systemd) Stop(ctx context.Context) error {
	return s.job(ctx, "stop", s.conn.StopUnitContext)
}

// job waits for the end of a job. The unit's own time limits bound how long that takes.
func (s *systemd) job(ctx context.Context, what string, start func(context.Context, string, string, chan<- string) (int, error)) error {
	result := make(chan string, 1)
	if _, err := start(ctx, unitName, "replace", result); err != nil {
		return fmt.Errorf("%s %s: %w", what, unitName, err)
	}
	select {
	case r := <-result:
		if r != "done" {
			return fmt.Errorf("%s %s: the job ended with %q", what, unitName, r)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s %s: %w", what, unitName, ctx.Err())
	}
}
