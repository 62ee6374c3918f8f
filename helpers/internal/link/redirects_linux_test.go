package link

import (
	"log/slog"
	"os"
	"testing"

	"github.com/vishvananda/netlink"
)

// TestRecover: what a killed helper had on record is put back once, and only in the boot that it belongs to.
func TestRecover(t *testing.T) {
	boot, err := os.ReadFile(bootID)
	must(t, err)
	for _, tt := range []struct{ name, record, before, want string }{
		{"killed while it was cleared", string(boot) + "1\n", "0\n", "1\n"},
		{"the machine was started anew", "another boot\n1\n", "0\n", "0\n"},
		{"killed while it wrote the record", string(boot), "1\n", "1\n"},
		{"nothing on record", "", "0\n", "0\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := NewKernelEngine(slog.New(slog.DiscardHandler), t.TempDir())
			if tt.record != "" {
				must(t, os.WriteFile(e.recordPath, []byte(tt.record), 0o600))
			}
			must(t, os.WriteFile(sendRedirects, []byte(tt.before), 0o644))
			must(t, e.Recover())
			if got, err := os.ReadFile(sendRedirects); err != nil || string(got) != tt.want {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
			if _, err := os.Stat(e.recordPath); !os.IsNotExist(err) {
				t.Errorf("the record is still there: %v", err)
			}
		})
	}
}

// TestOpenLeavesNoRecord: a link that opens, and one that does not.
func TestOpenLeavesNoRecord(t *testing.T) {
	_, link, _ := newTap(t)
	e := NewKernelEngine(slog.New(slog.DiscardHandler), t.TempDir())
	must(t, os.WriteFile(sendRedirects, []byte("1\n"), 0o644))
	must(t, e.openWireGuard(link))
	gone := &netlink.Dummy{LinkAttrs: netlink.LinkAttrs{Index: 1 << 20}}
	if err := e.openWireGuard(gone); err == nil {
		t.Error("an interface that is not there came up")
	}
	if got, _ := os.ReadFile(sendRedirects); string(got) != "1\n" {
		t.Errorf("the setting is %q", got)
	}
	if _, err := os.Stat(e.recordPath); !os.IsNotExist(err) {
		t.Errorf("the record is still there: %v", err)
	}
}
