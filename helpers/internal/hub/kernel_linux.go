package hub

import (
	"errors"
	"fmt"
	"log/slog"
	"net"

	"github.com/vishvananda/netlink"
	"golang.zx2c4.com/wireguard/wgctrl"
	"golang.zx2c4.com/wireguard/wgctrl/wgtypes"

	"mooring.dev/helpers/internal/hub/config"
	"mooring.dev/helpers/internal/link"
	"mooring.dev/helpers/internal/plan"
)

// kernel carries the packets by the kernel's WireGuard and a GRETAP for each device.
type kernel struct {
	config config.Config
	record *record

	control *wgctrl.Client // nil before start
}

var _ carrier = (*kernel)(nil)

func (k *kernel) start(key plan.Key) error {
	// Opening WireGuard clears this one (wg_open, drivers/net/wireguard/device.c), rightly on a hub.
	if err := k.record.noteSysctls("ipv4/conf/all/send_redirects"); err != nil {
		return err
	}
	if err := noteNewLink(k.record, config.Link); err != nil {
		return err
	}
	attrs := netlink.NewLinkAttrs()
	attrs.Name, attrs.MTU = config.Link, plan.LinkMTU
	if err := netlink.LinkAdd(&netlink.Wireguard{LinkAttrs: attrs}); err != nil {
		return fmt.Errorf("make the WireGuard interface %s: %w", config.Link, err)
	}
	var err error
	if k.control, err = wgctrl.New(); err != nil {
		return fmt.Errorf("open the WireGuard control: %w", err)
	}
	if err := k.configure(wgtypes.Config{
		PrivateKey: new(wgtypes.Key(key)), ListenPort: new(int(k.config.ListenPort)), ReplacePeers: true,
	}); err != nil {
		return err
	}
	return openLink(k.config)
}

func (k *kernel) configure(c wgtypes.Config) error {
	if err := k.control.ConfigureDevice(config.Link, c); err != nil {
		return fmt.Errorf("configure %s: %w", config.Link, err)
	}
	return nil
}

func (k *kernel) makePort(d config.Device) error {
	l, err := link.Existing(config.Link)
	if err != nil {
		return err
	}
	if err := noteNewLink(k.record, d.Port()); err != nil {
		return err
	}
	return link.AddGretap(link.Gretap{
		Name: d.Port(), Link: l.Attrs().Index, Local: k.config.Address.Addr(), Remote: d.Address,
	})
}

func (k *kernel) letIn(d config.Device) error {
	return k.configure(wgtypes.Config{Peers: []wgtypes.PeerConfig{{
		PublicKey:         wgtypes.Key(d.PublicKey),
		ReplaceAllowedIPs: true,
		AllowedIPs:        []net.IPNet{{IP: d.Address.AsSlice(), Mask: net.CIDRMask(32, 32)}},
	}}})
}

func (k *kernel) putOut(d config.Device) error {
	return k.configure(wgtypes.Config{Peers: []wgtypes.PeerConfig{{
		PublicKey: wgtypes.Key(d.PublicKey), Remove: true, UpdateOnly: true,
	}}})
}

func (k *kernel) removePort(d config.Device) error { return removeLink(k.record, d.Port()) }

// counted is nothing: the kernel keeps its own counters at each interface.
func (k *kernel) counted(config.Device) slog.Attr { return slog.Attr{} }

func (k *kernel) done() <-chan struct{} { return nil }

func (k *kernel) close() error {
	var err error
	if k.control != nil {
		err = k.control.Close()
	}
	return errors.Join(err, removeLinks(k.record))
}
