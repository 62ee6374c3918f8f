package link

import (
	"fmt"
	"os"

	"github.com/vishvananda/netlink"
)

const sendRedirects = "/proc/sys/net/ipv4/conf/all/send_redirects"

// openWireGuard sets the link up and keeps the machine's own setting: wg_open (drivers/net/wireguard/device.c, 5.6
// to at least 6.12) clears net.ipv4.conf.all.send_redirects of the whole namespace, each time, and nothing ever
// sets it back. The interface's own setting, which it clears too, goes with the interface.
func openWireGuard(link netlink.Link) error {
	before, err := os.ReadFile(sendRedirects)
	if err != nil {
		return fmt.Errorf("read the setting that WireGuard changes: %w", err)
	}
	if err := netlink.LinkSetUp(link); err != nil {
		return fmt.Errorf("set %s up: %w", link.Attrs().Name, err)
	}
	if err := os.WriteFile(sendRedirects, before, 0o644); err != nil {
		return fmt.Errorf("put back the setting that WireGuard changed: %w", err)
	}
	return nil
}
