//go:build linux

package main

import (
	"crypto/ecdh"
	"crypto/sha256"
	"errors"
	"log/slog"
	"net/netip"

	"golang.zx2c4.com/wireguard/conn"
	"golang.zx2c4.com/wireguard/tun"

	"mooring.dev/helpers/internal/datapath"
	"mooring.dev/helpers/internal/gretap"
	"mooring.dev/helpers/internal/link"
	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/udpbind"
	"mooring.dev/helpers/internal/wireguard"
)

// side is an end of WireGuard's, as the other one knows it.
type side struct {
	name   string         // from which its keys follow
	port   uint16         // of this end; 0: any
	at     netip.AddrPort // of the far end; invalid: it will call
	inside netip.Prefix   // what the far end may send from
}

// join has two ends speak: the near one runs over packets, which belong to it from then on. A datapath of ours gets
// sockets of ours, anything else what wireguard-go brings.
func join(log *slog.Logger, packets tun.Device, near, far side) (*wireguard.End, error) {
	sockets := conn.NewDefaultBind()
	if d, ok := packets.(*datapath.Device); ok {
		sockets = d.Pace(udpbind.New(udpbind.Options{Log: log}))
	}
	private, _ := keys(near.name)
	_, public := keys(far.name)
	end, err := wireguard.Start(log, packets, sockets, wireguard.Config{PrivateKey: private, ListenPort: near.port})
	if err != nil {
		return nil, err
	}
	err = end.SetPeer(wireguard.Peer{
		PublicKey: public, Endpoint: far.at, Keepalive: link.Keepalive, AllowedIPs: []netip.Prefix{far.inside},
	})
	if err != nil {
		end.Close()
		return nil, err
	}
	return end, nil
}

// openDevice makes a datapath with one tunnel, behind a new TAP.
func openDevice(log *slog.Logger, name string, t gretap.Tunnel, o datapath.PortOptions) (*datapath.Device, error) {
	port, err := datapath.OpenTAP(name, o)
	if err != nil {
		return nil, err
	}
	d := datapath.New(log, plan.LinkMTU)
	if err := d.Attach(port, datapath.Tunnel{Tunnel: t, TTL: link.TapTTL, LinkMTU: plan.LinkMTU}); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// keys are the same at each start: nothing secret passes a cable tester.
func keys(name string) (private, public plan.Key) {
	private = sha256.Sum256([]byte("mooring-lab " + name))
	key, err := ecdh.X25519().NewPrivateKey(private[:])
	if err != nil {
		panic(err) // any 32 octets are a key
	}
	return private, plan.Key(key.PublicKey().Bytes())
}
