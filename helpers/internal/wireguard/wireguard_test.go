package wireguard_test

import (
	"bytes"
	"crypto/ecdh"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.zx2c4.com/wireguard/conn/bindtest"
	"golang.zx2c4.com/wireguard/device"
	"golang.zx2c4.com/wireguard/tun/tuntest"

	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/wireguard"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	laptopAddr = netip.MustParseAddr("172.16.0.2")
	hubAddr    = netip.MustParseAddr("172.16.0.1")
)

// pair is a laptop that knows where the hub is, and a hub that does not know where the laptop is.
type pair struct {
	laptop, hub         *wireguard.End
	laptopTun, hubTun   *tuntest.ChannelTUN
	laptopKey, hubKey   plan.Key
	laptopPeer, hubPeer wireguard.Peer // as the other has it
}

func newPair(t *testing.T) *pair {
	t.Helper()
	binds := bindtest.NewChannelBinds()
	p := &pair{laptopTun: tuntest.NewChannelTUN(), hubTun: tuntest.NewChannelTUN()}
	start := func(secret byte, port uint16, tun *tuntest.ChannelTUN, bind int) (*wireguard.End, plan.Key) {
		private := plan.Key{0: 8, 1: secret, 31: 64}
		e, err := wireguard.Start(slog.New(slog.DiscardHandler), tun.TUN(), binds[bind], wireguard.Config{PrivateKey: private, ListenPort: port})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(e.Close)
		return e, publicKey(t, private)
	}
	p.laptop, p.laptopKey = start(1, 1, p.laptopTun, 0)
	p.hub, p.hubKey = start(2, 2, p.hubTun, 1)
	p.hubPeer = wireguard.Peer{
		PublicKey:  p.hubKey,
		AllowedIPs: []netip.Prefix{netip.PrefixFrom(hubAddr, 32)},
		Endpoint:   netip.MustParseAddrPort("127.0.0.1:1"), // bindtest's way to say: the first socket there
		Keepalive:  25 * time.Second,
	}
	p.laptopPeer = wireguard.Peer{PublicKey: p.laptopKey, AllowedIPs: []netip.Prefix{netip.PrefixFrom(laptopAddr, 32)}}
	must(t, p.hub.SetPeer(p.laptopPeer))
	must(t, p.laptop.SetPeer(p.hubPeer))
	return p
}

func publicKey(t *testing.T, private plan.Key) plan.Key {
	t.Helper()
	k, err := ecdh.X25519().NewPrivateKey(private[:])
	must(t, err)
	return plan.Key(k.PublicKey().Bytes())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// receives waits for a packet on tun.
func receives(t *testing.T, tun *tuntest.ChannelTUN, want []byte) {
	t.Helper()
	select {
	case got := <-tun.Inbound:
		if !bytes.Equal(got, want) {
			t.Errorf("got % x, want % x", got, want)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("nothing came")
	}
}

func TestPacketsPassBothWaysAndAreSeen(t *testing.T) {
	p := newPair(t)
	there, back := tuntest.Ping(hubAddr, laptopAddr), tuntest.Ping(laptopAddr, hubAddr)
	p.laptopTun.Outbound <- there
	receives(t, p.hubTun, there)
	p.hubTun.Outbound <- back // the hub has learned where the laptop is
	receives(t, p.laptopTun, back)

	for name, look := range map[string]struct {
		end *wireguard.End
		far plan.Key
	}{"laptop": {p.laptop, p.hubKey}, "hub": {p.hub, p.laptopKey}} {
		s, err := look.end.Peer(look.far)
		must(t, err)
		if since := time.Since(s.LastHandshake); since < 0 || since > time.Minute || !s.Endpoint.IsValid() ||
			s.RxBytes < uint64(len(there)) || s.TxBytes < uint64(len(there)) {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestRehandshakeIsAtOnce(t *testing.T) {
	p := newPair(t)
	ping := tuntest.Ping(hubAddr, laptopAddr)
	p.laptopTun.Outbound <- ping
	receives(t, p.hubTun, ping)
	before, err := p.laptop.Peer(p.hubKey)
	must(t, err)
	time.Sleep(2 * device.HandshakeInitationRate) // two that are closer are a flood to the far end
	must(t, p.laptop.Rehandshake(p.hubKey))       // well within the 5 s of the limiter
	for end := time.Now().Add(3 * time.Second); ; time.Sleep(time.Millisecond) {
		now, err := p.laptop.Peer(p.hubKey)
		must(t, err)
		if now.LastHandshake.After(before.LastHandshake) {
			break
		}
		if time.Now().After(end) {
			t.Fatal("there was no second handshake")
		}
	}
	p.laptopTun.Outbound <- ping
	receives(t, p.hubTun, ping)
}

// TestHandshakeIsBesideTheSession takes 5 s of real time: wireguard-go's finalizers keep it out of made-up time.
func TestHandshakeIsBesideTheSession(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	ping := tuntest.Ping(hubAddr, laptopAddr)
	p.laptopTun.Outbound <- ping
	receives(t, p.hubTun, ping)
	first, err := p.laptop.Peer(p.hubKey)
	must(t, err)
	must(t, p.laptop.Handshake(p.hubKey)) // too soon for another one
	time.Sleep(device.RekeyTimeout + 50*time.Millisecond)
	if s, err := p.laptop.Peer(p.hubKey); err != nil || s.LastHandshake != first.LastHandshake {
		t.Errorf("a handshake within 5 s of the first: %+v, %v", s, err)
	}
	must(t, p.laptop.Handshake(p.hubKey))
	p.laptopTun.Outbound <- ping // by either session
	receives(t, p.hubTun, ping)
	for end := time.Now().Add(3 * time.Second); ; time.Sleep(time.Millisecond) {
		s, err := p.laptop.Peer(p.hubKey)
		must(t, err)
		if s.LastHandshake.After(first.LastHandshake) {
			break
		}
		if time.Now().After(end) {
			t.Fatal("there was no second handshake")
		}
	}
}

func TestTheStepFromNoKeepaliveSendsAtOnce(t *testing.T) {
	p := newPair(t)
	ping := tuntest.Ping(hubAddr, laptopAddr)
	p.laptopTun.Outbound <- ping
	receives(t, p.hubTun, ping)
	sent := func() uint64 {
		s, err := p.laptop.Peer(p.hubKey)
		must(t, err)
		return s.TxBytes
	}
	must(t, p.laptop.SetKeepalive(p.hubKey, 0))
	before := sent()
	must(t, p.laptop.SetKeepalive(p.hubKey, 0))
	must(t, p.laptop.SetEndpoint(p.hubKey, p.hubPeer.Endpoint))
	if sent() != before {
		t.Error("something was sent that nobody asked for")
	}
	must(t, p.laptop.SetKeepalive(p.hubKey, 25*time.Second))
	for end := time.Now().Add(3 * time.Second); sent() == before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nothing was sent")
		}
	}
}

func TestAPeerOfAnotherAddressIsNotHeard(t *testing.T) {
	p := newPair(t)
	p.laptopTun.Outbound <- tuntest.Ping(hubAddr, netip.MustParseAddr("172.16.0.3"))
	ping := tuntest.Ping(hubAddr, laptopAddr)
	p.laptopTun.Outbound <- ping
	receives(t, p.hubTun, ping) // the first one did not come
}

func TestUnknownPeers(t *testing.T) {
	p := newPair(t)
	stranger := plan.Key{9}
	_, err := p.hub.Peer(stranger)
	for what, err := range map[string]error{
		"Peer":         err,
		"SetEndpoint":  p.hub.SetEndpoint(stranger, netip.MustParseAddrPort("127.0.0.1:1")),
		"SetKeepalive": p.hub.SetKeepalive(stranger, time.Second),
		"Rehandshake":  p.hub.Rehandshake(stranger),
		"Handshake":    p.hub.Handshake(stranger),
	} {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", what, err)
		}
	}
	must(t, p.hub.RemovePeer(stranger))
	must(t, p.hub.RemovePeer(p.laptopKey))
	if peers, err := p.hub.Peers(); err != nil || len(peers) != 0 {
		t.Errorf("left: %v, %v", peers, err)
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	secret := plan.Key{1, 2, 3}
	for _, v := range []any{wireguard.Config{PrivateKey: secret}, wireguard.Peer{PresharedKey: &secret}} {
		for _, format := range []string{"%v", "%+v", "%#v"} {
			if text := fmt.Sprintf(format, v); strings.Contains(text, secret.String()) || strings.Contains(text, "1, 2, 3") {
				t.Error(text)
			}
		}
	}
}
