package install

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"mooring.dev/helpers/internal/server"
)

func TestUnitRunsWhatIsInstalled(t *testing.T) {
	i, done, err := New(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	text := string(unit)
	if want := "\nExecStart=" + strings.Join(i.places.command(), " ") + "\n"; !strings.Contains(text, want) {
		t.Errorf("no %q in the unit", want)
	}
	if want := "\nExecPaths=" + i.places.command()[0] + "\n"; !strings.Contains(text, want) {
		t.Errorf("no %q in the unit", want)
	}
	// systemd makes the folders below /run and /var/lib by their last names.
	for setting, path := range map[string]string{"RuntimeDirectory": i.places.runtimeDir, "StateDirectory": i.places.stateDir} {
		if want := "\n" + setting + "=" + filepath.Base(path) + "\n"; !strings.Contains(text, want) {
			t.Errorf("no %q in the unit", want)
		}
	}
	for n, line := range strings.Split(text, "\n") {
		if !regexp.MustCompile(`^(|#.*|\[\w+\]|[A-Z]\w+=\S.*)$`).MatchString(line) {
			t.Errorf("line %d: %q", n+1, line)
		}
	}
}

// The userspace engine opens one device, which is all of /dev that the helper gets.
func TestUnitAllowsTheTUNDevice(t *testing.T) {
	text := string(unit)
	for _, want := range []string{"\nDevicePolicy=closed\n", "\nDeviceAllow=/dev/net/tun rw\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in the unit", want)
		}
	}
	if n := strings.Count(text, "\nDeviceAllow="); n != 1 {
		t.Errorf("%d devices are allowed", n)
	}
	if strings.Contains(text, "\nPrivateDevices=") {
		t.Error("PrivateDevices hides /dev/net/tun, or loosens what is closed")
	}
}

func TestGreeting(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	if err := greeted(ctx, socket); err == nil || !strings.Contains(err.Error(), socket) {
		t.Errorf("nobody there: got %v", err)
	}
	l, err := server.Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	answers := make(chan string, 3)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			answer(c, <-answers)
		}
	}()
	answers <- "Content-Length: 2\r\n\r\n{}"
	answers <- "" // closes at once, as a helper that is just ending
	answers <- "Content-Length: 34\r\n\r\n" + `{"jsonrpc":"2.0","method":"hello"}`
	ctx, cancel = context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := greeted(ctx, socket); err != nil {
		t.Error(err)
	}
	if len(answers) > 0 {
		t.Error("what was no greeting was taken for one")
	}
}

func answer(c net.Conn, text string) {
	c.Write([]byte(text))
	c.Close()
}

func TestSelfIsThisProgram(t *testing.T) {
	got, err := readSelf()
	want, wantErr := os.ReadFile(os.Args[0])
	if err != nil || wantErr != nil || string(got) != string(want) {
		t.Errorf("got %d bytes, %v, %v", len(got), err, wantErr)
	}
}
