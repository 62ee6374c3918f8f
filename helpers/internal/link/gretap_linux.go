package link

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/plan"
)

// iflaGREIgnoreDF is IFLA_GRE_IGNORE_DF of include/uapi/linux/if_tunnel.h; neither library has it yet.
const iflaGREIgnoreDF = 19

// UpTap makes the GRETAP match.
func (e *KernelEngine) UpTap(n plan.Names, t plan.Tunnel) error {
	if err := NeedsIPv6(); err != nil {
		return err
	}
	link, err := Existing(n.Link)
	if err != nil {
		return err
	}
	tap, err := Find(n.Tap)
	if err != nil {
		return err
	}
	if tap != nil {
		if err := tapIsOurs(tap, link); err != nil {
			return err
		}
		if !tapMatches(tap, link, t) {
			if err := Delete(tap); err != nil {
				return err
			}
			tap = nil
		}
	}
	if tap == nil {
		if err := mute(n); err != nil {
			return err
		}
		g := Gretap{n.Tap, t.HardwareAddr(), link.Attrs().Index, t.Address.Addr(), t.Hub.Address}
		if err := AddGretap(g); err != nil {
			return err
		}
		if tap, err = Existing(n.Tap); err != nil {
			return err
		}
	}
	if t.TxOffload != plan.TxOffloadKeep {
		if err := disableTxChecksum(n.Tap); err != nil {
			return err
		}
	}
	return SettleTap(tap)
}

// Vouch lets the tap refuse what nobody here waits for.
func (e *KernelEngine) Vouch(n plan.Names) error { return unmute(n) }

// Disown gives the tap a chance MAC.
func (e *KernelEngine) Disown(n plan.Names) error { return Disown(n) }

// tapIsOurs is nil for a GRETAP whose output device is our link. link may be nil when it is gone; then the kind
// and the name must do, since a GRETAP outlives the device it was told to use.
func tapIsOurs(tap, link netlink.Link) error {
	name := tap.Attrs().Name
	if _, ok := tap.(*netlink.Gretap); !ok {
		return &TakenError{name, "it is of type " + tap.Type()}
	}
	if parent := tap.Attrs().ParentIndex; link != nil && parent != 0 && parent != link.Attrs().Index {
		if _, err := netlink.LinkByIndex(parent); err == nil {
			return &TakenError{name, "its output device is not ours"}
		}
	}
	return nil
}

func tapMatches(tap, link netlink.Link, t plan.Tunnel) bool {
	g := tap.(*netlink.Gretap)
	return g.ParentIndex == link.Attrs().Index &&
		g.Local.Equal(t.Address.Addr().AsSlice()) && g.Remote.Equal(t.Hub.Address.AsSlice()) &&
		bytes.Equal(g.HardwareAddr, t.HardwareAddr()) && g.Ttl == TapTTL && g.PMtuDisc == 0 &&
		g.IKey == 0 && g.OKey == 0 && g.EncapType == 0
}

// Gretap is a GRETAP to be made.
type Gretap struct {
	Name          string
	MAC           net.HardwareAddr // nil: by chance
	Link          int              // the number of the interface by which alone its packets leave
	Local, Remote netip.Addr       // IPv4
}

// AddGretap makes g, down. Its MTU is explicit, because the kernel computes it only once, from the route of that moment.
// With nopmtudisc and ignore-df, GRE is fragmented inside WireGuard when the path is narrow; ignore-df needs nopmtudisc.
func AddGretap(g Gretap) error {
	if _, err := gretapRequest(g).Execute(unix.NETLINK_ROUTE, 0); err != nil {
		return fmt.Errorf("create %s: %w", g.Name, err)
	}
	return nil
}

// gretapRequest is the message itself, because vishvananda/netlink 1.3.1 knows no ignore-df.
func gretapRequest(g Gretap) *nl.NetlinkRequest {
	req := newLinkRequest(g.Name, "gretap", g.MAC, func(info *nl.RtAttr) {
		data := info.AddRtAttr(nl.IFLA_INFO_DATA, nil)
		data.AddRtAttr(nl.IFLA_GRE_LINK, nl.Uint32Attr(uint32(g.Link)))
		data.AddRtAttr(nl.IFLA_GRE_LOCAL, g.Local.AsSlice())
		data.AddRtAttr(nl.IFLA_GRE_REMOTE, g.Remote.AsSlice())
		data.AddRtAttr(nl.IFLA_GRE_TTL, nl.Uint8Attr(TapTTL))
		data.AddRtAttr(nl.IFLA_GRE_PMTUDISC, nl.Uint8Attr(0))
		data.AddRtAttr(iflaGREIgnoreDF, nl.Uint8Attr(1))
	})
	req.AddData(nl.NewRtAttr(unix.IFLA_MTU, nl.Uint32Attr(plan.TapMTU)))
	return req
}

func newLinkRequest(name, kind string, mac net.HardwareAddr, data func(info *nl.RtAttr)) *nl.NetlinkRequest {
	req := nl.NewNetlinkRequest(unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL|unix.NLM_F_ACK)
	req.AddData(nl.NewIfInfomsg(unix.AF_UNSPEC))
	req.AddData(nl.NewRtAttr(unix.IFLA_IFNAME, nl.ZeroTerminated(name)))
	if mac != nil {
		req.AddData(nl.NewRtAttr(unix.IFLA_ADDRESS, mac))
	}
	info := nl.NewRtAttr(unix.IFLA_LINKINFO, nil)
	info.AddRtAttr(nl.IFLA_INFO_KIND, nl.NonZeroTerminated(kind))
	if data != nil {
		data(info)
	}
	req.AddData(info)
	return req
}

// hasLinkKind asks for an interface of the kind that cannot be made, because of its impossible MTU. The kernel
// looks the kind up (loading its module where needed) before it looks at the MTU, so the two refusals differ and
// nothing is changed. See __rtnl_newlink and rtnl_create_link, net/core/rtnetlink.c, 6.1.
func hasLinkKind(kind string) (bool, error) {
	req := newLinkRequest("mooring-probe", kind, nil, nil)
	req.AddData(nl.NewRtAttr(unix.IFLA_MTU, nl.Uint32Attr(math.MaxUint32)))
	_, err := req.Execute(unix.NETLINK_ROUTE, 0)
	switch {
	case errors.Is(err, unix.EINVAL):
		return true, nil
	case errors.Is(err, unix.EOPNOTSUPP):
		return false, nil
	case err == nil:
		return false, errors.New("the kernel made an interface of an impossible MTU")
	default:
		return false, err
	}
}
