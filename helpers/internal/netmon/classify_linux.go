package netmon

import (
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/mdlayher/netlink"
	vnl "github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/dump"
	"mooring.dev/helpers/internal/plan"
)

// monitorState is what a Monitor remembers of the interfaces.
type monitorState struct {
	mu    sync.Mutex // guards links
	links map[int]linkInfo
}

// linkInfo is what is remembered of an interface.
type linkInfo struct {
	name   string
	mac    string // its bytes; empty where there is none
	usable bool   // up and with carrier
	epoch  uint64 // counts how often it stopped being usable
}

// usableFlags must all be set for an interface to carry packets. IFF_LOWER_UP is the carrier itself; operstate
// and IFF_RUNNING follow it up to a second later (net/core/link_watch.c).
const usableFlags = unix.IFF_UP | unix.IFF_LOWER_UP

func isUsable(flags uint32) bool {
	return flags&usableFlags == usableFlags && flags&unix.IFF_DORMANT == 0 // dormant: 802.1X is not through yet
}

// learnLinks reads all interfaces anew.
func (m *Monitor) learnLinks() error {
	links, err := dump.Whole(vnl.LinkList)
	if err != nil {
		return fmt.Errorf("list interfaces: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range links {
		a := l.Attrs()
		m.noteLocked(a.Index, a.Name, string(a.HardwareAddr), isUsable(a.RawFlags))
	}
	return nil
}

// noteLocked remembers an interface and reports whether anything that matters differs. m.mu must be held.
func (m *Monitor) noteLocked(index int, name, mac string, usable bool) bool {
	old, known := m.links[index]
	now := linkInfo{name: name, mac: mac, usable: usable, epoch: old.epoch}
	if old.usable && !usable {
		now.epoch++
	}
	if m.links == nil {
		m.links = map[int]linkInfo{}
	}
	m.links[index] = now
	return !known || now != old
}

func (m *Monitor) isOurs(index uint32) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return plan.IsOwnInterface(m.links[int(index)].name)
}

// classify says whom a message concerns. Messages that change nothing for us (Wi-Fi scans, counters) give the
// zero Change, so that they wake nobody.
func (m *Monitor) classify(msg netlink.Message) plan.Change {
	ours := func(yes bool) plan.Change { return plan.Change{Ours: yes, Underlay: !yes} }
	d := msg.Data
	switch msg.Header.Type {
	case unix.RTM_NEWLINK, unix.RTM_DELLINK:
		return m.classifyLink(msg)
	case unix.RTM_NEWADDR, unix.RTM_DELADDR: // struct ifaddrmsg: index at 4
		if len(d) >= unix.SizeofIfAddrmsg {
			return ours(m.isOurs(binary.NativeEndian.Uint32(d[4:])))
		}
	case unix.RTM_NEWROUTE, unix.RTM_DELROUTE:
		if len(d) >= unix.SizeofRtMsg && binary.NativeEndian.Uint32(d[8:])&unix.RTM_F_CLONED == 0 {
			if oif, ok := attribute(d[unix.SizeofRtMsg:], unix.RTA_OIF); ok {
				return ours(m.isOurs(oif))
			}
			return plan.Change{Underlay: true}
		}
	case unix.RTM_NEWRULE, unix.RTM_DELRULE: // struct fib_rule_hdr has the size of struct rtmsg
		if len(d) >= unix.SizeofRtMsg {
			priority, _ := attribute(d[unix.SizeofRtMsg:], unix.RTA_PRIORITY) // FRA_PRIORITY has the same number
			first, last := plan.NamesFor(0).PriorityBypass, plan.NamesFor(plan.MaxSlots-1).PriorityEnd
			return ours(int(priority) >= first && int(priority) <= last)
		}
	}
	return plan.Change{}
}

func (m *Monitor) classifyLink(msg netlink.Message) plan.Change {
	d := msg.Data
	if len(d) < unix.SizeofIfInfomsg { // struct ifinfomsg: index at 4, flags at 8
		return plan.Change{}
	}
	if d[0] == unix.AF_BRIDGE {
		return plan.Change{} // a port of a bridge changed state; the interface itself sends its own message
	}
	index := int(binary.NativeEndian.Uint32(d[4:]))
	m.mu.Lock()
	defer m.mu.Unlock()
	name, mac, ok := identify(d[unix.SizeofIfInfomsg:])
	if !ok {
		name, mac = m.links[index].name, m.links[index].mac
	}
	differs := m.noteLocked(index, name, mac,
		msg.Header.Type == unix.RTM_NEWLINK && isUsable(binary.NativeEndian.Uint32(d[8:])))
	if msg.Header.Type == unix.RTM_DELLINK {
		differs = true
		if !plan.IsOwnInterface(name) {
			delete(m.links, index) // ours stay known, for the messages of their addresses that follow
		}
	}
	own := plan.IsOwnInterface(name)
	return plan.Change{Ours: own && differs, Underlay: !own && differs}
}

// identify reads the name and the MAC of an interface; without a name they are not there.
func identify(attrs []byte) (name, mac string, ok bool) {
	ad, err := netlink.NewAttributeDecoder(attrs)
	if err != nil {
		return "", "", false
	}
	for ad.Next() {
		switch ad.Type() {
		case unix.IFLA_IFNAME:
			name, ok = ad.String(), true
		case unix.IFLA_ADDRESS:
			mac = string(ad.Bytes())
		}
	}
	return name, mac, ok
}

func attribute(attrs []byte, kind uint16) (uint32, bool) {
	ad, err := netlink.NewAttributeDecoder(attrs)
	if err != nil {
		return 0, false
	}
	for ad.Next() {
		if ad.Type() == kind && len(ad.Bytes()) == 4 {
			return ad.Uint32(), true
		}
	}
	return 0, false
}
