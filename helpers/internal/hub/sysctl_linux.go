package hub

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const procNet = "/proc/sys/net"

// Settings of all interfaces that forward changes, or that change with it. Writing conf/all/forwarding writes every
// interface's and the default; IPv4 flips accept_redirects as well (inet_forward_change, net/ipv4/devinet.c).
const (
	forwarding4 = "ipv4/conf/all/forwarding"
	forwarding6 = "ipv6/conf/all/forwarding"
	redirects4  = "ipv4/conf/all/accept_redirects"
)

// forward has the machine route packets of both families, where it does not yet.
func forward(r *record) error {
	var changes []string
	for _, all := range []string{forwarding4, forwarding6} {
		if value, err := readSysctl(all); err != nil {
			return err
		} else if value == "1" {
			continue
		}
		paths, err := each(strings.Replace(all, "/all/", "/*/", 1))
		if err != nil {
			return err
		}
		if err := r.noteSysctls(paths...); err != nil {
			return err
		}
		changes = append(changes, all)
	}
	if slices.Contains(changes, forwarding4) {
		if err := r.noteSysctls(redirects4); err != nil {
			return err
		}
	}
	if slices.Contains(changes, forwarding6) {
		if err := keepUplinks(r); err != nil {
			return err
		}
	}
	for _, all := range changes {
		if err := writeSysctl(all, "1"); err != nil {
			return err
		}
	}
	return nil
}

// keepUplinks has interfaces that take their default route from advertisements go on with that: a router does not
// listen (accept_ra 1), and switching to it throws away what was heard (rt6_purge_dflt_routers, net/ipv6/route.c).
func keepUplinks(r *record) error {
	paths, err := each("ipv6/conf/*/accept_ra")
	if err != nil {
		return err
	}
	for _, path := range paths {
		name := strings.Split(path, "/")[2]
		if name == "all" || name == "default" {
			continue
		}
		switch value, err := readSysctl(path); {
		case errors.Is(err, fs.ErrNotExist):
			continue // the interface has just gone
		case err != nil:
			return err
		case value != "1":
			continue
		}
		if err := r.noteSysctls(path); err != nil {
			return err
		}
		if err := writeSysctl(path, "2"); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// noteSysctls records values before they are changed. What is on record already was changed by us.
func (r *record) noteSysctls(paths ...string) error {
	for _, path := range paths {
		if _, noted := r.Sysctls[path]; noted {
			continue
		}
		value, err := readSysctl(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return err
		}
		r.Sysctls[path] = value
	}
	return r.save()
}

// restoreSysctls writes the values of all interfaces first, because that changes every interface's own.
func restoreSysctls(r *record) error {
	paths := slices.SortedFunc(maps.Keys(r.Sysctls), func(a, b string) int {
		return strings.Compare(order(a), order(b))
	})
	var errs []error
	for _, path := range paths {
		err := writeSysctl(path, r.Sysctls[path])
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // the interface has gone
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func order(path string) string {
	switch {
	case path == forwarding4 || path == forwarding6:
		return "0"
	case path == redirects4:
		return "1"
	default:
		return "2" + path
	}
}

// each lists the settings that match pattern, without the leading folders.
func each(pattern string) ([]string, error) {
	found, err := filepath.Glob(filepath.Join(procNet, pattern))
	if err != nil {
		return nil, err
	}
	for i := range found {
		found[i] = strings.TrimPrefix(found[i], procNet+"/")
	}
	return found, nil
}

func readSysctl(path string) (string, error) {
	b, err := os.ReadFile(filepath.Join(procNet, path))
	if err != nil {
		return "", fmt.Errorf("read a setting: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

// writeSysctl changes nothing where the value is there already, and neither does the kernel then.
func writeSysctl(path, value string) error {
	if err := os.WriteFile(filepath.Join(procNet, path), []byte(value), 0o644); err != nil {
		return fmt.Errorf("change a setting: %w", err)
	}
	return nil
}
