package netnstest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/dump"
)

// Snapshot is all of this namespace's network that a program could change: links, addresses, routes of all tables,
// rules, filters and settings, without what changes by itself. It waits for the end of what does so once, duplicate
// address detection.
func Snapshot(t *testing.T) string {
	t.Helper()
	var out []string
	note := func(format string, a ...any) { out = append(out, fmt.Sprintf(format, a...)) }
	links, err := dump.Whole(netlink.LinkList)
	Must(t, err)
	for _, l := range links {
		a := l.Attrs()
		note("link %d %s %s mtu %d %s %s master %d", a.Index, a.Name, l.Type(), a.MTU, a.Flags, a.HardwareAddr, a.MasterIndex)
	}
	for _, a := range settledAddresses(t) {
		note("address %s of %d flags %#x", a.IPNet, a.LinkIndex, a.Flags)
	}
	routes, err := dump.Whole(func() ([]netlink.Route, error) {
		return netlink.RouteListFiltered(netlink.FAMILY_ALL, &netlink.Route{Table: unix.RT_TABLE_UNSPEC}, netlink.RT_FILTER_TABLE)
	})
	Must(t, err)
	for _, r := range routes {
		note("route %s table %d", r, r.Table)
	}
	rules, err := dump.Whole(func() ([]netlink.Rule, error) { return netlink.RuleList(netlink.FAMILY_ALL) })
	Must(t, err)
	for _, r := range rules {
		note("rule %s", r)
	}
	c, err := nftables.New()
	Must(t, err)
	tables, err := c.ListTables()
	Must(t, err)
	for _, table := range tables {
		note("filter %d %s", table.Family, table.Name)
	}
	out = append(out, settings(t)...)
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func settledAddresses(t *testing.T) (addrs []netlink.Addr) {
	t.Helper()
	Await(t, "duplicate address detection ends", 5*time.Second, func() bool {
		var err error
		addrs, err = dump.Whole(func() ([]netlink.Addr, error) { return netlink.AddrList(nil, netlink.FAMILY_ALL) })
		Must(t, err)
		return !slices.ContainsFunc(addrs, func(a netlink.Addr) bool { return a.Flags&unix.IFA_F_TENTATIVE != 0 })
	})
	return addrs
}

// settings are those of all interfaces, of both families.
func settings(t *testing.T) (out []string) {
	t.Helper()
	for _, family := range []string{"ipv4", "ipv6"} {
		Must(t, filepath.WalkDir("/proc/sys/net/"+family+"/conf", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || d.Name() == "stable_secret" {
				return err
			}
			value, err := os.ReadFile(path)
			out = append(out, "setting "+path+" "+strings.TrimSpace(string(value)))
			return err
		}))
	}
	return out
}

// ExpectSnapshot compares with an earlier one.
func ExpectSnapshot(t *testing.T, before string) {
	t.Helper()
	was, is := strings.Split(before, "\n"), strings.Split(Snapshot(t), "\n")
	for _, line := range was {
		if !slices.Contains(is, line) {
			t.Errorf("gone: %s", line)
		}
	}
	for _, line := range is {
		if !slices.Contains(was, line) {
			t.Errorf("new: %s", line)
		}
	}
}
