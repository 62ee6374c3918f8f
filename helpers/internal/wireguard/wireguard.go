// Package wireguard is one end of WireGuard in this process: wireguard-go, told and asked in values instead of text.
package wireguard

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"golang.zx2c4.com/wireguard/conn"
	"golang.zx2c4.com/wireguard/device"
	"golang.zx2c4.com/wireguard/tun"

	"mooring.dev/helpers/internal/plan"
)

// Config is an end without its peers.
type Config struct {
	PrivateKey plan.Key
	ListenPort uint16 // 0: any
	Mark       uint32 // SO_MARK of the outer packets, where the system has it; 0: none
}

// String and GoString keep the key out of %v, %+v and %#v.
func (Config) String() string   { return "[wireguard configuration]" }
func (Config) GoString() string { return "[wireguard configuration]" }

// Peer is the whole of what is known of a far end.
type Peer struct {
	PublicKey    plan.Key
	PresharedKey *plan.Key      // nil: none
	AllowedIPs   []netip.Prefix // inside the tunnel
	Endpoint     netip.AddrPort // invalid: where it was last heard, or unknown
	Keepalive    time.Duration  // whole seconds; 0: none
}

// String and GoString keep the preshared key out of %v, %+v and %#v.
func (p Peer) String() string   { return "[peer " + p.PublicKey.String() + "]" }
func (p Peer) GoString() string { return p.String() }

// PeerState is what was observed of a far end.
type PeerState struct {
	LastHandshake    time.Time      // zero: none yet
	Endpoint         netip.AddrPort // invalid: none yet
	RxBytes, TxBytes uint64         // authenticated
}

// End is a running end. Its methods may be called by several goroutines.
type End struct{ device *device.Device }

// Start makes an end over the packets of tun and brings it up: it listens from then on. tun belongs to it and is
// closed with it, also when Start fails.
func Start(log *slog.Logger, tun tun.Device, bind conn.Bind, c Config) (*End, error) {
	e := &End{device.NewDevice(tun, bind, logger(log))}
	text := "private_key=" + c.PrivateKey.Hex() + "\n" +
		"listen_port=" + strconv.Itoa(int(c.ListenPort)) + "\n" +
		"fwmark=" + strconv.FormatUint(uint64(c.Mark), 10) + "\n"
	if err := errors.Join(e.set(text), e.device.Up()); err != nil {
		e.device.Close()
		return nil, fmt.Errorf("start WireGuard on UDP port %d: %w", c.ListenPort, err)
	}
	return e, nil
}

// Close ends the end and its tun.Device. It returns when nothing of it runs any more.
func (e *End) Close() { e.device.Close() }

// Done is closed when the end has ended, by Close or because its tun.Device failed.
func (e *End) Done() <-chan struct{} { return e.device.Wait() }

// IpcHandle answers wg(8) on c (wireguard.com/xplatform), the private key included, and closes it.
func (e *End) IpcHandle(c net.Conn) { e.device.IpcHandle(c) }

// SetPeer makes the far end of p's public key be as p says, whatever it was; its session stays.
func (e *End) SetPeer(p Peer) error {
	var b strings.Builder
	psk := plan.Key{}
	if p.PresharedKey != nil {
		psk = *p.PresharedKey
	}
	fmt.Fprintf(&b, "public_key=%s\npreshared_key=%s\nreplace_allowed_ips=true\n", p.PublicKey.Hex(), psk.Hex())
	for _, a := range p.AllowedIPs {
		fmt.Fprintf(&b, "allowed_ip=%s\n", a)
	}
	if p.Endpoint.IsValid() {
		fmt.Fprintf(&b, "endpoint=%s\n", p.Endpoint)
	}
	fmt.Fprintf(&b, "persistent_keepalive_interval=%d\n", p.Keepalive/time.Second)
	return e.word(p.PublicKey, b.String())
}

// RemovePeer forgets a far end. One that is not known is no error.
func (e *End) RemovePeer(k plan.Key) error {
	return e.word(k, "public_key="+k.Hex()+"\nremove=true\n")
}

// SetEndpoint points at another address of the far end. It sends nothing by itself. The source address that the
// old endpoint was reached by is forgotten.
func (e *End) SetEndpoint(k plan.Key, endpoint netip.AddrPort) error {
	return e.update(k, "endpoint="+endpoint.String())
}

// SetKeepalive changes the interval, in whole seconds. The step from 0 sends a packet at once, or a handshake where
// there is no session.
func (e *End) SetKeepalive(k plan.Key, every time.Duration) error {
	return e.update(k, fmt.Sprintf("persistent_keepalive_interval=%d", every/time.Second))
}

// Rehandshake forgets the session and starts a handshake at once, past the limit of one in 5 s
// (device.RekeyTimeout).
func (e *End) Rehandshake(k plan.Key) error {
	peer := e.device.LookupPeer(device.NoisePublicKey(k))
	if peer == nil {
		return errNoPeer(k)
	}
	peer.ExpireCurrentKeypairs()
	return e.Handshake(k)
}

// Handshake starts a handshake, unless one was sent in the last 5 s (device.RekeyTimeout). The session that there is
// serves until it is done.
func (e *End) Handshake(k plan.Key) error {
	peer := e.device.LookupPeer(device.NoisePublicKey(k))
	if peer == nil {
		return errNoPeer(k)
	}
	if err := peer.SendHandshakeInitiation(false); err != nil {
		return fmt.Errorf("start a handshake with %s: %w", k, err)
	}
	return nil
}

// Peer tells what was observed of a far end; an error that is fs.ErrNotExist when it is not known.
func (e *End) Peer(k plan.Key) (PeerState, error) {
	peers, err := e.Peers()
	if err != nil {
		return PeerState{}, err
	}
	s, ok := peers[k]
	if !ok {
		return PeerState{}, errNoPeer(k)
	}
	return s, nil
}

// Peers tells it of all.
func (e *End) Peers() (map[plan.Key]PeerState, error) {
	text, err := e.device.IpcGet()
	if err != nil {
		return nil, fmt.Errorf("read the state of WireGuard: %w", err)
	}
	return parsePeers(text)
}

func (e *End) update(k plan.Key, line string) error {
	if e.device.LookupPeer(device.NoisePublicKey(k)) == nil {
		return errNoPeer(k)
	}
	return e.word(k, "public_key="+k.Hex()+"\nupdate_only=true\n"+line+"\n")
}

func (e *End) word(k plan.Key, text string) error {
	if err := e.set(text); err != nil {
		return fmt.Errorf("set the peer %s: %w", k, err)
	}
	return nil
}

// set hands on text of the configuration protocol (wireguard.com/xplatform). Its errors quote no value that we write.
func (e *End) set(text string) error { return e.device.IpcSet(text) }

func errNoPeer(k plan.Key) error { return fmt.Errorf("peer %s: %w", k, fs.ErrNotExist) }

// parsePeers reads what IpcGet writes. The lines that hold secrets are passed over.
func parsePeers(text string) (map[plan.Key]PeerState, error) {
	peers := map[plan.Key]PeerState{}
	var key plan.Key
	var seconds, nanoseconds int64
	for scanner := bufio.NewScanner(strings.NewReader(text)); scanner.Scan(); {
		name, value, _ := strings.Cut(scanner.Text(), "=")
		s := peers[key]
		var err error
		switch name {
		case "public_key":
			_, err = hex.Decode(key[:], []byte(value))
			s, seconds, nanoseconds = PeerState{}, 0, 0
		case "endpoint":
			s.Endpoint, err = netip.ParseAddrPort(value)
		case "last_handshake_time_sec":
			seconds, err = strconv.ParseInt(value, 10, 64)
		case "last_handshake_time_nsec":
			nanoseconds, err = strconv.ParseInt(value, 10, 64)
			if seconds != 0 || nanoseconds != 0 {
				s.LastHandshake = time.Unix(seconds, nanoseconds)
			}
		case "rx_bytes":
			s.RxBytes, err = strconv.ParseUint(value, 10, 64)
		case "tx_bytes":
			s.TxBytes, err = strconv.ParseUint(value, 10, 64)
		default:
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read the state of WireGuard: %s: %w", name, err)
		}
		peers[key] = s
	}
	return peers, nil
}

// logger has wireguard-go say in our log what goes wrong, and what it does where the level is debug.
func logger(log *slog.Logger) *device.Logger {
	return &device.Logger{
		Verbosef: func(format string, args ...any) {
			if log.Enabled(context.Background(), slog.LevelDebug) {
				log.Debug(fmt.Sprintf(format, args...))
			}
		},
		Errorf: func(format string, args ...any) { log.Warn(fmt.Sprintf(format, args...)) },
	}
}
