package link

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

const ipv6Conf = "/proc/sys/net/ipv6/conf"

// tapSettings are the settings of the tap, in the order of writing. They are the interface's own and go with it.
var tapSettings = []struct{ name, value string }{
	{"addr_gen_mode", "0"},             // link-local by EUI-64 of the pinned MAC (NetworkManager sets 1)
	{"accept_ra", "0"},                 // the helper reads the RAs: a stranger's, or forwarding, changes nothing
	{"optimistic_dad", "1"},            // the address answers while DAD runs (RFC 4429)
	{"use_optimistic", "1"},            //   and may be a source meanwhile
	{"use_tempaddr", "0"},              // no temporary address beside the stable one (Ubuntu's default is 2)
	{"router_solicitation_delay", "0"}, // no random second at the start
	{"accept_redirects", "0"},          // only the hub routes
}

// tapSysctls must be called before the tap is up. Writing what is there already changes nothing.
func tapSysctls(name string) error {
	for _, s := range tapSettings {
		value := s.value
		if s.name == "addr_gen_mode" && forwarding() {
			// With forwarding on everywhere (containers) addrconf_add_linklocal drops the optimistic
			// flag, and the first RS would wait a second for DAD. Place adds the link-local itself then.
			value = "1"
		}
		if err := os.WriteFile(filepath.Join(ipv6Conf, name, s.name), []byte(value), 0o644); err != nil {
			return fmt.Errorf("set %s: %w", s.name, err)
		}
	}
	return nil
}

// NoLinkLocal keeps an interface that is not up yet from forming an IPv6 link-local address: nothing inside the link
// speaks IPv6, and the kernel's own WireGuard forms none either (wg_open).
func NoLinkLocal(name string) error {
	err := os.WriteFile(filepath.Join(ipv6Conf, name, "addr_gen_mode"), []byte("1"), 0o644)
	if err != nil && hasIPv6() {
		return fmt.Errorf("set addr_gen_mode of %s: %w", name, err)
	}
	return nil
}

func hasIPv6() bool {
	_, err := os.Stat(ipv6Conf)
	return err == nil
}

func forwarding() bool { return sysctlIsOne("all/forwarding") }

func sysctlIsOne(name string) bool {
	b, err := os.ReadFile(filepath.Join(ipv6Conf, name))
	return err == nil && string(bytes.TrimSpace(b)) == "1"
}
