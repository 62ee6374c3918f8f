package userspace

import (
	"crypto/ecdh"
	"log/slog"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/mdlayher/ndp"
	"github.com/vishvananda/netlink"
	"golang.zx2c4.com/wireguard/conn"
	"golang.zx2c4.com/wireguard/tun"

	"mooring.dev/helpers/internal/datapath"
	"mooring.dev/helpers/internal/gretap"
	"mooring.dev/helpers/internal/link"
	"mooring.dev/helpers/internal/netnstest"
	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/wireguard"
)

const hubPort = 23450

var (
	hubPrivate    = plan.Key{1: 1, 31: 0x40}
	laptopPrivate = plan.Key{1: 2, 31: 0x40}
	prefix        = netip.MustParsePrefix("2001:db8::/64")
	nameServer    = netip.MustParseAddr("2001:4860:4860::8888") // beyond the hub; here it is on the hub itself
	hubInside     = netip.MustParseAddr("172.16.0.1")
	laptopInside  = netip.MustParseAddr("172.16.0.2")
)

// hub is the far end in a namespace of its own: the same WireGuard and GRETAP with a bridge of the kernel.
type hub struct {
	t      *testing.T
	place  *netnstest.Peer
	device *datapath.Device
	end    *wireguard.End

	// watch, if it is set before start, sees each packet that comes out of WireGuard.
	watch func(packet []byte)
}

// watchedDevice shows what comes out of WireGuard.
type watchedDevice struct {
	*datapath.Device
	watch func(packet []byte)
}

func (d watchedDevice) Write(bufs [][]byte, offset int) (int, error) {
	for _, b := range bufs {
		d.watch(b[offset:])
	}
	return d.Device.Write(bufs, offset)
}

func newHub(t *testing.T, place *netnstest.Peer) *hub {
	t.Helper()
	h := &hub{t: t, place: place}
	place.Do(func() {
		netnstest.Sysctl(t, "ipv6/conf/default/accept_dad", "0")
		netnstest.Sysctl(t, "ipv6/conf/all/forwarding", "1")
		netnstest.Sysctl(t, "ipv4/ip_forward", "1")
		netnstest.Address(t, "lo", nameServer.String()+"/128")
		attrs := netlink.NewLinkAttrs()
		attrs.Name, attrs.MTU = "taps_bridge", plan.TapMTU
		attrs.HardwareAddr = net.HardwareAddr{2, 0, 0, 0, 0, 1} // or it would be that of the newest tap
		snooping := false
		must(t, netlink.LinkAdd(&netlink.Bridge{LinkAttrs: attrs, MulticastSnooping: &snooping}))
		bridge := netnstest.Link(t, "taps_bridge")
		must(t, netlink.LinkSetUp(bridge))
		netnstest.Address(t, "taps_bridge", "2001:db8::1/64")
		netnstest.Address(t, "taps_bridge", "192.168.0.1/16")
	})
	h.start()
	t.Cleanup(func() { h.stop() })
	h.advertise()
	return h
}

// start makes the hub's WireGuard, which knows no session.
func (h *hub) start() {
	t := h.t
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	h.device = datapath.New(log, plan.LinkMTU)
	h.place.Do(func() {
		port, err := datapath.OpenTUN("wg_vpns", datapath.PortOptions{MTU: plan.LinkMTU})
		must(t, err)
		must(t, h.device.AttachLink(port))
		netnstest.Address(t, "wg_vpns", "172.16.0.1/24")
		port, err = datapath.OpenTAP("gretap_office", datapath.PortOptions{MTU: plan.TapMTU})
		must(t, err)
		must(t, h.device.Attach(port, datapath.Tunnel{
			Tunnel: gretap.Tunnel{Local: hubInside, Remote: laptopInside}, TTL: link.TapTTL, LinkMTU: plan.LinkMTU,
		}))
		for _, name := range []string{"wg_vpns", "gretap_office"} {
			l := netnstest.Link(t, name)
			if name == "gretap_office" {
				bridge := netnstest.Link(t, "taps_bridge")
				must(t, netlink.LinkSetMaster(l, bridge))
			}
			must(t, netlink.LinkSetUp(l))
		}
		var packets tun.Device = h.device
		if h.watch != nil {
			packets = watchedDevice{h.device, h.watch}
		}
		h.end, err = wireguard.Start(log, packets, conn.NewDefaultBind(), wireguard.Config{PrivateKey: hubPrivate, ListenPort: hubPort})
		must(t, err)
	})
	must(t, h.end.SetPeer(wireguard.Peer{PublicKey: public(t, laptopPrivate), AllowedIPs: hostOnly(laptopInside)}))
}

func (h *hub) stop() { h.end.Close() }

// advertise answers router solicitations until the test ends.
func (h *hub) advertise() {
	t := h.t
	t.Helper()
	var c *ndp.Conn
	var ifi *net.Interface
	h.place.Do(func() {
		var err error
		ifi, err = net.InterfaceByName("taps_bridge")
		must(t, err)
		netnstest.Await(t, "the bridge has its link-local address", 3*time.Second, func() bool {
			c, _, err = ndp.Listen(ifi, ndp.LinkLocal)
			return err == nil
		})
		must(t, c.JoinGroup(netip.MustParseAddr("ff02::2")))
	})
	answer := &ndp.RouterAdvertisement{
		RouterLifetime: 30 * time.Minute,
		Options: []ndp.Option{
			&ndp.PrefixInformation{
				PrefixLength: 64, OnLink: true, AutonomousAddressConfiguration: true,
				ValidLifetime: 24 * time.Hour, PreferredLifetime: 4 * time.Hour, Prefix: prefix.Addr(),
			},
			ndp.NewMTU(plan.TapMTU),
			&ndp.RecursiveDNSServer{Lifetime: time.Hour, Servers: []netip.Addr{nameServer}},
			&ndp.LinkLayerAddress{Direction: ndp.Source, Addr: ifi.HardwareAddr},
		},
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			msg, _, _, err := c.ReadFrom()
			if err != nil {
				return
			}
			if _, asked := msg.(*ndp.RouterSolicitation); asked {
				c.WriteTo(answer, nil, netip.MustParseAddr("ff02::1"))
			}
		}
	}()
	t.Cleanup(func() {
		c.Close()
		<-done
	})
}

func public(t *testing.T, private plan.Key) plan.Key {
	t.Helper()
	k, err := publicOf(private)
	must(t, err)
	return k
}

func publicOf(private plan.Key) (plan.Key, error) {
	k, err := ecdh.X25519().NewPrivateKey(private[:])
	if err != nil {
		return plan.Key{}, err
	}
	return plan.Key(k.PublicKey().Bytes()), nil
}
