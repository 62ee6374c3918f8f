package userspace

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/google/nftables"

	"mooring.dev/helpers/internal/link"
	"mooring.dev/helpers/internal/netnstest"
	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/reconcile"
	"mooring.dev/helpers/internal/store"
)

// childState names the state directory of a helper that is to be killed.
const childState = "MOORING_TEST_CHILD_STATE"

// runChild is a helper in a process of its own, with the tunnels that are stored in dir. It says when the address is
// placed, and does not end.
func runChild(dir string) {
	_, manager, parts := assemble(slog.New(slog.DiscardHandler), dir)
	for _, part := range parts {
		go part(context.Background())
	}
	_, changes, _ := manager.Subscribe()
	for s := range changes {
		if len(s.Tunnels) == 1 && s.Tunnels[0].Address != nil {
			fmt.Println("placed")
		}
	}
}

// killChild runs such a helper until it has an address, and kills it.
func killChild(t *testing.T, dir string) {
	t.Helper()
	child := exec.Command("/proc/self/exe")
	child.Env = append(os.Environ(), childState+"="+dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	kill := time.AfterFunc(5*time.Second, func() { child.Process.Kill() })
	defer kill.Stop()
	said := bufio.NewScanner(out).Scan()
	must(t, child.Process.Kill())
	child.Wait() // says that it was killed
	if !said {
		t.Fatal("the helper that is to be killed never had an address")
	}
}

// TestUserspaceEngineIsKilled: its interfaces go with it, the next helper repairs what is desired and cleans the rest.
func TestUserspaceEngineIsKilled(t *testing.T) {
	newWorld(t)
	dir := t.TempDir()
	before := netnstest.Snapshot(t)
	l := newLaptop(t, dir)
	l.set(home(t))
	l.stop() // what is desired stays stored
	netnstest.ExpectSnapshot(t, before)

	killChild(t, dir)
	for _, name := range []string{names.Link, names.Tap} {
		if found, err := link.Find(name); err != nil || found != nil {
			t.Errorf("%s outlives its process: %v", name, err)
		}
	}
	left, err := link.NewHost(slog.New(slog.DiscardHandler)).Leftovers()
	if err != nil || !slices.Equal(left, []int{names.Slot}) {
		t.Errorf("left in slots %v, %v", left, err)
	}
	next := newLaptop(t, dir)
	next.awaitCarries(5 * time.Second)
	next.stop()
	netnstest.ExpectSnapshot(t, before)

	killChild(t, dir)
	clean := newLaptop(t, t.TempDir()) // which desires nothing
	clean.set()
	netnstest.ExpectSnapshot(t, before)
}

// TestUserspaceEngineCleansUpAfterTheKernelEngine: the filter of a killed helper that ran the kernel's engine goes,
// whether its slot is desired or not.
func TestUserspaceEngineCleansUpAfterTheKernelEngine(t *testing.T) {
	newWorld(t)
	before := netnstest.Snapshot(t)
	kernel := link.NewKernelEngine(slog.New(slog.DiscardHandler), t.TempDir())
	if lacks := kernel.Lacks(); len(lacks) == 0 {
		t.Log("the kernel has all that its engine needs; this helper is offered the userspace engine alone")
	}
	for slot := range 2 { // of which the first is desired
		c, err := nftables.New()
		must(t, err)
		c.AddTable(&nftables.Table{Family: nftables.TableFamilyINet, Name: plan.NamesFor(slot).NftTable})
		must(t, c.Flush())
	}
	dir := t.TempDir()
	must(t, store.New(dir).Save([]reconcile.Assigned{{Slot: 0, Tunnel: home(t)}}))
	l := newLaptop(t, dir, kernel)
	l.awaitCarries(5 * time.Second)
	if left, err := kernel.Leftovers(); err != nil || left != nil {
		t.Errorf("left of the kernel's engine: %v, %v", left, err)
	}
	l.set()
	netnstest.ExpectSnapshot(t, before)
}
