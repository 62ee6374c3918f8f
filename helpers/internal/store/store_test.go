package store

import (
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/reconcile"
)

func TestRoundTrip(t *testing.T) {
	dir := t.TempDir()
	f := New(dir)
	if got, err := f.Load(); got != nil || err != nil {
		t.Fatalf("at first: %v, %v", got, err)
	}
	want := []reconcile.Assigned{{Slot: 3, Tunnel: plan.Tunnel{
		Name: "home", PublicKey: plan.Key{1}, ListenPort: 3243, Address: netip.MustParsePrefix("172.16.0.2/24"),
		Hub: plan.Hub{PublicKey: plan.Key{2}, Endpoint: plan.Endpoint{Host: "2001:db8::1", Port: 23450}, Address: netip.MustParseAddr("172.16.0.1")},
		MAC: [6]byte{0x12, 0xab, 0x34, 0xcd, 0x56, 0xef}, Prefix: netip.MustParsePrefix("2001:db8::/64"),
		TxOffload: plan.TxOffloadKeep, Engine: plan.EngineKernel,
	}}}
	if err := f.Save(want); err != nil {
		t.Fatal(err)
	}
	if got, err := New(dir).Load(); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := f.Save(nil); err != nil {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("nothing desired left %v", entries)
	}
}

func TestDamagedFileIsKeptAside(t *testing.T) {
	for name, content := range map[string]string{
		"cut":          `{"version":1,"tunnels":[`,
		"newer":        `{"version":2,"tunnels":[]}`,
		"unknown slot": `{"version":1,"tunnels":[{"slot":10,"tunnel":{"name":"a","publicKey":"","listenPort":0,"address":"","hub":{"publicKey":"","endpoint":"","address":""},"mac":"","prefix":null,"txOffload":"","engine":""}}]}`,
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "desired.json")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := New(dir).Load()
		if got != nil || err == nil || !strings.Contains(err.Error(), path+".damaged") {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
		if kept, _ := os.ReadFile(path + ".damaged"); string(kept) != content {
			t.Errorf("%s: not kept", name)
		}
	}
}
