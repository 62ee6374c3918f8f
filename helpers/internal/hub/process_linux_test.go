package hub_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"mooring.dev/helpers/internal/hub"
)

// childHub is where the test program is told, when it is started again, to be a hub in a process of its own.
const childHub = "MOORING_TEST_CHILD_HUB"

// spawn starts a hub in a process of its own, in our namespace, and waits until it is ready. It ends with the test.
func spawn(t *testing.T, o hub.Options) *exec.Cmd {
	t.Helper()
	text, err := json.Marshal(o.Config)
	must(t, err)
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), childHub+"="+strings.Join([]string{o.StateDir, o.SocketDir, string(text)}, "\n"))
	out, err := cmd.StderrPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if contains(lines.Text(), "msg=ready") {
			go io.Copy(io.Discard, out)
			return cmd
		}
	}
	t.Fatal("the hub was never ready")
	return nil
}

// kill leaves behind what a hub leaves that has no time to clear up.
func kill(t *testing.T, o hub.Options) {
	t.Helper()
	cmd := spawn(t, o)
	must(t, cmd.Process.Kill())
	cmd.Wait()
}

// end has the hub of spawn clear up, as its service manager does.
func end(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	must(t, cmd.Process.Signal(syscall.SIGTERM))
	if err := cmd.Wait(); err != nil {
		t.Errorf("the hub ended with %v", err)
	}
}

// beChild is the hub of spawn.
func beChild(what string) {
	parts := strings.SplitN(what, "\n", 3)
	o := hub.Options{
		Log: slog.New(slog.NewTextHandler(os.Stderr, nil)), Key: hubKey, StateDir: parts[0], SocketDir: parts[1],
	}
	err := json.Unmarshal([]byte(parts[2]), &o.Config)
	if err == nil {
		ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer cancel()
		err = hub.Serve(ctx, o, nil)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}
