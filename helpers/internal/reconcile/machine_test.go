package reconcile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mooring.dev/helpers/internal/plan"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// machine is a made-up computer with a made-up hub behind its network. It implements every interface of
// ports.go and prints itself as text; what is done to it is kept as a list of short words.
type machine struct {
	patient bool       // takes no route from an address until DAD has ended; set before anything runs
	mu      sync.Mutex // guards everything below
	slots   map[int]*slotState
	did     []string
	fails   map[string]error // by word: what the kernel answers

	underlay  *plan.Underlay // nil: no network
	changes   chan plan.Change
	names     map[string][]netip.Addr
	lookupErr error

	hub  hubState
	log  slog.Handler
	keys map[plan.Key]plan.Secrets
	kept []Assigned
}

type slotState struct {
	link      string
	silent    bool
	handshake time.Time
	rx        uint64
	tap       string
	vouched   bool // the tap may refuse
	guard     bool
	placed    plan.Placement
	valid     time.Duration
	placedAt  time.Time
	duplicate bool
	heard     []chan plan.Advertisement
}

// hubState is the far end.
type hubState struct {
	alive   bool // answers over WireGuard
	bridged bool // answers over Ethernet
	rtt     time.Duration
	forgot  bool // lost its session: only a new handshake helps
	drops   int  // of the next handshakes that are forced, each of which has ended the session
	mute    bool // answers no echo inside the link
	ra      plan.Advertisement
}

var (
	wifi     = plan.Underlay{Interface: "wlan0", Address: netip.MustParseAddr("10.1.0.50"), Gateway: netip.MustParseAddr("10.1.0.1")}
	ethernet = plan.Underlay{Interface: "eth1", Address: netip.MustParseAddr("10.2.0.50"), Gateway: netip.MustParseAddr("10.2.0.1")}
	prefix   = netip.MustParsePrefix("2001:db8::/64")
	routerLL = netip.MustParseAddr("fe80::1")
	ourKey   = plan.Key{1}
)

func home() plan.Tunnel {
	return plan.Tunnel{
		Name: "home", PublicKey: ourKey, ListenPort: 3243,
		Address: netip.MustParsePrefix("172.16.0.2/24"),
		Hub: plan.Hub{PublicKey: plan.Key{2}, Endpoint: plan.Endpoint{Host: "203.0.113.4", Port: 23450},
			Address: netip.MustParseAddr("172.16.0.1")},
		MAC:       [6]byte{0x12, 0xab, 0x34, 0xcd, 0x56, 0xef},
		TxOffload: plan.TxOffloadOff, Engine: plan.EngineAuto,
	}
}

func newMachine() *machine {
	return &machine{
		log:   slog.DiscardHandler,
		slots: map[int]*slotState{}, fails: map[string]error{}, names: map[string][]netip.Addr{},
		changes: make(chan plan.Change, 1), underlay: &wifi,
		keys: map[plan.Key]plan.Secrets{ourKey: {PrivateKey: plan.Key{9}}},
		hub: hubState{alive: true, bridged: true, rtt: 10 * time.Millisecond, ra: plan.Advertisement{
			Router: routerLL, Prefix: prefix, ValidLifetime: 24 * time.Hour, RouterLifetime: 30 * time.Minute,
			RDNSS: []netip.Addr{netip.MustParseAddr("2001:4860:4860::8888")},
		}},
	}
}

func (m *machine) manager() *Manager {
	return New(Deps{
		Engines: []Engine{fakeEngine{m}}, Host: fakeHost{m}, Monitor: m, Prober: m, Resolver: m, Keys: m, Store: m,
		Log: slog.New(m.log), Version: "test",
	})
}

// String is the machine as a person would look at it; empty when nothing of ours is on it.
func (m *machine) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []string
	for slot := range plan.MaxSlots {
		s := m.slots[slot]
		if s == nil {
			continue
		}
		n := plan.NamesFor(slot)
		if s.link != "" {
			keepalive := " keepalive"
			if s.silent {
				keepalive = ""
			}
			out = append(out, n.Link+" "+s.link+keepalive)
		}
		if s.guard {
			out = append(out, n.NftTable)
		}
		if s.tap != "" {
			refuses := ""
			if !s.vouched {
				refuses = " refuses nothing"
			}
			out = append(out, n.Tap+" "+s.tap+refuses)
		}
		if s.placed.Valid() {
			line := fmt.Sprintf("table %d %s", n.Table, s.placed.Address)
			if s.placed.Router.IsValid() {
				line += " via " + s.placed.Router.String()
			}
			if s.placed.AtHome {
				line += " at home"
			}
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// words gives what was done since the last call.
func (m *machine) words() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := strings.Join(m.did, " ")
	m.did = nil
	return w
}

// do notes a word and gives its slot, locked until the returned function is called.
func (m *machine) do(n plan.Names, word string) (*slotState, error, func()) {
	m.mu.Lock()
	m.did = append(m.did, word)
	s := m.slots[n.Slot]
	if s == nil {
		s = &slotState{}
		m.slots[n.Slot] = s
	}
	return s, m.fails[word], m.mu.Unlock
}

// change alters the world and tells the monitor.
func (m *machine) change(c plan.Change, f func()) {
	m.mu.Lock()
	f()
	m.mu.Unlock()
	m.changes <- c
}

func (m *machine) set(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

// sendLocked: the link sends something; the hub answers if it can, a round trip later.
func (m *machine) sendLocked(s *slotState, handshake bool) {
	if m.underlay == nil || !m.hub.alive || s.link == "" {
		return
	}
	if handshake && m.hub.drops > 0 {
		m.hub.drops--
		m.hub.forgot = true
		return
	}
	fresh := handshake || s.handshake.IsZero()
	if !fresh && m.hub.forgot {
		return
	}
	m.hub.forgot = false
	time.AfterFunc(m.hub.rtt, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		s.rx += 32
		if fresh {
			s.handshake = time.Now()
		}
	})
}

// ---- Engine

func (m *machine) Kind() plan.EngineKind { return plan.EngineKernel }

func (m *machine) Recover() error { return nil }

func (m *machine) Lacks() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fails["lacks"] != nil {
		return []string{"WireGuard"}
	}
	return nil
}

func (m *machine) UpLink(n plan.Names, t plan.Tunnel, _ plan.Secrets, endpoint netip.AddrPort) error {
	s, err, done := m.do(n, "link")
	defer done()
	if err != nil {
		return err
	}
	want := fmt.Sprintf("%s peer %s", t.Address.Addr(), t.Hub.Address)
	if endpoint.IsValid() {
		want += " to " + endpoint.String()
	}
	s.guard = true
	if s.link == want {
		return nil
	}
	s.link, s.silent = want, !endpoint.IsValid()
	if endpoint.IsValid() {
		m.sendLocked(s, true)
	}
	return nil
}

func (m *machine) UpTap(n plan.Names, t plan.Tunnel) error {
	s, err, done := m.do(n, "tap")
	defer done()
	if mac := t.HardwareAddr().String(); err == nil && s.tap != mac {
		s.tap, s.vouched = mac, false
	}
	return err
}

func (m *machine) SetEndpoint(n plan.Names, t plan.Tunnel, endpoint netip.AddrPort) error {
	s, err, done := m.do(n, "endpoint")
	defer done()
	s.link = fmt.Sprintf("%s peer %s to %s", t.Address.Addr(), t.Hub.Address, endpoint)
	return err
}

func (m *machine) Nudge(n plan.Names, _ plan.Tunnel) error {
	s, err, done := m.do(n, "nudge")
	defer done()
	s.silent = false
	m.sendLocked(s, false)
	return err
}

func (m *machine) Silence(n plan.Names, _ plan.Tunnel) error {
	s, err, done := m.do(n, "silence")
	defer done()
	s.silent = true
	return err
}

func (m *machine) Rehandshake(n plan.Names) error {
	s, err, done := m.do(n, "rehandshake")
	defer done()
	m.sendLocked(s, true)
	return err
}

func (m *machine) Vouch(n plan.Names) error {
	s, err, done := m.do(n, "vouch")
	defer done()
	s.vouched = true
	return err
}

func (m *machine) Disown(n plan.Names) error {
	s, err, done := m.do(n, "disown")
	defer done()
	s.tap = "a chance MAC"
	return err
}

func (m *machine) Observe(n plan.Names) (plan.LinkState, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.slots[n.Slot]
	if s == nil || s.link == "" {
		return plan.LinkState{}, fs.ErrNotExist
	}
	return plan.LinkState{LastHandshake: s.handshake, RxBytes: s.rx}, nil
}

// intact is the part of the engine.
func (m *machine) intact(n plan.Names) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.slots[n.Slot]
	return s != nil && s.guard && s.link != "" && s.tap != ""
}

func (m *machine) Down(n plan.Names) error {
	s, err, done := m.do(n, "down")
	defer done()
	if err != nil {
		return err
	}
	for _, ch := range s.heard {
		close(ch)
	}
	s.heard, s.link, s.tap, s.guard = nil, "", "", false
	return nil
}

// ---- Monitor, Resolver, KeyStore, Store

func (m *machine) Changes() <-chan plan.Change { return m.changes }

func (m *machine) RouteTo(dst netip.Addr, mark uint32) (plan.Underlay, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.underlay == nil || dst.Is6() || mark == 0 {
		return plan.Underlay{}, false
	}
	return *m.underlay, true
}

func (m *machine) Resolve(ctx context.Context, host string, mark uint32) ([]netip.Addr, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.did = append(m.did, "resolve")
	if m.lookupErr != nil {
		return nil, m.lookupErr
	}
	return slices.Clone(m.names[host]), nil
}

func (m *machine) Secrets(public plan.Key) (plan.Secrets, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.keys[public]
	if !ok {
		return s, fmt.Errorf("key: %w", fs.ErrNotExist)
	}
	return s, nil
}

func (m *machine) Load() ([]Assigned, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.kept, m.fails["load"]
}

func (m *machine) Save(a []Assigned) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.did = append(m.did, "save")
	if err := m.fails["save"]; err != nil {
		return err
	}
	m.kept = slices.Clone(a)
	return nil
}

var errKernel = errors.New("operation not supported")
