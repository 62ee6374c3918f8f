package auth

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write makes an operators file; the tests that need it to be root's run as root, like everything that tests rights.
func write(t *testing.T, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "operators")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMayChange(t *testing.T) {
	const list = "# who may\n1000\n 1001 # a second one\n\n"
	rootOwned := os.Geteuid() == 0 // else the file is ours and nobody is let in
	for _, tt := range []struct {
		name, content string
		mode          os.FileMode
		uid           uint32
		want          bool
		because       string
	}{
		{"root needs no file", list, 0o644, 0, true, "root"},
		{"listed", list, 0o644, 1000, rootOwned, ""},
		{"listed with a comment", list, 0o644, 1001, rootOwned, ""},
		{"not listed", list, 0o644, 1002, false, ""},
		{"group may write", list, 0o664, 1000, false, "no one else may write"},
		{"anyone may write", list, 0o646, 1000, false, "no one else may write"},
		{"malformed", "1000\nalice\n", 0o644, 1000, false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			may, why := NewPolicy(write(t, tt.content, tt.mode)).MayChange(Peer{UID: tt.uid})
			if may != tt.want || !strings.Contains(why, tt.because) {
				t.Errorf("got %v because %q", may, why)
			}
		})
	}
}

func TestMayChangeFailsClosed(t *testing.T) {
	for _, path := range []string{"", filepath.Join(t.TempDir(), "missing"), t.TempDir()} {
		pol := NewPolicy(path)
		if may, why := pol.MayChange(Peer{UID: 1000}); may || why == "" {
			t.Errorf("%q: let in because %q", path, why)
		}
		if may, _ := pol.MayChange(Peer{UID: 0}); !may {
			t.Errorf("%q: root was kept out", path)
		}
	}
}

func TestChangeOfTheFileCountsAtOnce(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("the file cannot be root's here; run as root to see more than the refusal")
	}
	path := write(t, "1000\n", 0o644)
	pol := NewPolicy(path)
	before, _ := pol.MayChange(Peer{UID: 1000})
	if err := os.WriteFile(path, []byte("1001\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	after, _ := pol.MayChange(Peer{UID: 1000})
	if before != (os.Geteuid() == 0) || after {
		t.Errorf("before %v, after %v", before, after)
	}
}

func TestPeerOf(t *testing.T) {
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(t.TempDir(), "s"), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("unix", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := l.AcceptUnix()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got, err := PeerOf(s)
	if want := (Peer{UID: uint32(os.Getuid()), PID: int32(os.Getpid())}); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}
