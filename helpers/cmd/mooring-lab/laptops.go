//go:build linux

package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/datapath"
	"mooring.dev/helpers/internal/gretap"
	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/wireguard"
)

// hubInside is the hub's address inside WireGuard.
var hubInside = netip.MustParseAddr("172.16.0.1")

// fleet is many laptops that one hub knows, each with a key, an address and a MAC of its own.
type fleet struct {
	count uint
	hub   netip.AddrPort
}

func parseFleet(args []string) (f fleet, err error) {
	fs := flag.NewFlagSet("laptops", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.UintVar(&f.count, "count", 1, "")
	fs.TextVar(&f.hub, "hub", netip.AddrPort{}, "")
	if err := fs.Parse(args); err != nil || fs.NArg() > 0 || f.count < 1 || f.count > 1000 {
		return f, errUsage
	}
	return f, nil
}

// device is a laptop as the hub's file has it.
type device struct {
	Name      string     `json:"name"`
	PublicKey string     `json:"publicKey"`
	Address   netip.Addr `json:"address"`
	MAC       string     `json:"mac"`
}

// devices prints what the hub's file has to say of the fleet, and the hub's private key.
func devices(args []string) error {
	f, err := parseFleet(args)
	if err != nil || f.hub.IsValid() {
		return errUsage
	}
	private, _ := keys("hub")
	said := struct {
		PrivateKey string   `json:"privateKey"`
		Devices    []device `json:"devices"`
	}{PrivateKey: private.String()}
	for i := range f.count {
		_, public := keys(laptopName(i))
		mac := laptopMAC(i)
		said.Devices = append(said.Devices, device{
			laptopName(i), public.String(), laptopInside(i), net.HardwareAddr(mac[:]).String(),
		})
	}
	return json.NewEncoder(os.Stdout).Encode(said)
}

func laptopName(i uint) string { return fmt.Sprintf("l%d", i) }
func laptopInside(i uint) netip.Addr {
	return netip.AddrFrom4([4]byte{172, 16, byte(1 + i/200), byte(1 + i%200)})
}
func laptopMAC(i uint) [6]byte { return [6]byte{2, 0, 0, 1, byte(i >> 8), byte(i)} }

// laptops joins all of them, each by a TAP tapN and WireGuard of its own, until it is told to end.
func laptops(args []string) (err error) {
	f, err := parseFleet(args)
	if err != nil || !f.hub.IsValid() {
		return errUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGTERM, unix.SIGINT)
	defer stop()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	for i := range f.count {
		end, err := f.join(log, i)
		if err != nil {
			return fmt.Errorf("laptop %d: %w", i, err)
		}
		defer end.Close()
	}
	log.Info("ready")
	<-ctx.Done()
	return nil
}

func (f fleet) join(log *slog.Logger, i uint) (*wireguard.End, error) {
	t := gretap.Tunnel{Local: laptopInside(i), Remote: hubInside}
	d, err := openDevice(log, fmt.Sprintf("tap%d", i), t, datapath.PortOptions{MTU: plan.TapMTU, MAC: laptopMAC(i)})
	if err != nil {
		return nil, err
	}
	far := side{name: "hub", at: f.hub, inside: netip.PrefixFrom(hubInside, 32)}
	return join(log, d, side{name: laptopName(i)}, far)
}
