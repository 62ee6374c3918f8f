package userspace

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
)

// snapshot is all of this namespace's network that a helper could change: links, addresses, routes of all tables,
// rules, filters and settings, without what changes by itself. It waits for the end of what does so once.
func snapshot(t *testing.T) string {
	t.Helper()
	var out []string
	note := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	links, err := netlink.LinkList()
	must(t, err)
	for _, l := range links {
		a := l.Attrs()
		note("link %d %s %s mtu %d %s %s", a.Index, a.Name, l.Type(), a.MTU, a.Flags, a.HardwareAddr)
	}
	var addrs []netlink.Addr
	await(t, "no address is in duplicate address detection", 5*time.Second, func() bool {
		addrs, err = netlink.AddrList(nil, netlink.FAMILY_ALL)
		must(t, err)
		return !slices.ContainsFunc(addrs, func(a netlink.Addr) bool { return a.Flags&unix.IFA_F_TENTATIVE != 0 })
	})
	for _, a := range addrs {
		note("address %s of %d flags %#x", a.IPNet, a.LinkIndex, a.Flags)
	}
	routes, err := netlink.RouteListFiltered(netlink.FAMILY_ALL, &netlink.Route{Table: unix.RT_TABLE_UNSPEC}, netlink.RT_FILTER_TABLE)
	must(t, err)
	for _, r := range routes {
		note("route %s table %d", r, r.Table)
	}
	rules, err := netlink.RuleList(netlink.FAMILY_ALL)
	must(t, err)
	for _, r := range rules {
		note("rule %s", r)
	}
	c, err := nftables.New()
	must(t, err)
	tables, err := c.ListTables()
	must(t, err)
	for _, table := range tables {
		note("filter %d %s", table.Family, table.Name)
	}
	out = append(out, settings(t)...)
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// settings are those of all interfaces, of all families.
func settings(t *testing.T) (out []string) {
	t.Helper()
	for _, family := range []string{"ipv4", "ipv6"} {
		root := "/proc/sys/net/" + family + "/conf"
		must(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
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

// expectSnapshot compares with an earlier one.
func expectSnapshot(t *testing.T, before string) {
	t.Helper()
	after := snapshot(t)
	if after == before {
		return
	}
	was, is := strings.Split(before, "\n"), strings.Split(after, "\n")
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
