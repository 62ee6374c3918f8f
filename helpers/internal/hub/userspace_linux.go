package hub

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"time"

	"mooring.dev/helpers/internal/datapath"
	"mooring.dev/helpers/internal/gretap"
	"mooring.dev/helpers/internal/hub/config"
	"mooring.dev/helpers/internal/link"
	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/udpbind"
	"mooring.dev/helpers/internal/wireguard"
)

// userspace carries the packets in this process: wireguard-go and a TAP for each device.
type userspace struct {
	log       *slog.Logger
	config    config.Config
	socketDir string

	device   *datapath.Device // with presence and end, nil before start
	presence *presence
	end      *wireguard.End
	looking  sync.WaitGroup
	socket   *controlSocket // nil where there is none
}

var _ carrier = (*userspace)(nil)

func (u *userspace) start(key plan.Key) error {
	device := datapath.New(u.log, plan.LinkMTU)
	watched := newPresence(device)
	c := wireguard.Config{PrivateKey: key, ListenPort: u.config.ListenPort}
	sockets := device.Pace(udpbind.New(udpbind.Options{Log: u.log, AnswerWhereAsked: true}))
	end, err := wireguard.Start(slog.New(awaiting{u.log.Handler()}), watched, sockets, c)
	if err != nil {
		return err
	}
	u.device, u.presence, u.end = device, watched, end
	u.looking.Go(u.look)
	tun, err := datapath.OpenTUN(config.Link, datapath.PortOptions{MTU: plan.LinkMTU})
	if err != nil {
		return err
	}
	if err := device.AttachLink(tun); err != nil {
		return err
	}
	if err := openLink(u.config); err != nil {
		return err
	}
	if u.socket, err = openControlSocket(u.socketDir, config.Link, end.IpcHandle); err != nil {
		u.log.Warn("wg(8) will not see this hub", "err", err)
	}
	return nil
}

// look keeps the presence until the end has ended.
func (u *userspace) look() {
	every := time.NewTicker(lookRound)
	defer every.Stop()
	for {
		select {
		case <-u.end.Done():
			return
		case <-every.C:
		}
		peers, err := u.end.Peers()
		if err != nil {
			u.log.Warn("who is there was not found out", "err", err)
			continue
		}
		u.presence.look(peers)
	}
}

func (u *userspace) makePort(d config.Device) error {
	port, err := datapath.OpenTAP(d.Port(), datapath.PortOptions{MTU: plan.TapMTU})
	if err != nil {
		return err
	}
	err = u.device.Attach(port, datapath.Tunnel{
		Tunnel:  gretap.Tunnel{Local: u.config.Address.Addr(), Remote: d.Address},
		TTL:     link.TapTTL,
		LinkMTU: plan.LinkMTU,
		PeerMAC: d.MAC,
	})
	if err != nil {
		return fmt.Errorf("attach %s: %w", d.Port(), err)
	}
	return nil
}

func (u *userspace) letIn(d config.Device) error {
	u.presence.expect(d.Address, d.PublicKey)
	return u.end.SetPeer(wireguard.Peer{PublicKey: d.PublicKey, AllowedIPs: []netip.Prefix{netip.PrefixFrom(d.Address, 32)}})
}

func (u *userspace) putOut(d config.Device) error {
	u.presence.forget(d.Address)
	return u.end.RemovePeer(d.PublicKey)
}

func (u *userspace) removePort(d config.Device) error { return u.device.Detach(d.Address) }

func (u *userspace) counted(d config.Device) slog.Attr {
	c, _ := u.device.Counters(d.Address)
	refused := uint64(0)
	for _, n := range c.Refused {
		refused += n
	}
	return slog.Group("counted", "framesIn", c.FramesIn, "framesOut", c.FramesOut, "foreignMAC", c.ForeignMAC, "refused", refused)
}

func (u *userspace) done() <-chan struct{} { return u.end.Done() }

func (u *userspace) close() error {
	if u.end == nil {
		return nil
	}
	err := u.socket.close()
	u.end.Close() // and the device with its interfaces
	u.looking.Wait()
	return err
}

// awaiting has wireguard-go say for debugging alone that a device has not called yet: whatever floods the bridge is sent
// to every port, and a hub knows no endpoints before.
type awaiting struct{ slog.Handler }

func (a awaiting) Handle(ctx context.Context, r slog.Record) error {
	if strings.HasSuffix(r.Message, "no known endpoint for peer") { // device/peer.go, SendBuffers
		if !a.Enabled(ctx, slog.LevelDebug) {
			return nil
		}
		r.Level = slog.LevelDebug
	}
	return a.Handler.Handle(ctx, r)
}
