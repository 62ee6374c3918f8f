package link

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sync/errgroup"
	"golang.zx2c4.com/wireguard/wgctrl/wgtypes"

	"mooring.dev/helpers/internal/dump"
	"mooring.dev/helpers/internal/plan"
)

// UpLink makes the filter and the WireGuard interface match. Coming up with an endpoint starts the handshake (wg_open
// sends a keepalive to each peer that has a persistent one), which then runs while the rest is made.
func (e *KernelEngine) UpLink(n plan.Names, t plan.Tunnel, s plan.Secrets, endpoint netip.AddrPort) error {
	// The filter has nothing to do with the link, and costs about as much.
	var filter errgroup.Group
	filter.Go(func() error { return guard(n, t) })
	err := e.upWireGuard(n, t, s, endpoint)
	return errors.Join(err, filter.Wait())
}

func (e *KernelEngine) upWireGuard(n plan.Names, t plan.Tunnel, s plan.Secrets, endpoint netip.AddrPort) error {
	link, err := Find(n.Link)
	if err != nil {
		return err
	}
	// What is there is compared and only differences are written, so that an adopted link keeps its session. A
	// new link has nothing to be compared with.
	have := &wgtypes.Device{}
	if link == nil {
		if link, err = createWireGuard(n); err != nil {
			return err
		}
	} else if have, err = e.ownDevice(n, link); err != nil {
		return err
	}
	if err := e.configure(n, have, t, s, endpoint); err != nil {
		return err
	}
	if err := SettleLink(link, t); err != nil {
		return err
	}
	if isUp(link) {
		return nil
	}
	return e.openWireGuard(link)
}

func createWireGuard(n plan.Names) (netlink.Link, error) {
	attrs := netlink.NewLinkAttrs()
	attrs.Name, attrs.MTU = n.Link, plan.LinkMTU
	if err := netlink.LinkAdd(&netlink.Wireguard{LinkAttrs: attrs}); err != nil {
		return nil, fmt.Errorf("create %s: %w", n.Link, err)
	}
	return Existing(n.Link)
}

// ownDevice reads an interface of our name. It must carry our mark, or have been made and not yet configured.
func (e *KernelEngine) ownDevice(n plan.Names, link netlink.Link) (*wgtypes.Device, error) {
	if link.Type() != "wireguard" {
		return nil, &TakenError{n.Link, "it is of type " + link.Type()}
	}
	wg, err := e.wg()
	if err != nil {
		return nil, err
	}
	dev, err := wg.Device(n.Link)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", n.Link, err)
	}
	blank := dev.FirewallMark == 0 && dev.PrivateKey == wgtypes.Key{} && len(dev.Peers) == 0
	if dev.FirewallMark != int(n.Mark) && !blank {
		return nil, &TakenError{n.Link, fmt.Sprintf("its fwmark is %#x", dev.FirewallMark)}
	}
	return dev, nil
}

func (e *KernelEngine) configure(n plan.Names, have *wgtypes.Device, t plan.Tunnel, s plan.Secrets, endpoint netip.AddrPort) error {
	var cfg wgtypes.Config
	if want := clamped(s.PrivateKey); have.PrivateKey != want {
		cfg.PrivateKey = &want
	}
	if want := int(t.ListenPort); want != 0 && have.ListenPort != want {
		cfg.ListenPort = &want
	}
	if want := int(n.Mark); have.FirewallMark != want {
		cfg.FirewallMark = &want
	}
	if !peerMatches(have.Peers, t, s, endpoint) {
		cfg.ReplacePeers = true
		cfg.Peers = []wgtypes.PeerConfig{peerConfig(t, s, endpoint)}
	}
	if cfg.PrivateKey == nil && cfg.ListenPort == nil && cfg.FirewallMark == nil && !cfg.ReplacePeers {
		return nil
	}
	wg, err := e.wg()
	if err != nil {
		return err
	}
	if err := wg.ConfigureDevice(n.Link, cfg); err != nil {
		return fmt.Errorf("configure %s: %w", n.Link, err)
	}
	return nil
}

// clamped is a private key as the kernel keeps and shows it (RFC 7748 section 5).
func clamped(k plan.Key) wgtypes.Key {
	k[0] &= 248
	k[31] = k[31]&127 | 64
	return wgtypes.Key(k)
}

// peerMatches ignores the endpoint when none is asked for: the hub may have roamed, and WireGuard knows better.
func peerMatches(peers []wgtypes.Peer, t plan.Tunnel, s plan.Secrets, endpoint netip.AddrPort) bool {
	if len(peers) != 1 {
		return false
	}
	p := peers[0]
	psk := wgtypes.Key{}
	if s.PresharedKey != nil {
		psk = wgtypes.Key(*s.PresharedKey)
	}
	ips := p.AllowedIPs
	return p.PublicKey == wgtypes.Key(t.Hub.PublicKey) && p.PresharedKey == psk &&
		len(ips) == 1 && ips[0].String() == hostNet(t.Hub.Address).String() &&
		(!endpoint.IsValid() || (p.Endpoint != nil && p.Endpoint.AddrPort() == endpoint &&
			p.PersistentKeepaliveInterval == Keepalive))
}

func peerConfig(t plan.Tunnel, s plan.Secrets, endpoint netip.AddrPort) wgtypes.PeerConfig {
	p := wgtypes.PeerConfig{
		PublicKey:         wgtypes.Key(t.Hub.PublicKey),
		ReplaceAllowedIPs: true,
		AllowedIPs:        []net.IPNet{*hostNet(t.Hub.Address)},
	}
	if s.PresharedKey != nil {
		psk := wgtypes.Key(*s.PresharedKey)
		p.PresharedKey = &psk
	}
	if endpoint.IsValid() {
		p.Endpoint = net.UDPAddrFromAddrPort(endpoint)
		p.PersistentKeepaliveInterval = new(Keepalive)
	}
	return p
}

// SetEndpoint points the link at another address of the hub. WireGuard sends nothing on it.
func (e *KernelEngine) SetEndpoint(n plan.Names, t plan.Tunnel, endpoint netip.AddrPort) error {
	return e.update(n, t, wgtypes.PeerConfig{Endpoint: net.UDPAddrFromAddrPort(endpoint)})
}

// Nudge makes the link send a packet now: the step of the persistent keepalive from 0 does that
// (drivers/net/wireguard/netlink.c, set_peer), writing 25 s over 25 s does not.
func (e *KernelEngine) Nudge(n plan.Names, t plan.Tunnel) error {
	if err := e.Silence(n, t); err != nil {
		return err
	}
	return e.update(n, t, wgtypes.PeerConfig{PersistentKeepaliveInterval: new(Keepalive)})
}

// Silence stops the persistent keepalive.
func (e *KernelEngine) Silence(n plan.Names, t plan.Tunnel) error {
	return e.update(n, t, wgtypes.PeerConfig{PersistentKeepaliveInterval: new(time.Duration(0))})
}

func (e *KernelEngine) update(n plan.Names, t plan.Tunnel, p wgtypes.PeerConfig) error {
	wg, err := e.wg()
	if err != nil {
		return err
	}
	p.PublicKey, p.UpdateOnly = wgtypes.Key(t.Hub.PublicKey), true
	if err := wg.ConfigureDevice(n.Link, wgtypes.Config{Peers: []wgtypes.PeerConfig{p}}); err != nil {
		return fmt.Errorf("update the peer of %s: %w", n.Link, err)
	}
	return nil
}

// Rehandshake takes the link down and up. That clears the session and the limiter of one handshake in 5 s, and
// keeps the IPv4 address and, because it has the peer form, its route.
func (e *KernelEngine) Rehandshake(n plan.Names) error {
	link, err := Existing(n.Link)
	if err != nil {
		return err
	}
	if err := netlink.LinkSetDown(link); err != nil {
		return fmt.Errorf("set %s down: %w", n.Link, err)
	}
	return e.openWireGuard(link)
}

// Observe reads the newest handshake, the endpoint in use and the counters.
func (e *KernelEngine) Observe(n plan.Names) (plan.LinkState, error) {
	wg, err := e.wg()
	if err != nil {
		return plan.LinkState{}, err
	}
	dev, err := wg.Device(n.Link)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return plan.LinkState{}, ErrNoLink(n.Link)
	case err != nil:
		return plan.LinkState{}, fmt.Errorf("read %s: %w", n.Link, err)
	case len(dev.Peers) != 1:
		return plan.LinkState{}, fmt.Errorf("%s has %d peers: %w", n.Link, len(dev.Peers), fs.ErrNotExist)
	}
	p := dev.Peers[0]
	s := plan.LinkState{
		LastHandshake: p.LastHandshakeTime,
		RxBytes:       uint64(p.ReceiveBytes),
		TxBytes:       uint64(p.TransmitBytes),
	}
	if p.Endpoint != nil {
		ap := p.Endpoint.AddrPort()
		s.Endpoint = netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	}
	return s, nil
}

// addressLink gives the link our address with the hub as its peer, and nothing else. The peer form makes the
// kernel put the hub's host route back by itself after down and up; a route added by hand it would not.
func addressLink(link netlink.Link, t plan.Tunnel) error {
	name := link.Attrs().Name
	others, found, err := linkAddresses(link, t)
	if err != nil {
		return err
	}
	for _, a := range others {
		if err := netlink.AddrDel(link, &a); err != nil && !isGone(err) {
			return fmt.Errorf("remove %s from %s: %w", a.IPNet, name, err)
		}
	}
	if found {
		return nil
	}
	want := linkAddress(t)
	if err := netlink.AddrReplace(link, &want); err != nil {
		return fmt.Errorf("add %s to %s: %w", want.IPNet, name, err)
	}
	return nil
}

func linkAddress(t plan.Tunnel) netlink.Addr {
	return netlink.Addr{IPNet: hostNet(t.Address.Addr()), Peer: hostNet(t.Hub.Address)}
}

// linkAddresses tells whether the link has its address, and which others it has.
func linkAddresses(link netlink.Link, t plan.Tunnel) (others []netlink.Addr, found bool, err error) {
	have, err := dump.Whole(func() ([]netlink.Addr, error) { return netlink.AddrList(link, netlink.FAMILY_V4) })
	if err != nil {
		return nil, false, fmt.Errorf("list the addresses of %s: %w", link.Attrs().Name, err)
	}
	want := linkAddress(t)
	for _, a := range have {
		if a.Peer != nil && a.Equal(want) && a.PeerEqual(want) {
			found = true
		} else {
			others = append(others, a)
		}
	}
	return others, found, nil
}

// hostNet is a with all its bits as prefix.
func hostNet(a netip.Addr) *net.IPNet { return ipNet(netip.PrefixFrom(a, a.BitLen())) }

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}
