package hub_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
	"golang.zx2c4.com/wireguard/conn"
	"golang.zx2c4.com/wireguard/wgctrl/wgtypes"

	"mooring.dev/helpers/internal/datapath"
	"mooring.dev/helpers/internal/gretap"
	"mooring.dev/helpers/internal/hub"
	"mooring.dev/helpers/internal/hub/config"
	"mooring.dev/helpers/internal/link"
	"mooring.dev/helpers/internal/netnstest"
	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/wireguard"
)

func TestMain(m *testing.M) {
	if what := os.Getenv(childHub); what != "" {
		beChild(what)
	}
	netnstest.Main(m)
}

var must = netnstest.Must

const hubPort = 23450

var (
	hubKey  = plan.Key{0: 8, 1: 1, 31: 64}
	prefix  = netip.MustParsePrefix("2001:db8::/64")
	router6 = netip.MustParseAddr("2001:db8::1")
	router4 = netip.MustParseAddr("192.168.0.1")
	inside  = netip.MustParseAddr("172.16.0.1")
)

// person is a device as the hub's file has it, with its secret.
type person struct {
	n   int // its address inside WireGuard is 172.16.0.n, its underlay 10.0.n.0/24
	key plan.Key
	config.Device
}

func publicOf(private plan.Key) plan.Key { return plan.Key(wgtypes.Key(private).PublicKey()) }

func newPerson(n int, name string, mac [6]byte) person {
	key := plan.Key{0: 16, 1: byte(n), 2: byte(n >> 8), 31: 64}
	return person{n, key, config.Device{
		Name: name, PublicKey: publicOf(key),
		Address: netip.AddrFrom4([4]byte{172, 16, byte(n >> 8), byte(n)}), MAC: mac,
	}}
}

var (
	office = newPerson(2, "office", [6]byte{0x12, 0xab, 0x34, 0xcd, 0x56, 0xef})
	train  = newPerson(3, "the-long-train", [6]byte{0x12, 0xab, 0x34, 0xcd, 0x56, 0xf0})
	guest  = newPerson(4, "guest", [6]byte{})
)

// stable is the address that everything is about.
func (p person) stable() netip.Addr { return plan.StableAddress(prefix, p.MAC) }

// file is the hub's of these devices, changed by each of changes.
func file(t *testing.T, people []person, changes ...func(f map[string]any)) config.Config {
	t.Helper()
	devices := []map[string]any{}
	for _, p := range people {
		d := map[string]any{"name": p.Name, "publicKey": p.PublicKey.String(), "address": p.Address.String()}
		if p.MAC != ([6]byte{}) {
			d["mac"] = net.HardwareAddr(p.MAC[:]).String()
		}
		devices = append(devices, d)
	}
	f := map[string]any{
		"engine": "userspace", "privateKeyFile": "/etc/mooring/hub.key", "listenPort": hubPort, "address": "172.16.0.1/16",
		"bridge":    map[string]any{"name": "taps_bridge", "addresses": []string{"2001:db8::1/64", "192.168.0.1/16"}},
		"advertise": map[string]any{"prefix": "2001:db8::/64", "rdnss": []string{"2001:4860:4860::8888"}},
		"devices":   devices,
	}
	for _, change := range changes {
		change(f)
	}
	text, err := json.Marshal(f)
	must(t, err)
	c, err := config.Parse(text)
	must(t, err)
	return c
}

// running is a hub in the namespace of the test.
type running struct {
	t       *testing.T
	log     *logBook
	options hub.Options
	cancel  context.CancelFunc
	changes chan config.Config
	ended   chan error
}

func newOptions(t *testing.T, c config.Config) (hub.Options, *logBook) {
	book := new(logBook)
	log := slog.New(slog.NewTextHandler(book, &slog.HandlerOptions{Level: slog.LevelDebug}))
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(book)
		}
	})
	return hub.Options{Log: log, Config: c, Key: hubKey, StateDir: t.TempDir(), SocketDir: t.TempDir()}, book
}

// serve starts a hub and waits until it is ready.
func serve(t *testing.T, c config.Config) *running {
	t.Helper()
	o, book := newOptions(t, c)
	return serveWith(t, o, book)
}

func serveWith(t *testing.T, o hub.Options, book *logBook) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{t: t, log: book, options: o, cancel: cancel, changes: make(chan config.Config), ended: make(chan error, 1)}
	go func() { r.ended <- hub.Serve(ctx, o, r.changes) }()
	t.Cleanup(r.stop)
	netnstest.Await(t, "ready", 20*time.Second, func() bool {
		select {
		case err := <-r.ended:
			r.ended <- nil
			t.Fatalf("the hub has ended: %v", err)
		default:
		}
		return book.has("msg=ready")
	})
	return r
}

// stop ends the hub as SIGTERM does. It may be called again.
func (r *running) stop() {
	r.t.Helper()
	r.cancel()
	if err := <-r.ended; err != nil {
		r.t.Error(err)
	}
	r.ended <- nil
}

// change is SIGHUP with a new file; it waits for the log line that says what came of it.
func (r *running) change(c config.Config, says string) {
	r.t.Helper()
	before := r.log.count(says)
	r.changes <- c
	netnstest.Await(r.t, says, 5*time.Second, func() bool { return r.log.count(says) > before })
}

// logBook keeps what was logged.
type logBook struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func (b *logBook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBook) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func (b *logBook) count(s string) int { return strings.Count(b.String(), s) }
func (b *logBook) has(s string) bool  { return b.count(s) > 0 }

// line is the last one that has s in it.
func (b *logBook) line(s string) (found string) {
	for line := range strings.Lines(b.String()) {
		if strings.Contains(line, s) {
			found = line
		}
	}
	return found
}

// laptop is a device in a namespace of its own: WireGuard and GRETAP in this process, SLAAC by its kernel.
type laptop struct {
	*netnstest.Peer
	t *testing.T
	person
	device *datapath.Device
	end    *wireguard.End
}

const tap = "tap0"

// join wires a machine to the hub's and has it dial.
func join(t *testing.T, p person) *laptop {
	t.Helper()
	l := &laptop{Peer: netnstest.NewPeer(t), t: t, person: p}
	wan := fmt.Sprintf("wan%d", p.n)
	l.Up(t, l.Wire(t, wan, nil, "eth0"), "eth0")
	netnstest.Address(t, wan, fmt.Sprintf("10.0.%d.1/24", p.n))
	l.Do(func() {
		netnstest.Address(t, "eth0", fmt.Sprintf("10.0.%d.2/24", p.n))
		netnstest.Sysctl(t, "ipv6/conf/default/router_solicitation_delay", "0")
		netnstest.Sysctl(t, "ipv6/conf/default/dad_transmits", "0")
		l.dial()
	})
	t.Cleanup(func() { l.end.Close() })
	return l
}

func (l *laptop) dial() {
	log := slog.New(slog.DiscardHandler)
	l.device = datapath.New(log, plan.LinkMTU)
	tun, err := datapath.OpenTUN("wg0", datapath.PortOptions{MTU: plan.LinkMTU})
	must(l.t, err)
	must(l.t, l.device.AttachLink(tun))
	netnstest.Address(l.t, "wg0", l.Address.String()+"/16")
	netnstest.SetUp(l.t, "wg0")
	port, err := datapath.OpenTAP(tap, datapath.PortOptions{MTU: plan.TapMTU, MAC: l.MAC})
	must(l.t, err)
	must(l.t, l.device.Attach(port, datapath.Tunnel{
		Tunnel: gretap.Tunnel{Local: l.Address, Remote: inside}, TTL: link.TapTTL, LinkMTU: plan.LinkMTU,
	}))
	l.end, err = wireguard.Start(log, l.device, conn.NewDefaultBind(), wireguard.Config{PrivateKey: l.key})
	must(l.t, err)
	must(l.t, l.end.SetPeer(wireguard.Peer{
		PublicKey:  publicOf(hubKey),
		AllowedIPs: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")},
		Endpoint:   netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(l.n), 1}), hubPort),
		Keepalive:  25 * time.Second,
	}))
	netnstest.SetUp(l.t, tap)
}

// awaitSLAAC waits for the stable address and a router.
func (l *laptop) awaitSLAAC() {
	l.t.Helper()
	netnstest.Await(l.t, l.Name+" has its stable address", 10*time.Second, func() (ok bool) {
		l.Do(func() { ok = hasAddress(l.t, tap, netip.PrefixFrom(l.stable(), 64)) && hasRouter(l.t, tap) })
		return ok
	})
}

func hasAddress(t *testing.T, device string, want netip.Prefix) bool {
	t.Helper()
	d := netnstest.Link(t, device)
	addrs, err := netlink.AddrList(d, netlink.FAMILY_ALL)
	must(t, err)
	for _, a := range addrs {
		if a.IPNet.String() == want.String() && a.Flags&unix.IFA_F_TENTATIVE == 0 {
			return true
		}
	}
	return false
}

func hasRouter(t *testing.T, device string) bool {
	t.Helper()
	d := netnstest.Link(t, device)
	routes, err := netlink.RouteList(d, netlink.FAMILY_V6)
	must(t, err)
	for _, r := range routes {
		if (r.Dst == nil || r.Dst.IP.IsUnspecified()) && r.Gw != nil {
			return true
		}
	}
	return false
}
