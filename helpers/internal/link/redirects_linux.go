package link

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/vishvananda/netlink"
)

const (
	sendRedirects = "/proc/sys/net/ipv4/conf/all/send_redirects"
	bootID        = "/proc/sys/kernel/random/boot_id"
)

// openWireGuard sets the link up and keeps the machine's own setting: wg_open (drivers/net/wireguard/device.c, 5.6
// to at least 6.12) clears net.ipv4.conf.all.send_redirects of the whole namespace, each time, because a hub that
// forwards between its peers would tell them to go round it. We have one peer. Nothing ever sets it back, so it is
// on record while it is cleared: whoever is killed in between is followed by a [KernelEngine.Recover].
func (e *KernelEngine) openWireGuard(link netlink.Link) error {
	e.redirects.Lock()
	defer e.redirects.Unlock()
	before, err := os.ReadFile(sendRedirects)
	if err != nil {
		return fmt.Errorf("read the setting that WireGuard changes: %w", err)
	}
	if err := e.record(before); err != nil {
		return fmt.Errorf("record the setting that WireGuard changes: %w", err)
	}
	upErr := netlink.LinkSetUp(link)
	if upErr != nil {
		upErr = fmt.Errorf("set %s up: %w", link.Attrs().Name, upErr)
	}
	if err := os.WriteFile(sendRedirects, before, 0o644); err != nil {
		return errors.Join(upErr, fmt.Errorf("put back the setting that WireGuard changed: %w", err))
	}
	return errors.Join(upErr, os.Remove(e.recordPath))
}

// record notes the value and the boot that it belongs to: a start of the machine sets everything anew. The file is
// for a process that dies, not for a machine, so it need not be on disk when this returns.
func (e *KernelEngine) record(value []byte) error {
	boot, err := os.ReadFile(bootID)
	if err != nil {
		return err
	}
	return os.WriteFile(e.recordPath, append(boot, value...), 0o600)
}

// Recover puts back what a helper that was killed had changed of the machine outside its own interfaces.
func (e *KernelEngine) Recover() error {
	e.redirects.Lock()
	defer e.redirects.Unlock()
	data, err := os.ReadFile(e.recordPath)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("recover the setting that WireGuard changes: %w", err)
	}
	boot, err := os.ReadFile(bootID)
	if err != nil {
		return fmt.Errorf("recover the setting that WireGuard changes: %w", err)
	}
	// A record that was cut short was written before anything was changed.
	if value, sameBoot := strings.CutPrefix(string(data), string(boot)); sameBoot && (value == "0\n" || value == "1\n") {
		if err := os.WriteFile(sendRedirects, []byte(value), 0o644); err != nil {
			return fmt.Errorf("recover the setting that WireGuard changes: %w", err)
		}
	}
	return os.Remove(e.recordPath)
}
