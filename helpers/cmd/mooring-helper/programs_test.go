package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Whatever the libraries bring along, the linker keeps only what can be reached: no way of starting a program is.
func TestNothingInItStartsPrograms(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mooring-helper")
	build := exec.Command("go", "build", "-o", path, ".")
	build.Env = append(build.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	symbols, err := exec.Command("go", "tool", "nm", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(symbols), " syscall.Flock\n") {
		t.Error("what is there was not seen either")
	}
	for _, name := range []string{" os/exec.", " os.StartProcess", " syscall.forkExec", " syscall.Exec\n", " plugin."} {
		if at := strings.Index(string(symbols), name); at >= 0 {
			line, _, _ := strings.Cut(string(symbols)[at+1:], "\n")
			t.Errorf("it holds %s", line)
		}
	}
}
