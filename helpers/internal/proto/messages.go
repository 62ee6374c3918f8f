// Package proto is the helper's side of the contract in protocol/: the messages, their strict decoding and the
// named errors. It knows no socket and no tunnel.
package proto

import "time"

// Version is the protocol's version, raised when an older client could misread a newer helper.
const Version = 1

// Methods that a client calls, and notifications that the helper sends.
const (
	MethodStatus     = "status"
	MethodSubscribe  = "subscribe"
	MethodSet        = "set"
	MethodProbe      = "probe"
	MethodStats      = "stats"
	MethodKeysPut    = "keys.put"
	MethodKeysList   = "keys.list"
	MethodKeysDelete = "keys.delete"

	NotifyHello   = "hello"
	NotifyChanged = "changed"
)

// Access is what the connection's peer may do.
type Access string

// The values of Access.
const (
	AccessRead  Access = "read"
	AccessWrite Access = "write"
)

// Hello is the first frame on every connection, sent by the helper.
type Hello struct {
	Protocol int      `json:"protocol"`
	Version  string   `json:"version"`
	Access   Access   `json:"access"`
	Engines  []Engine `json:"engines"`
}

// Engine tells whether an engine can run here; Lacks names what is missing and is empty when nothing is.
type Engine struct {
	Kind  string   `json:"kind"`
	Lacks []string `json:"lacks"`
}

// Empty are the parameters of methods that take none.
type Empty struct{}

// SetParams is the whole desired configuration. A null Desired takes everything down.
type SetParams struct {
	Desired *Desired `json:"desired"`
}

// Desired lists the tunnels that shall be up.
type Desired struct {
	Tunnels []Tunnel `json:"tunnels"`
}

// Tunnel is one profile on the wire; Parse checks it.
type Tunnel struct {
	Name       string  `json:"name"`
	PublicKey  string  `json:"publicKey"`
	ListenPort int     `json:"listenPort"`
	Address    string  `json:"address"`
	Hub        Hub     `json:"hub"`
	MAC        string  `json:"mac"`
	Prefix     *string `json:"prefix"`
	TxOffload  string  `json:"txOffload"`
	Engine     string  `json:"engine"`
}

// Hub is the far end on the wire.
type Hub struct {
	PublicKey string `json:"publicKey"`
	Endpoint  string `json:"endpoint"`
	Address   string `json:"address"`
}

// SetResult says whether the desired configuration differed from the one already held.
type SetResult struct {
	Changed bool `json:"changed"`
}

// TunnelName names a tunnel that is up.
type TunnelName struct {
	Tunnel string `json:"tunnel"`
}

// Status is a snapshot of everything observed.
type Status struct {
	Version string         `json:"version"`
	Tunnels []TunnelStatus `json:"tunnels"`
}

// Changed carries a new snapshot to a subscriber.
type Changed struct {
	Status Status `json:"status"`
}

// Step is how far the bring-up has come: the step that is under way, or up.
type Step string

// The steps of a bring-up, in their order.
const (
	StepKey     Step = "key"     // the private key is looked up
	StepResolve Step = "resolve" // the hub's name, and a route to it
	StepLink    Step = "link"    // WireGuard
	StepTap     Step = "tap"     // GRETAP, sysctls, filter
	StepAddress Step = "address" // stable address, rules, router
	StepVerify  Step = "verify"  // configured; waiting for verified traffic
	StepUp      Step = "up"      // traffic was verified since the bring-up
)

// Cause says why a tunnel is not working, in the words of the session state.
type Cause string

// The causes. The first four wait for the world to change, the others for a person.
const (
	CauseNoNetwork         Cause = "no-network"
	CauseNameUnresolved    Cause = "name-unresolved"
	CauseNoAnswer          Cause = "no-answer" // no handshake: UDP blocked, hub down, or keys unknown to it
	CauseCaptivePortal     Cause = "captive-portal"
	CauseDuplicateIdentity Cause = "duplicate-identity"
	CauseKeyMissing        Cause = "key-missing"
	CauseKernelLacks       Cause = "kernel-lacks"
	CausePrefixMismatch    Cause = "prefix-mismatch" // the hub advertises another prefix than the profile pins
	CauseSystem            Cause = "system"          // the kernel refused; Detail has its words
)

// Fault is a cause with its detail for a person, in one sentence.
type Fault struct {
	Cause  Cause  `json:"cause"`
	Detail string `json:"detail"`
}

// Interfaces are the names of a tunnel's interfaces.
type Interfaces struct {
	Link string `json:"link"`
	Tap  string `json:"tap"`
}

// Underlay is the network that the outer packets leave by.
type Underlay struct {
	Interface string `json:"interface"`
	Address   string `json:"address"`
}

// Reading is the newest result of one reachability probe. OK is null before the first.
type Reading struct {
	OK    *bool      `json:"ok"`
	RTTMs *float64   `json:"rttMs"`
	At    *time.Time `json:"at"`
}

// Reachability is measured at three levels: an echo inside WireGuard, a neighbour solicitation and an echo over
// Ethernet, and an echo from the stable address to a host beyond the hub.
type Reachability struct {
	Link     Reading `json:"link"`
	Ethernet Reading `json:"ethernet"`
	Internet Reading `json:"internet"`
}

// Roam tells of changes of the underlay. Since is set from a change until traffic is verified again. Recent are
// the newest [MaxRecentRoams] that have ended, oldest first.
type Roam struct {
	Since        *time.Time  `json:"since"`
	Count        int         `json:"count"`
	LastOutageMs *int64      `json:"lastOutageMs"`
	Recent       []EndedRoam `json:"recent"`
}

// EndedRoam is one change of the underlay, over at At.
type EndedRoam struct {
	At       time.Time `json:"at"`
	OutageMs int64     `json:"outageMs"`
}

// MaxRecentRoams bounds Roam.Recent, so that a status of [MaxTunnels] tunnels fits in a frame.
const MaxRecentRoams = 32

// TunnelStatus is what is observed of one tunnel. For peers with [AccessRead], Underlay and Endpoint are null
// and PublicKey is empty.
type TunnelStatus struct {
	Name          string       `json:"name"`
	PublicKey     string       `json:"publicKey"`
	Engine        *string      `json:"engine"` // null until one is chosen
	Interfaces    Interfaces   `json:"interfaces"`
	MAC           string       `json:"mac"`
	Prefix        *string      `json:"prefix"`
	Address       *string      `json:"address"`
	DAD           string       `json:"dad"`
	Step          Step         `json:"step"`
	Fault         *Fault       `json:"fault"`
	Underlay      *Underlay    `json:"underlay"`
	Endpoint      *string      `json:"endpoint"`
	LastHandshake *time.Time   `json:"lastHandshake"`
	VerifiedSince *time.Time   `json:"verifiedSince"` // null while traffic is not verified
	Reachability  Reachability `json:"reachability"`
	Roam          Roam         `json:"roam"`
}

// Stats are counters, for benchmarks and the curious.
type Stats struct {
	UptimeSeconds float64       `json:"uptimeSeconds"`
	ResidentBytes int64         `json:"residentBytes"`
	Tunnels       []TunnelStats `json:"tunnels"`
}

// TunnelStats count since the bring-up.
type TunnelStats struct {
	Name    string `json:"name"`
	RxBytes uint64 `json:"rxBytes"`
	TxBytes uint64 `json:"txBytes"`
	Roams   int    `json:"roams"`
	Repairs int    `json:"repairs"` // things of ours that someone deleted and we put back
}

// KeysPutParams hands a private key to the helper; it never comes back.
type KeysPutParams struct {
	PrivateKey   string  `json:"privateKey" secret:"yes"`
	PresharedKey *string `json:"presharedKey,omitempty" secret:"yes"`
}

// PublicKey names a stored key.
type PublicKey struct {
	PublicKey string `json:"publicKey"`
}

// KeysList names all stored keys.
type KeysList struct {
	Keys []PublicKey `json:"keys"`
}

// KeysDeleteResult says whether there was such a key.
type KeysDeleteResult struct {
	Deleted bool `json:"deleted"`
}
