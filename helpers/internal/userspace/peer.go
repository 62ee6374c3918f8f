package userspace

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"slices"
	"time"

	"mooring.dev/helpers/internal/link"
	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/wireguard"
)

// The methods of this file are what WireGuard is told of its hub, and says of it.

// point tells WireGuard its hub. Without an endpoint nothing is allowed inside, so that nothing starts a handshake
// that leads nowhere and blocks the next one for 5 s (device.RekeyTimeout).
func (c *carrier) point(t plan.Tunnel, s plan.Secrets, endpoint netip.AddrPort) error {
	want := wireguard.Peer{PublicKey: t.Hub.PublicKey, PresharedKey: s.PresharedKey}
	switch {
	case endpoint.IsValid():
		want.Endpoint, want.Keepalive = endpoint, link.Keepalive
		want.AllowedIPs = hostOnly(t.Hub.Address)
	case c.hub.PublicKey == want.PublicKey && samePreshared(c.hub, want):
		return nil
	}
	if samePeer(c.hub, want) {
		return nil
	}
	if old := c.hub.PublicKey; old != want.PublicKey && old != (plan.Key{}) {
		if err := c.end.RemovePeer(old); err != nil {
			return err
		}
	}
	return c.tell(want)
}

// tell makes WireGuard's peer be as want says.
func (c *carrier) tell(want wireguard.Peer) error {
	if err := c.end.SetPeer(want); err != nil {
		return err
	}
	c.hub = want
	return nil
}

func (c *carrier) setEndpoint(endpoint netip.AddrPort, inside netip.Addr) error {
	c.moved = time.Now()
	want := c.hub
	want.Endpoint, want.AllowedIPs = endpoint, hostOnly(inside)
	if samePeer(c.hub, want) {
		return c.end.SetEndpoint(want.PublicKey, endpoint)
	}
	return c.tell(want)
}

func (c *carrier) silence() error { return c.keepalive(0) }

func (c *carrier) nudge() error {
	if !c.hub.Endpoint.IsValid() {
		return nil
	}
	c.moved = time.Now()
	if err := errors.Join(c.keepalive(0), c.keepalive(link.Keepalive)); err != nil {
		return err
	}
	return c.end.Handshake(c.hub.PublicKey)
}

func (c *carrier) keepalive(every time.Duration) error {
	if err := c.end.SetKeepalive(c.hub.PublicKey, every); err != nil {
		return err
	}
	c.hub.Keepalive = every
	return nil
}

// answerable is how long the answer to a handshake may still come. Another one would make it worthless.
const answerable = 2 * time.Second

func (c *carrier) rehandshake() error {
	state, err := c.end.Peer(c.hub.PublicKey)
	if err != nil {
		return err
	}
	sent := c.sockets.initiatedAt()
	if sent.After(c.moved) && sent.After(state.LastHandshake) && time.Since(sent) < answerable {
		return nil
	}
	c.sockets.waitForInitiation()
	return c.end.Rehandshake(c.hub.PublicKey)
}

func (c *carrier) observe() (plan.LinkState, error) {
	if c.ended() {
		return plan.LinkState{}, fmt.Errorf("WireGuard has ended: %w", fs.ErrNotExist)
	}
	s, err := c.end.Peer(c.hub.PublicKey)
	if err != nil {
		return plan.LinkState{}, err
	}
	state := plan.LinkState{LastHandshake: s.LastHandshake, RxBytes: s.RxBytes, TxBytes: s.TxBytes}
	if s.Endpoint.IsValid() {
		state.Endpoint = netip.AddrPortFrom(s.Endpoint.Addr().Unmap(), s.Endpoint.Port())
	}
	return state, nil
}

func hostOnly(a netip.Addr) []netip.Prefix { return []netip.Prefix{netip.PrefixFrom(a, a.BitLen())} }

func samePeer(a, b wireguard.Peer) bool {
	return a.PublicKey == b.PublicKey && a.Endpoint == b.Endpoint && a.Keepalive == b.Keepalive &&
		slices.Equal(a.AllowedIPs, b.AllowedIPs) && samePreshared(a, b)
}

func samePreshared(a, b wireguard.Peer) bool {
	if a.PresharedKey == nil || b.PresharedKey == nil {
		return a.PresharedKey == b.PresharedKey
	}
	return *a.PresharedKey == *b.PresharedKey
}
