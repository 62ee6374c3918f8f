package link

import (
	"errors"
	"fmt"
	"sync"

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
	lacks = append(lacks, LacksIPv6()...)
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

// Intact is false when the filter, the link or the tap is missing, or an interface is down or the link without its
// address.
func (e *KernelEngine) Intact(n plan.Names, t plan.Tunnel) (bool, error) {
	if ok, err := guardIntact(n, t); err != nil || !ok {
		return false, err
	}
	return DevicesIntact(n, t)
}

// Down removes tap, link and, once nothing is there any more that it guards, the filter. An interface that is not
// surely ours stays.
func (e *KernelEngine) Down(n plan.Names) error {
	link, linkErr := Find(n.Link)
	tap, tapErr := Find(n.Tap)
	if tap != nil && tapIsOurs(tap, link) == nil {
		tapErr = Delete(tap)
	}
	if link != nil {
		if _, err := e.ownDevice(n, link); err == nil {
			linkErr = Delete(link)
		}
	}
	if tapErr != nil {
		return errors.Join(tapErr, linkErr)
	}
	return errors.Join(linkErr, clearGuard(n))
}

// Leftovers lists the slots that have a WireGuard interface, a GRETAP or a filter by our names.
func (e *KernelEngine) Leftovers() ([]int, error) {
	tables, err := guards()
	if err != nil {
		return nil, err
	}
	var slots []int
	for slot := range plan.MaxSlots {
		n := plan.NamesFor(slot)
		found := tables[n.NftTable]
		for _, device := range []struct{ name, kind string }{{n.Link, "wireguard"}, {n.Tap, "gretap"}} {
			l, err := Find(device.name)
			if err != nil {
				return nil, err
			}
			found = found || l != nil && l.Type() == device.kind
		}
		if found {
			slots = append(slots, slot)
		}
	}
	return slots, nil
}
