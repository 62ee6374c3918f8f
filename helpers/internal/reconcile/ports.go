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
// Every method may be called again with the same arguments and then changes nothing; none blocks for traffic.
type Engine interface {
	Kind() plan.EngineKind

	// Lacks names what this machine is missing for the engine ("WireGuard", "GRETAP"); empty: it can run.
	Lacks() []string

	// Recover puts back what a killed helper had changed of the machine outside its own interfaces. It is called
	// once, before anything else is done to the machine.
	Recover() error

	// Leftovers lists the slots of which an earlier helper left something that Down removes.
	Leftovers() ([]int, error)

	// UpLink makes the WireGuard interface match: created or adopted, addressed, up; and what the engine needs so
	// that nobody but the hub reaches the tap. endpoint may be invalid while it is unknown or unreachable; a new
	// link is then silent.
	UpLink(n plan.Names, t plan.Tunnel, s plan.Secrets, endpoint netip.AddrPort) error

	// UpTap makes the Ethernet interface match: pinned MAC, MTU, offload, sysctls, up. It must follow UpLink.
	// A tap that matches stays; one that does not is made anew, and refuses nothing until Vouch.
	UpTap(n plan.Names, t plan.Tunnel) error

	// Vouch says that the stable address is ours alone. Before that the tap keeps to itself what this system says to
	// packets that nobody here waits for, TCP resets and ICMPv6 unreachables: while duplicate address detection runs
	// our address answers already (RFC 4429), and such a word could end a connection of the device that has it.
	Vouch(n plan.Names) error

	// SetEndpoint points the link at another address of the hub. It sends nothing by itself.
	SetEndpoint(n plan.Names, t plan.Tunnel, endpoint netip.AddrPort) error

	// Nudge makes the link send an authenticated packet at once (persistent keepalive 0, then 25 s), from which the
	// hub learns the new source.
	Nudge(n plan.Names, t plan.Tunnel) error

	// Silence stops the persistent keepalive, until Nudge: without a route each attempt would only start the
	// timer that blocks the next handshake for 5 s.
	Silence(n plan.Names, t plan.Tunnel) error

	// Rehandshake forgets the session, resets the link's handshake limiter and starts a handshake, unless one that was
	// started since the newest nudge may still be answered.
	Rehandshake(n plan.Names) error

	// Observe reads the link; an error that is fs.ErrNotExist when there is none.
	Observe(n plan.Names) (plan.LinkState, error)

	// Disown gives the tap a chance MAC instead of the pinned one, when that turned out to be another device's:
	// whatever the tap still says then moves nothing in the hub's bridge.
	Disown(n plan.Names) error

	// Intact reports whether link, tap and what protects them are there as they were made.
	Intact(n plan.Names, t plan.Tunnel) (bool, error)

	// Down removes tap and link, if they are surely ours, and last what protects them. What is already gone is no
	// error, and neither is another engine's tunnel, which it leaves alone.
	Down(n plan.Names) error
}

// Host is what lies above the engine and is written once for all of them: addresses, routes, rules.
// Its methods may be called again with the same arguments and then change nothing.
type Host interface {
	// Place makes the addresses and the link-local on the tap, the own table and the rules match p. The
	// stable address is optimistic with DAD on, deprecated, noprefixroute, and valid for the given time, which counts
	// from the first Place after it has passed DAD.
	Place(n plan.Names, t plan.Tunnel, p plan.Placement, valid time.Duration) error

	// Intact reports whether everything that Place made for p still is there.
	Intact(n plan.Names, t plan.Tunnel, p plan.Placement) (bool, error)

	// DAD tells the state of the stable address addr; plan.DADDuplicate also when the tap's link-local
	// address was found to be in use.
	DAD(n plan.Names, addr netip.Addr) (plan.DAD, error)

	// AtHome reports whether an interface that is not ours has an address in prefix.
	AtHome(prefix netip.Prefix) (bool, error)

	// Clear removes rules and routes of a slot. Addresses go with the tap.
	Clear(n plan.Names) error

	// Leftovers lists the slots of which Clear would remove something, for the repair after a crash.
	Leftovers() ([]int, error)
}

// Monitor watches the network underneath.
type Monitor interface {
	// Changes delivers coalesced changes; it never blocks the monitor.
	Changes() <-chan plan.Change

	// RouteTo tells by which underlay a packet with mark leaves for dst; false when there is no usable route.
	RouteTo(dst netip.Addr, mark uint32) (plan.Underlay, bool)
}

// Prober asks the far ends for answers. Each call is bounded by its context and repeats its question on the
// way, so that one lost packet is not a failure.
type Prober interface {
	// Echo sends ICMP or ICMPv6 echo requests by device from src and waits for the first reply.
	Echo(ctx context.Context, device string, src, dst netip.Addr) (time.Duration, error)

	// Neighbour sends neighbour solicitations for dst from src on device and waits for the advertisement.
	Neighbour(ctx context.Context, device string, src, dst netip.Addr) (time.Duration, error)

	// Owner asks who else on device has addr, without having an address itself, and tells the MAC that
	// answered. The answer goes to all nodes, so the hub's bridge learns from it where the owner is.
	Owner(ctx context.Context, device string, addr netip.Addr) ([6]byte, error)

	// Solicit sends one router solicitation on device from src, the tap's link-local address.
	Solicit(device string, src netip.Addr) error

	// Advertisements delivers the valid Router Advertisements heard on device until ctx ends or the device
	// goes away; then the channel is closed.
	Advertisements(ctx context.Context, device string) (<-chan plan.Advertisement, error)
}

// Resolver turns the hub's name into addresses, asked outside every tunnel by queries that carry mark.
type Resolver interface {
	Resolve(ctx context.Context, host string, mark uint32) ([]netip.Addr, error)
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
