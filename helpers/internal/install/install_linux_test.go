package install

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"syscall"
	"testing"
)

const installed = `-rw-r--r-- /etc/mooring/operators "# User ids that may change what Mooring does, one a line. Root always may.\n1000\n"
-rw-r--r-- /etc/systemd/system/mooring-helper.service "[Service]\n"
-rwxr-xr-x /usr/local/libexec/mooring/mooring-helper "\x7fELF"
drwxr-xr-x /etc
drwxr-xr-x /etc/mooring
drwxr-xr-x /etc/systemd
drwxr-xr-x /etc/systemd/system
drwxr-xr-x /run
drwxr-xr-x /usr
drwxr-xr-x /usr/local
drwxr-xr-x /usr/local/libexec
drwxr-xr-x /usr/local/libexec/mooring
drwxr-xr-x /var
drwxr-xr-x /var/lib`

func TestInstall(t *testing.T) {
	m := newMachine(t)
	syscall.Umask(0o077) // whatever root's umask is
	m.install("1000")
	if got := m.show(false); got != installed {
		t.Errorf("got\n%s", got)
	}
	if got := m.told(); got != "enable reload start" {
		t.Errorf("told %q", got)
	}
}

func TestInstallAgainChangesNothing(t *testing.T) {
	m := newMachine(t)
	m.install("1000")
	before := m.show(true)
	m.told()
	if report := m.install("1000"); len(report.Changed) > 0 {
		t.Errorf("changed %q", report.Changed)
	}
	if after := m.show(true); after != before {
		t.Errorf("before\n%s\nafter\n%s", before, after)
	}
	if got := m.told(); got != "enable" {
		t.Errorf("told %q", got)
	}
}

func TestInstallMendsWhatDiffers(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(*machine)
		told  string
	}{
		"another program":             {func(m *machine) { m.file("usr/local/libexec/mooring/mooring-helper", "old", 0o755) }, "enable restart"},
		"program without its x bit":   {func(m *machine) { m.file("usr/local/libexec/mooring/mooring-helper", "\x7fELF", 0o644) }, "enable restart"},
		"another unit":                {func(m *machine) { m.file("etc/systemd/system/mooring-helper.service", "old", 0o644) }, "enable reload restart"},
		"not started at boot":         {func(m *machine) { m.services.links = map[string]bool{} }, "enable reload"},
		"stopped":                     {func(m *machine) { m.services.state.Running = false }, "enable start"},
		"unit not read":               {func(m *machine) { m.services.state.Outdated = true }, "enable reload"},
		"runs a program that is gone": {func(m *machine) { m.services.state.Replaced = true }, "enable restart"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.install("1000")
			m.told()
			tt.spoil(m)
			m.install("1000")
			if got := m.show(false); got != installed {
				t.Errorf("got\n%s", got)
			}
			if got := m.told(); got != tt.told {
				t.Errorf("told %q, want %q", got, tt.told)
			}
		})
	}
}

// TestInstallWhileTheHelperStarts: it has its folder, and is not known to run yet.
func TestInstallWhileTheHelperStarts(t *testing.T) {
	m := newMachine(t)
	m.install("1000")
	m.told()
	holdLock(t, m)
	m.services.starting = 3
	if report := m.install("1000"); len(report.Changed) > 0 {
		t.Errorf("changed %q", report.Changed)
	}
}

func TestOperators(t *testing.T) {
	const path = "/etc/mooring/operators"
	for _, tt := range []struct{ before, operator, after string }{
		{"# mine\n1001", "1000", "# mine\n1001\n1000\n"},
		{"1000 # me\n", "1000", "1000 # me\n"},
		{"", "1000", "1000\n"},
		{"1001\n", "0", "1001\n"},
	} {
		m := newMachine(t)
		m.file(path, tt.before, 0o644)
		m.install(tt.operator)
		if got, err := os.ReadFile(m.path(path)); err != nil || string(got) != tt.after {
			t.Errorf("%q and %s: got %q, %v", tt.before, tt.operator, got, err)
		}
	}
}

func TestInstallRefuses(t *testing.T) {
	link := func(name string) func(*machine) {
		return func(m *machine) {
			m.mkdir(filepath.Dir(name))
			m.mkdir("elsewhere")
			if err := os.Symlink("/elsewhere", m.path(name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	mode := func(name string, mode os.FileMode) func(*machine) {
		return func(m *machine) {
			m.mkdir(name)
			if err := os.Chmod(m.path(name), mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	file := func(name, content string, mode os.FileMode) func(*machine) {
		return func(m *machine) { m.file(name, content, mode) }
	}
	for _, tt := range []struct {
		what     string
		operator string
		spoil    func(*machine)
		name     ErrorName
		says     string
	}{
		{"not root", "1000", func(m *machine) { m.uid = 1000 }, ErrNotRoot, "user 1000"},
		{"no operator", "", nil, ErrBadOperator, "--operator UID"},
		{"a name", "alice", nil, ErrBadOperator, `"alice"`},
		{"a sign", "+1000", nil, ErrBadOperator, `"+1000"`},
		{"a leading zero", "01000", nil, ErrBadOperator, `"01000"`},
		{"a fraction", "1000.5", nil, ErrBadOperator, `"1000.5"`},
		{"negative", "-1", nil, ErrBadOperator, `"-1"`},
		{"too large", "4294967296", nil, ErrBadOperator, `"4294967296"`},
		{"no user at all", "4294967295", nil, ErrBadOperator, `"4294967295"`},
		{"nobody", "65534", nil, ErrBadOperator, `"65534"`},
		{"nobody of macOS", "4294967294", nil, ErrBadOperator, `"4294967294"`},
		{"two lines", "1000\n0", nil, ErrBadOperator, `"1000\n0"`},
		{"unknown user", "4711", func(m *machine) { m.knownUser = knownUser }, ErrUnknownUser, `"4711"`},

		{"binary is a link", "1000", link("usr/local/libexec/mooring/mooring-helper"), ErrUnsafePath, "/usr/local/libexec/mooring/mooring-helper: "},
		{"its folder is a link", "1000", link("usr/local/libexec/mooring"), ErrUnsafePath, "symbolic link"},
		{"a parent is a link", "1000", link("usr/local/libexec"), ErrUnsafePath, "/usr/local/libexec: "},
		{"unit is a link", "1000", link("etc/systemd/system/mooring-helper.service"), ErrUnsafePath, "symbolic link"},
		{"operators file is a link", "1000", link("etc/mooring/operators"), ErrUnsafePath, "symbolic link"},
		{"operators folder is a link", "1000", link("etc/mooring"), ErrUnsafePath, "/etc/mooring: "},
		{"state folder is a link", "1000", link("var/lib/mooring"), ErrUnsafePath, "/var/lib/mooring: "},
		{"runtime folder is a link", "1000", link("run/mooring"), ErrUnsafePath, "/run/mooring: "},
		{"binary is a folder", "1000", mode("usr/local/libexec/mooring/mooring-helper", 0o755), ErrUnsafePath, "it is a folder"},
		{"a parent is a file", "1000", file("usr/local/libexec", "", 0o644), ErrUnsafePath, "it is a file"},
		{"group may write a parent", "1000", mode("usr/local", 0o2775|os.ModeSetgid), ErrUnsafePath, "chmod go-w /usr/local"},
		{"all may write a parent", "1000", mode("etc", 0o777), ErrUnsafePath, "/etc: "},
		{"the root itself", "1000", mode("", 0o777), ErrUnsafePath, "/: "},
		{"sticky is not enough", "1000", mode("etc", 0o777|os.ModeSticky), ErrUnsafePath, "/etc: "},
		{"group may write the binary", "1000", file("usr/local/libexec/mooring/mooring-helper", "", 0o775), ErrUnsafePath, "0775"},
		{"all may write the operators file", "1000", file("etc/mooring/operators", "", 0o666), ErrUnsafePath, "0666"},
		{"everything is somebody else's", "1000", func(m *machine) { m.tree.owner++ }, ErrUnsafePath, "must belong to root"},
		{"operators file is damaged", "1000", file("etc/mooring/operators", "1000\nalice\n", 0o644), ErrBadOperatorsFile, `operators:2: "alice"`},
		{"a helper runs by hand", "1000", func(m *machine) { holdLock(t, m) }, ErrHelperRunning, "/var/lib/mooring: "},
	} {
		t.Run(tt.what, func(t *testing.T) {
			m := newMachine(t)
			if tt.spoil != nil {
				tt.spoil(m)
			}
			before := m.show(true)
			_, err := m.Install(context.Background(), tt.operator)
			if !errors.Is(err, tt.name) || !strings.HasPrefix(err.Error(), string(tt.name)+": ") || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want %s and %s", err, tt.name, tt.says)
			}
			if after := m.show(true); after != before {
				t.Errorf("it has changed\n%s\nto\n%s", before, after)
			}
			if got := m.told(); got != "" {
				t.Errorf("told %q", got)
			}
			if slices.Contains([]ErrorName{ErrBadOperator, ErrUnknownUser, ErrBadOperatorsFile}, tt.name) || tt.what == "the root itself" {
				return // what an uninstallation does not look at, or the test's own folder
			}
			if _, err := m.Uninstall(context.Background()); !errors.Is(err, tt.name) {
				t.Errorf("uninstall: got %v", err)
			}
			if after := m.show(true); after != before {
				t.Errorf("uninstall has changed\n%s\nto\n%s", before, after)
			}
		})
	}
}

func holdLock(t *testing.T, m *machine) {
	m.file("var/lib/mooring/lock", "", 0o600)
	f, err := os.Open(m.path("var/lib/mooring/lock"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
}

func TestSudoAndPkexecKnowTheirUsers(t *testing.T) {
	for _, name := range []string{"SUDO_UID", "PKEXEC_UID"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, "4711")
			if err := knownUser(4711); err != nil {
				t.Error(err)
			}
			if err := knownUser(4712); !errors.Is(err, ErrUnknownUser) {
				t.Errorf("got %v", err)
			}
		})
	}
	if err := knownUser(0); err != nil {
		t.Error(err)
	}
}

func TestWithoutServiceManager(t *testing.T) {
	m := newMachine(t)
	m.Installer.services = nil
	for range 2 {
		if _, err := m.Install(context.Background(), "1000"); !errors.Is(err, ErrNoServiceManager) {
			t.Errorf("got %v", err)
		}
	}
	got := m.show(false)
	if !strings.Contains(got, "mooring-helper \"") || !strings.Contains(got, "1000") || strings.Contains(got, ".service") {
		t.Errorf("got\n%s", got)
	}
	m.uninstall()
	if got := m.show(false); strings.Contains(got, "mooring") {
		t.Errorf("got\n%s", got)
	}
}

func TestStartFails(t *testing.T) {
	for what, spoil := range map[string]func(*machine){
		"job":      func(m *machine) { m.services.fails["start"] = errors.New("the reason") },
		"greeting": func(m *machine) { m.greeted = func(context.Context) error { return errors.New("the reason") } },
	} {
		m := newMachine(t)
		m.services.state.LastWords = "exit status 1"
		spoil(m)
		_, err := m.Install(context.Background(), "1000")
		if !errors.Is(err, ErrStartFailed) || !strings.Contains(err.Error(), "the reason; exit status 1") {
			t.Errorf("%s: got %v", what, err)
		}
	}
}

// TestStartFailsForWantOfAManager: it keeps its name, which has an exit code of its own.
func TestStartFailsForWantOfAManager(t *testing.T) {
	m := newMachine(t)
	want := &Error{Name: ErrNoServiceManager, Message: "it was not told"}
	m.services.fails["start"] = want
	if _, err := m.Install(context.Background(), "1000"); err != want {
		t.Errorf("got %v", err)
	}
}

func TestUninstallLeavesKeysAlone(t *testing.T) {
	m := newMachine(t)
	before := m.show(false)
	m.install("1000")
	m.file("etc/systemd/system/multi-user.target.wants/other.service", "", 0o644)
	m.file("var/lib/mooring/keys/ab.json", "{}", 0o600)
	for _, name := range []string{"lock", "desired.json", "desired.json.damaged", "send-redirects", ".new-1", "keys/.new-2"} {
		m.file("var/lib/mooring/"+name, "", 0o600)
	}
	m.file("etc/systemd/system/.mooring-new-3", "", 0o600)
	m.file("run/mooring/helper.sock", "", 0o666)
	if err := os.Chmod(m.path("run/mooring/helper.sock"), 0o644); err != nil {
		t.Fatal(err)
	}
	m.told()
	report := m.uninstall()
	if got := m.told(); got != "stop disable reload" || m.cleaned != 1 {
		t.Errorf("told %q, cleaned %d times", got, m.cleaned)
	}
	if !slices.Equal(report.Kept, []string{"/var/lib/mooring/keys"}) {
		t.Errorf("kept %q", report.Kept)
	}
	want := strings.Split(before, "\n")
	want = append(want, `-rw------- /var/lib/mooring/keys/ab.json "{}"`, "drwxr-xr-x /var/lib/mooring", "drwxr-xr-x /var/lib/mooring/keys",
		`-rw-r--r-- /etc/systemd/system/multi-user.target.wants/other.service ""`, "drwxr-xr-x /etc/systemd/system/multi-user.target.wants")
	sort.Strings(want)
	if got := m.show(false); got != strings.Join(want, "\n") {
		t.Errorf("left\n%s", got)
	}
	if report := m.uninstall(); len(report.Changed) > 0 {
		t.Errorf("again: %q", report.Changed)
	}
}

func TestUninstallOfHalfAnInstallation(t *testing.T) {
	for _, missing := range []string{
		"usr/local/libexec", "usr/local/libexec/mooring/mooring-helper", "etc/mooring", "etc/mooring/operators",
		"etc/systemd/system/mooring-helper.service", "etc/systemd", "var/lib/mooring", "run", "",
	} {
		m := newMachine(t)
		m.install("1000")
		m.file("var/lib/mooring/lock", "", 0o600)
		if missing != "" {
			if err := os.RemoveAll(m.path(missing)); err != nil {
				t.Fatal(err)
			}
		}
		m.uninstall()
		if got := m.show(false); strings.Contains(got, "mooring") || m.services.state.Running {
			t.Errorf("without %s it left\n%s", missing, got)
		}
	}
}

func TestForeignFilesStay(t *testing.T) {
	m := newMachine(t)
	m.install("1000")
	m.file("etc/mooring/notes", "mine", 0o644)
	m.file("usr/local/libexec/other", "theirs", 0o755)
	m.uninstall()
	got := m.show(false)
	if !strings.Contains(got, "/etc/mooring/notes") || !strings.Contains(got, "/usr/local/libexec/other") || strings.Contains(got, "helper") {
		t.Errorf("left\n%s", got)
	}
}
