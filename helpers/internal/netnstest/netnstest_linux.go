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

// init keeps the main thread to the main goroutine. The thread must stay where it is, since /proc/self/net is its
// network namespace, and must not end, since the child of Main dies with the thread that has started it.
func init() { runtime.LockOSThread() }

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

// Peer is another machine: a network namespace, which ends with the test.
type Peer struct{ handle netns.NsHandle }

// NewPeer makes one whose loopback is up.
func NewPeer(t *testing.T) *Peer {
	t.Helper()
	p := &Peer{}
	var err error
	onThread(func() {
		if err = unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return
		}
		if p.handle, err = netns.Get(); err == nil {
			err = loopbackUp()
		}
	})
	if err != nil {
		t.Fatalf("make a network namespace: %v", err)
	}
	t.Cleanup(func() { p.handle.Close() })
	return p
}

// Do runs f in the peer's namespace. Sockets that f opens stay there; f may end the test, by t.Fatal and Must.
func (p *Peer) Do(f func()) {
	onThread(func() {
		if err := netns.Set(p.handle); err != nil {
			panic(fmt.Errorf("enter the namespace of a peer: %w", err))
		}
		f()
	})
}

// onThread runs f on a thread of its own, which ends with f and whatever f changed of it. What ends the test in f
// ends the caller too, since each goroutine can end only itself.
func onThread(f func()) {
	ended, returned := make(chan struct{}), false
	go func() {
		defer close(ended)
		runtime.LockOSThread() // and never unlocked, so that the thread ends with the goroutine
		f()
		returned = true
	}()
	<-ended
	if !returned {
		runtime.Goexit()
	}
}

// Wire makes a veth between name here and peerName at the peer, with the MAC here if it is not nil. Neither end
// is up. It goes with the test.
func (p *Peer) Wire(t *testing.T, name string, mac []byte, peerName string) netlink.Link {
	t.Helper()
	attrs := netlink.NewLinkAttrs()
	attrs.Name, attrs.HardwareAddr = name, mac
	Must(t, netlink.LinkAdd(&netlink.Veth{LinkAttrs: attrs, PeerName: peerName, PeerNamespace: netlink.NsFd(p.handle)}))
	link := Link(t, name)
	t.Cleanup(func() { netlink.LinkDel(link) })
	return link
}

// Up sets both ends up and waits until they carry packets: until link_watch has seen the carrier, up to a second
// later, what is sent is lost.
func (p *Peer) Up(t *testing.T, link netlink.Link, peerName string) {
	t.Helper()
	Must(t, netlink.LinkSetUp(link))
	p.Do(func() {
		SetUp(t, peerName)
		awaitUp(t, Link(t, peerName))
	})
	awaitUp(t, link)
}

func awaitUp(t *testing.T, link netlink.Link) {
	t.Helper()
	Await(t, link.Attrs().Name+" is up", 5*time.Second, func() bool {
		l, err := netlink.LinkByIndex(link.Attrs().Index)
		Must(t, err)
		return l.Attrs().OperState == netlink.OperUp
	})
}
