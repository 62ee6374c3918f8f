// Package netnstest runs tests against the real kernel without touching the machine's own network: the whole
// test program runs in a network namespace of its own, as root or by an unprivileged user namespace. It is for
// tests only.
package netnstest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// inside marks the program that was started in the namespace.
const inside = "MOORING_TEST_INSIDE_NETNS"

// Main is called by TestMain. It starts the test program again in a new network namespace and ends with its
// status. Where that is not possible it fails and says why; it never skips.
func Main(m *testing.M) {
	if os.Getenv(inside) != "" {
		if err := loopbackUp(); err != nil {
			fmt.Fprintln(os.Stderr, "netnstest:", err)
			os.Exit(1)
		}
		os.Exit(m.Run())
	}
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), inside+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	runtime.LockOSThread() // Pdeathsig follows the thread that started the child
	err := cmd.Run()
	var ended *exec.ExitError
	switch {
	case err == nil:
		os.Exit(0)
	case errors.As(err, &ended):
		os.Exit(ended.ExitCode())
	default:
		fmt.Fprintln(os.Stderr, "netnstest: these tests need root, or unprivileged user namespaces:", err)
		os.Exit(1)
	}
}

func loopbackUp() error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	return netlink.LinkSetUp(lo)
}

// Peer is another machine: a namespace that one goroutine lives in.
type Peer struct {
	do     chan func()
	handle netns.NsHandle
}

// NewPeer makes one that ends with the test.
func NewPeer(t *testing.T) *Peer {
	t.Helper()
	p := &Peer{do: make(chan func())}
	ready := make(chan error)
	go p.live(ready)
	if err := <-ready; err != nil {
		t.Fatalf("make a network namespace: %v", err)
	}
	t.Cleanup(func() {
		p.handle.Close()
		close(p.do)
	})
	return p
}

// live never unlocks its thread, so that the thread ends with the goroutine and its namespace with it.
func (p *Peer) live(ready chan<- error) {
	runtime.LockOSThread()
	err := unix.Unshare(unix.CLONE_NEWNET)
	if err == nil {
		p.handle, err = netns.Get()
	}
	if err == nil {
		err = loopbackUp()
	}
	ready <- err
	if err != nil {
		return
	}
	for f := range p.do {
		f()
	}
}

// Do runs f in the peer's namespace. Sockets that f opens stay there.
func (p *Peer) Do(f func()) {
	done := make(chan struct{})
	p.do <- func() {
		defer close(done)
		f()
	}
	<-done
}

// Wire makes a veth between name here and peerName at the peer, with the MAC here if it is not nil. Neither end
// is up. It goes with the test.
func (p *Peer) Wire(t *testing.T, name string, mac []byte, peerName string) netlink.Link {
	t.Helper()
	attrs := netlink.NewLinkAttrs()
	attrs.Name, attrs.HardwareAddr = name, mac
	must(t, netlink.LinkAdd(&netlink.Veth{LinkAttrs: attrs, PeerName: peerName, PeerNamespace: netlink.NsFd(p.handle)}))
	link, err := netlink.LinkByName(name)
	must(t, err)
	t.Cleanup(func() { netlink.LinkDel(link) })
	return link
}

// Up sets both ends up and waits until they carry packets: until link_watch has seen the carrier, up to a second
// later, what is sent is lost.
func (p *Peer) Up(t *testing.T, link netlink.Link, peerName string) {
	t.Helper()
	must(t, netlink.LinkSetUp(link))
	p.Do(func() {
		far, err := netlink.LinkByName(peerName)
		if err == nil {
			err = netlink.LinkSetUp(far)
		}
		if err == nil {
			err = awaitUp(far)
		}
		if err != nil {
			t.Errorf("set %s up: %v", peerName, err)
		}
	})
	must(t, awaitUp(link))
}

func awaitUp(link netlink.Link) error {
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		l, err := netlink.LinkByIndex(link.Attrs().Index)
		if err != nil {
			return err
		}
		if l.Attrs().OperState == netlink.OperUp {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s does not come up: %s", l.Attrs().Name, l.Attrs().OperState)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
