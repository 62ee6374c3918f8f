package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"mooring.dev/helpers/internal/netnstest"
	"mooring.dev/helpers/internal/plan"
)

func TestMain(m *testing.M) { netnstest.Main(m) }

var must = netnstest.Must

// build makes the program as it is shipped.
func build(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mooring-hub")
	cmd := exec.Command("go", "build", "-ldflags=-X main.version=1.2.3", "-o", path, ".")
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// Whatever the libraries bring along, the linker keeps only what can be reached: no way of starting a program is.
func TestNothingInItStartsPrograms(t *testing.T) {
	symbols, err := exec.Command("go", "tool", "nm", build(t)).Output()
	must(t, err)
	if !strings.Contains(string(symbols), " main.serve\n") {
		t.Error("what is there was not seen either")
	}
	for _, name := range []string{" os/exec.", " os.StartProcess", " syscall.forkExec", " syscall.Exec\n", " plugin."} {
		if at := strings.Index(string(symbols), name); at >= 0 {
			line, _, _ := strings.Cut(string(symbols)[at+1:], "\n")
			t.Errorf("it holds %s", line)
		}
	}
}

const text = `{"engine":"userspace","privateKeyFile":%q,"listenPort":23450,"address":"172.16.0.1/24",
	"bridge":{"name":"taps_bridge","addresses":["192.168.0.1/16"]},"devices":[%s]}`

// files writes a hub's file and its key.
func files(t *testing.T, mode os.FileMode, devices string) (file string) {
	t.Helper()
	dir := t.TempDir()
	key := filepath.Join(dir, "hub.key")
	must(t, os.WriteFile(key, []byte(plan.Key{0: 8, 31: 64}.String()+"\n"), mode))
	file = filepath.Join(dir, "hub.json")
	must(t, os.WriteFile(file, fmt.Appendf(nil, text, key, devices), 0o644))
	return file
}

func TestWhatItEndsWith(t *testing.T) {
	program := build(t)
	wrong := filepath.Join(t.TempDir(), "wrong.json")
	must(t, os.WriteFile(wrong, []byte(`{"engine":"steam"}`), 0o644))
	for _, tt := range []struct {
		name   string
		args   []string
		status int
		says   string
	}{
		{"usage", []string{"start"}, 2, "usage: mooring-hub"},
		{"no file", []string{"serve", "/none.json"}, 2, "no such file"},
		{"a wrong file", []string{"serve", wrong}, 2, wrong + ": missing-field: privateKeyFile"},
		{"a key that others may read", []string{"serve", files(t, 0o644, "")}, 2, "must be a file of mode 0600"},
		{"the version", []string{"--version"}, 0, "1.2.3\n"},
	} {
		out, err := exec.Command(program, tt.args...).CombinedOutput()
		var exit *exec.ExitError
		if errors.As(err, &exit) && exit.ExitCode() != tt.status || (err == nil) != (tt.status == 0) || !strings.Contains(string(out), tt.says) {
			t.Errorf("%s: got %v and\n%s", tt.name, err, out)
		}
	}
}

// A whole life by signals.
func TestSignals(t *testing.T) {
	const office = `{"name":"office","publicKey":"BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=","address":"172.16.0.2"}`
	const train = `{"name":"train","publicKey":"CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCA=","address":"172.16.0.3"}`
	file := files(t, 0o600, office)
	cmd := exec.Command(build(t), "serve", file)
	stderr, err := cmd.StderrPipe()
	must(t, err)
	must(t, cmd.Start())
	defer cmd.Process.Kill()
	says := listen(stderr)
	expect(t, says, "msg=ready")

	good, err := os.ReadFile(file)
	must(t, err)
	must(t, os.WriteFile(file, []byte(`{"engine":`), 0o644))
	must(t, cmd.Process.Signal(syscall.SIGHUP))
	expect(t, says, `msg="the changed file is not applied"`)
	if !there(t, "gretap_office") {
		t.Error("a bad file has taken the old device away")
	}

	changed := strings.Replace(string(good), office, office+","+train, 1)
	must(t, os.WriteFile(file, []byte(changed), 0o644))
	must(t, cmd.Process.Signal(syscall.SIGHUP))
	expect(t, says, "msg=changed")
	if !there(t, "gretap_train") {
		t.Error("the new device is not there")
	}

	must(t, cmd.Process.Signal(syscall.SIGTERM))
	for range says {
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	for _, name := range []string{"gretap_office", "taps_bridge", "wg_vpns"} {
		if there(t, name) {
			t.Errorf("%s stays", name)
		}
	}
}

func there(t *testing.T, device string) bool {
	t.Helper()
	_, err := netlink.LinkByName(device)
	if err != nil && !errors.As(err, new(netlink.LinkNotFoundError)) {
		t.Fatal(err)
	}
	return err == nil
}

// listen gives the lines of a log; the channel is closed with the log.
func listen(r io.Reader) <-chan string {
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(r); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return lines
}

func expect(t *testing.T, lines <-chan string, what string) {
	t.Helper()
	timeout := time.After(10 * time.Second)
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				t.Fatalf("it ended before it said %q", what)
			}
			if strings.Contains(line, what) {
				return
			}
		case <-timeout:
			t.Fatalf("it never said %q", what)
		}
	}
}
