//go:build linux

package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"runtime/pprof"

	"golang.org/x/sys/unix"
	"golang.zx2c4.com/wireguard/tun"

	"mooring.dev/helpers/internal/datapath"
	"mooring.dev/helpers/internal/gretap"
	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/wireguard"
)

// plug is one end of a cable: an interface here whose packets come out at the other end's.
type plug struct {
	end       string // left or right
	name      string // of the interface
	layer3    bool   // wireguard-go's own TUN, without Ethernet
	listen    uint
	far       netip.AddrPort // invalid: it will call. Two ends that both call may cross their handshakes.
	profile   string         // file for a CPU profile; empty: none
	noOffload bool
}

var inner = map[string]netip.Addr{
	"left":  netip.MustParseAddr("172.16.0.2"),
	"right": netip.MustParseAddr("172.16.0.1"),
}

func cable(args []string) error {
	p := plug{}
	fs := flag.NewFlagSet("cable", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&p.end, "end", "", "")
	fs.StringVar(&p.name, "name", "tap0", "")
	fs.BoolVar(&p.layer3, "layer3", false, "")
	fs.BoolVar(&p.noOffload, "no-offload", false, "")
	fs.UintVar(&p.listen, "listen", 0, "")
	fs.TextVar(&p.far, "far", netip.AddrPort{}, "")
	fs.StringVar(&p.profile, "profile", "", "")
	if err := fs.Parse(args); err != nil || fs.NArg() > 0 || !inner[p.end].IsValid() || p.listen > 65535 {
		return errUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGTERM, unix.SIGINT)
	defer stop()
	return p.run(ctx)
}

// run carries packets until ctx ends.
func (p plug) run(ctx context.Context) (err error) {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	device, err := p.device(log)
	if err != nil {
		return err
	}
	far := "left"
	if p.end == far {
		far = "right"
	}
	allowed := netip.PrefixFrom(inner[far], 32)
	if p.layer3 {
		allowed = netip.MustParsePrefix("0.0.0.0/0")
	} else {
		wireguard.KeepSmall()
	}
	end, err := join(log, device, side{name: p.end, port: uint16(p.listen)}, side{name: far, at: p.far, inside: allowed})
	if err != nil {
		return err
	}
	defer end.Close()
	if p.profile != "" {
		stop, err := profile(p.profile)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, stop()) }()
	}
	log.Info("ready")
	<-ctx.Done()
	return nil
}

func (p plug) device(log *slog.Logger) (tun.Device, error) {
	if p.layer3 {
		return tun.CreateTUN(p.name, plan.LinkMTU)
	}
	far := inner["left"]
	if p.end == "left" {
		far = inner["right"]
	}
	o := datapath.PortOptions{MTU: plan.TapMTU, MAC: macOf(p.end), NoTxOffload: p.noOffload}
	return openDevice(log, p.name, gretap.Tunnel{Local: inner[p.end], Remote: far}, o)
}

func macOf(end string) [6]byte {
	sum := sha256.Sum256([]byte(end))
	return [6]byte(net.HardwareAddr{0x02, sum[0], sum[1], sum[2], sum[3], sum[4]})
}

func profile(path string) (stop func() error, err error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, fmt.Errorf("profile into %s: %w", path, err)
	}
	return func() error {
		pprof.StopCPUProfile()
		return file.Close()
	}, nil
}
