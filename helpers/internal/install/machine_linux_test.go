package install

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fakeServices is a service manager that prints what it is told.
type fakeServices struct {
	state State
	links map[string]bool
	calls []string
	fails map[string]error

	starting int // how often it still says that a helper which runs does not
}

var _ Services = (*fakeServices)(nil)

func (f *fakeServices) call(what string) error {
	f.calls = append(f.calls, what)
	return f.fails[what]
}

func (f *fakeServices) State(context.Context) (State, error) {
	state := f.state
	if f.starting > 0 {
		f.starting--
		state.Running = false
	}
	return state, f.fails["state"]
}

func (f *fakeServices) Enable(context.Context) (bool, error) {
	changed := !f.links["boot"]
	f.links["boot"] = true
	return changed, f.call("enable")
}

func (f *fakeServices) Disable(context.Context) error {
	delete(f.links, "boot")
	return f.call("disable")
}

func (f *fakeServices) Reload(context.Context) error {
	f.state.Known, f.state.Outdated = true, false
	return f.call("reload")
}

func (f *fakeServices) Start(context.Context) error {
	f.state.Running = f.fails["start"] == nil
	return f.call("start")
}

func (f *fakeServices) Restart(context.Context) error {
	f.state.Replaced = false
	return f.call("restart")
}

func (f *fakeServices) Stop(context.Context) error {
	f.state.Running = false
	return f.call("stop")
}

// machine is a folder taken for a machine, with an installer for it.
type machine struct {
	*Installer
	t        *testing.T
	root     string
	services *fakeServices
	cleaned  int
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	syscall.Umask(0o022)
	m := &machine{t: t, root: t.TempDir(), services: &fakeServices{links: map[string]bool{}, fails: map[string]error{}}}
	if err := os.Chmod(m.root, 0o755); err != nil {
		t.Fatal(err)
	}
	m.Installer = &Installer{
		tree: tree{root: m.root, owner: os.Geteuid(), group: os.Getegid()},
		places: places{
			binaryDir: "/usr/local/libexec/mooring", operatorsDir: "/etc/mooring", stateDir: "/var/lib/mooring",
			runtimeDir: "/run/mooring", serviceDir: "/etc/systemd/system", service: unitName,
			serviceLink: "multi-user.target.wants/" + unitName,
		},
		service:   []byte("[Service]\n"),
		services:  m.services,
		self:      func() ([]byte, error) { return []byte("\x7fELF"), nil },
		knownUser: func(uid uint32) error { return nil },
		greeted:   func(context.Context) error { return nil },
		clean:     func(string) error { m.cleaned++; return nil },
	}
	for _, dir := range []string{"usr/local", "etc/systemd/system", "var/lib", "run"} {
		m.mkdir(dir)
	}
	return m
}

func (m *machine) path(name string) string { return filepath.Join(m.root, name) }

func (m *machine) mkdir(name string) {
	m.t.Helper()
	if err := os.MkdirAll(m.path(name), 0o755); err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) file(name, content string, mode os.FileMode) {
	m.t.Helper()
	m.mkdir(filepath.Dir(name))
	err := errors.Join(os.WriteFile(m.path(name), []byte(content), mode), os.Chmod(m.path(name), mode))
	if err != nil {
		m.t.Fatal(err)
	}
}

// show prints the machine: each file with mode, time and content.
func (m *machine) show(withTimes bool) string {
	m.t.Helper()
	var lines []string
	err := filepath.WalkDir(m.root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == m.root {
			return err
		}
		st, err := d.Info()
		if err != nil {
			return err
		}
		line := fmt.Sprintf("%v %s", st.Mode(), strings.TrimPrefix(path, m.root))
		if st.Mode().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" %q", data)
		}
		if withTimes {
			line += st.ModTime().Format(time.RFC3339Nano)
		}
		lines = append(lines, line)
		return nil
	})
	if err != nil {
		m.t.Fatal(err)
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

func (m *machine) install(operator string) Report {
	m.t.Helper()
	report, err := m.Install(context.Background(), operator)
	if err != nil {
		m.t.Fatal(err)
	}
	return report
}

func (m *machine) uninstall() Report {
	m.t.Helper()
	report, err := m.Uninstall(context.Background())
	if err != nil {
		m.t.Fatal(err)
	}
	return report
}

// told gives the calls since it was last asked.
func (m *machine) told() string {
	calls := strings.Join(m.services.calls, " ")
	m.services.calls = nil
	return calls
}
