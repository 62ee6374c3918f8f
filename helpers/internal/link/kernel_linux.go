package link

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"sync"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
	"golang.zx2c4.com/wireguard/wgctrl"

	"mooring.dev/helpers/internal/plan"
)

// kernelState is what the engine keeps between calls.
type kernelState struct {
	mu     sync.Mutex     // guards client and can
	client *wgctrl.Client // nil until first used; safe for use by several goroutines
	can    bool           // the kernel was once found to have everything

	redirects sync.Mutex // held while send_redirects is read, cleared by the kernel and put back
}

// Kind is kernel.
func (e *KernelEngine) Kind() plan.EngineKind { return plan.EngineKernel }

// Lacks asks the kernel, which loads its modules on being asked. Once nothing is lacking it is not asked again.
func (e *KernelEngine) Lacks() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.can {
		return nil
	}
	lacks := []string{}
	for _, kind := range []struct{ kind, name string }{{"wireguard", "WireGuard"}, {"gretap", "GRETAP"}} {
		if ok, err := hasLinkKind(kind.kind); err != nil {
			lacks = append(lacks, fmt.Sprintf("%s (%v)", kind.name, err))
		} else if !ok {
			lacks = append(lacks, kind.name)
		}
	}
	if err := probeNft(); err != nil {
		lacks = append(lacks, fmt.Sprintf("nftables (%v)", err))
	}
	if !hasIPv6() {
		lacks = append(lacks, "IPv6")
	}
	e.can = len(lacks) == 0
	return lacks
}

// wg gives the WireGuard client. It is opened late because the module may not be loaded at the start: wgctrl
// looks the family up once, when it is opened.
func (e *KernelEngine) wg() (*wgctrl.Client, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.client == nil {
		c, err := wgctrl.New()
		if err != nil {
			return nil, fmt.Errorf("open the WireGuard control: %w", err)
		}
		e.client = c
	}
	return e.client, nil
}

// Intact is false when the link or the tap is missing, down, or without the link's address.
func (e *KernelEngine) Intact(n plan.Names, t plan.Tunnel) (bool, error) {
	for _, name := range []string{n.Link, n.Tap} {
		l, err := findLink(name)
		if err != nil {
			return false, err
		}
		if l == nil || l.Attrs().RawFlags&unix.IFF_UP == 0 {
			return false, nil
		}
		if name == n.Link {
			if _, found, err := linkAddresses(l, t); err != nil || !found {
				return false, err
			}
		}
	}
	return true, nil
}

// Down removes tap and link. An interface that is not surely ours stays.
func (e *KernelEngine) Down(n plan.Names) error {
	var errs []error
	link, err := findLink(n.Link)
	errs = append(errs, err)
	tap, err := findLink(n.Tap)
	errs = append(errs, err)
	if tap != nil && tapIsOurs(tap, link) == nil {
		errs = append(errs, deleteLink(tap))
	}
	if link != nil {
		if _, err := e.ownDevice(n, link); err == nil {
			errs = append(errs, deleteLink(link))
		}
	}
	return errors.Join(errs...)
}

// findLink gives nil, nil when there is no such interface.
func findLink(name string) (netlink.Link, error) {
	l, err := netlink.LinkByName(name)
	if errors.As(err, new(netlink.LinkNotFoundError)) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up %s: %w", name, err)
	}
	return l, nil
}

func isUp(l netlink.Link) bool { return l.Attrs().Flags&net.FlagUp != 0 }

func setUp(l netlink.Link) error {
	if isUp(l) {
		return nil
	}
	if err := netlink.LinkSetUp(l); err != nil {
		return fmt.Errorf("set %s up: %w", l.Attrs().Name, err)
	}
	return nil
}

func deleteLink(l netlink.Link) error {
	name := l.Attrs().Name
	if err := netlink.LinkDel(l); err != nil && !isGone(err) {
		return fmt.Errorf("delete %s: %w", name, err)
	}
	return nil
}

// errNoLink is what calls on a vanished interface give; reconcile asks for fs.ErrNotExist.
func errNoLink(name string) error { return fmt.Errorf("%s: %w", name, fs.ErrNotExist) }
