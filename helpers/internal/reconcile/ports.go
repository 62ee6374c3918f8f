// Package reconcile holds the one applied desired configuration and makes the machine match it: bring-up,
// verification, reflexes on a change of the underlay, repair, take-down. It reaches the operating system only
// through the interfaces of this file, which internal/link, internal/netmon and internal/probe implement.
package reconcile

import (
	"context"
	"net/netip"
	"time"

	"mooring.dev/helpers/internal/plan"
)

// Engine carries a tunnel's Ethernet to its hub: it owns the link and the tap as devices, nothing above them.
// Every method may be called again with the same arguments; none blocks for traffic.
type Engine interface {
	Kind() plan.EngineKind

	// Lacks names what this machine is missing for the engine ("WireGuard", "GRETAP"); empty: it can run.
	Lacks() []string

	// UpLink makes the WireGuard interface match: created or adopted, addressed, up. endpoint may be invalid
	// while it is unknown; the link is then silent.
	UpLink(n plan.Names, t plan.Tunnel, s plan.Secrets, endpoint netip.AddrPort) error

	// UpTap makes the Ethernet interface match: pinned MAC, MTU, offload, sysctls, up. It must follow UpLink.
	UpTap(n plan.Names, t plan.Tunnel) error

	// SetEndpoint points the link at another address of the hub.
	SetEndpoint(n plan.Names, t plan.Tunnel, endpoint netip.AddrPort) error

	// Nudge makes the link send one authenticated packet at once (persistent keepalive 0, then 25 s), from
	// which the hub learns the new source.
	Nudge(n plan.Names, t plan.Tunnel) error

	// Rehandshake resets the link's handshake limiter (interface down, up) and starts a handshake.
	Rehandshake(n plan.Names) error

	Observe(n plan.Names) (plan.LinkState, error)

	// Down removes tap and link. What is already gone is no error.
	Down(n plan.Names) error
}

// Host is what lies above the engine and is written once for all of them: addresses, routes, rules, filter.
type Host interface {
	// Guard installs the filter that drops plaintext GRE for this tunnel unless it came by the link.
	Guard(n plan.Names, t plan.Tunnel) error

	// SetAddress puts the stable address on the tap (optimistic, DAD on, deprecated, noprefixroute), the
	// decoy, and the rules. The same address again only renews its lifetime.
	SetAddress(n plan.Names, addr netip.Addr, prefix netip.Prefix, valid time.Duration) error

	// SetRouter fills the own table: the prefix on-link, and a default route by router. An invalid router
	// leaves the default route out.
	SetRouter(n plan.Names, prefix netip.Prefix, addr, router netip.Addr) error

	// DAD tells the state of the stable address.
	DAD(n plan.Names, addr netip.Addr) (plan.DAD, error)

	// Intact reports whether everything of ours that SetAddress, SetRouter and Guard made still is there.
	Intact(n plan.Names, t plan.Tunnel, addr netip.Addr) (bool, error)

	// Clear removes rules, routes and filter of a slot, and the addresses if the tap is still there.
	Clear(n plan.Names) error

	// Leftovers lists the slots of which anything is on this machine, for the repair after a crash.
	Leftovers() ([]int, error)
}

// Monitor watches the network underneath.
type Monitor interface {
	// Changes delivers coalesced changes; it never blocks the monitor. It is closed when the monitor is.
	Changes() <-chan plan.Change

	// RouteTo tells by which underlay a packet with mark leaves for dst; false when there is no route.
	RouteTo(dst netip.Addr, mark uint32) (plan.Underlay, bool)
}

// Prober asks the far ends for answers. Each call is bounded by its context.
type Prober interface {
	// Echo sends one ICMP or ICMPv6 echo by device from src and waits for its reply.
	Echo(ctx context.Context, device string, src, dst netip.Addr) (time.Duration, error)

	// Neighbour sends one neighbour solicitation for dst from src on device and waits for the advertisement.
	Neighbour(ctx context.Context, device string, src, dst netip.Addr) (time.Duration, error)

	// Solicit sends a router solicitation on device from its link-local address.
	Solicit(device string, src netip.Addr) error

	// Advertisements delivers validated Router Advertisements heard on device until ctx ends.
	Advertisements(ctx context.Context, device string) (<-chan plan.Advertisement, error)
}

// Resolver turns the hub's name into addresses outside the tunnel.
type Resolver interface {
	Resolve(ctx context.Context, host string) ([]netip.Addr, error)
}

// KeyStore gives the secrets of a public key; an error that is fs.ErrNotExist when there are none.
type KeyStore interface {
	Secrets(public plan.Key) (plan.Secrets, error)
}

// Assigned is a desired tunnel with the slot that it keeps for as long as it is desired.
type Assigned struct {
	Slot   int
	Tunnel plan.Tunnel
}

// Store keeps the desired configuration over a crash and a restart of the machine.
type Store interface {
	// Load gives what Save was last given; nil when there is nothing.
	Load() ([]Assigned, error)
	Save([]Assigned) error
}

// Clock is time.Now and friends, replaced in tests.
type Clock interface {
	Now() time.Time
	After(d time.Duration) <-chan time.Time
}
