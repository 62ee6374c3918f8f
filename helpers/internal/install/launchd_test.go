//go:build linux || darwin

package install

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// helperSocket has a child process of the tests be a helper, at this socket.
const helperSocket = "MOORING_TEST_HELPER_SOCKET"

// TestLaunchdChild is no test but that child: it listens until SIGTERM.
func TestLaunchdChild(t *testing.T) {
	socket := os.Getenv(helperSocket)
	if socket == "" {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	<-ctx.Done()
}

// launchdMachine has a description, a log and, when it is asked for, a helper.
func launchdMachine(t *testing.T) launchd {
	t.Helper()
	dir := t.TempDir()
	l := launchd{
		plist:    filepath.Join(dir, "job.plist"),
		socket:   filepath.Join(dir, "s"),
		stateDir: filepath.Join(dir, "state"),
		owner:    uint32(os.Getuid()),
		patience: 5 * time.Second,
	}
	if _, err := l.Enable(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{l.plist, filepath.Join(l.stateDir, launchdLog)} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func (l launchd) startHelper(t *testing.T) *exec.Cmd {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestLaunchdChild$")
	child.Env = append(os.Environ(), helperSocket+"="+l.socket)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { // else it would stay a zombie, which counts as running
		child.Wait()
		close(ended)
	}()
	t.Cleanup(func() { child.Process.Kill(); <-ended })
	for range 100 {
		if pid, err := l.running(t.Context()); err != nil {
			t.Fatal(err)
		} else if int(pid) == child.Process.Pid {
			return child
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the helper is not found by its socket")
	return nil
}

func TestLaunchdKnowsTheHelperByItsSocket(t *testing.T) {
	l := launchdMachine(t)
	state, err := l.State(t.Context())
	if err != nil || state.Running || state.Known || !strings.Contains(state.LastWords, l.log()) {
		t.Errorf("without a helper: %+v, %v", state, err)
	}
	l.startHelper(t)
	if state, err := l.State(t.Context()); err != nil || !state.Running || !state.Known {
		t.Errorf("with one: %+v, %v", state, err)
	}
}

func TestLaunchdLeavesOthersAlone(t *testing.T) {
	l := launchdMachine(t)
	l.startHelper(t)
	l.owner++
	if state, err := l.State(t.Context()); err != nil || state.Running {
		t.Errorf("another's program is taken for the helper: %+v, %v", state, err)
	}
}

func TestLaunchdStartWaits(t *testing.T) {
	l := launchdMachine(t)
	waited := make(chan error)
	go func() { waited <- l.Start(t.Context()) }()
	select {
	case err := <-waited:
		t.Fatalf("without a helper: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
	l.startHelper(t)
	if err := <-waited; err != nil {
		t.Error(err)
	}
}

// TestLaunchdWasNotTold: nobody starts the helper, at first and after it was ended.
func TestLaunchdWasNotTold(t *testing.T) {
	l := launchdMachine(t)
	l.patience = 200 * time.Millisecond
	refused := func(err error) {
		t.Helper()
		if !errors.Is(err, ErrNoServiceManager) || !strings.Contains(err.Error(), "launchctl bootstrap system "+l.plist) {
			t.Errorf("got %v", err)
		}
	}
	refused(l.Start(t.Context()))
	l.startHelper(t)
	refused(l.Restart(t.Context()))
	if state, err := l.State(t.Context()); err != nil || state.Running {
		t.Errorf("it runs on: %+v, %v", state, err)
	}
	if _, err := os.Stat(l.plist); err != nil {
		t.Errorf("launchd would not start it again: %v", err)
	}
}

func TestLaunchdStopForgets(t *testing.T) {
	for _, running := range []bool{true, false} {
		l := launchdMachine(t)
		if running {
			l.startHelper(t)
		}
		if err := l.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if state, err := l.State(t.Context()); err != nil || state.Running {
			t.Errorf("it runs on: %+v, %v", state, err)
		}
		for _, name := range []string{l.plist, filepath.Join(l.stateDir, launchdLog)} {
			if _, err := os.Stat(name); !os.IsNotExist(err) {
				t.Errorf("%s is there: %v", name, err)
			}
		}
	}
}

func TestLaunchdMakesTheFolderOfTheLog(t *testing.T) {
	l := launchdMachine(t)
	if _, err := l.Enable(t.Context()); err != nil {
		t.Errorf("again: %v", err)
	}
	if st, err := os.Stat(l.stateDir); err != nil || st.Mode() != fs.ModeDir|0o700 {
		t.Errorf("got %v, %v", st, err)
	}
}
