package config

import (
	"fmt"
	"io"
	"os"
	"strings"

	"mooring.dev/helpers/internal/plan"
)

// maxFile bounds what is read: a thousand devices are 200 KiB.
const maxFile = 1 << 20

// Load reads and checks the file at path.
func Load(path string) (Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return Config{}, fmt.Errorf("read the hub's file: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return Config{}, fmt.Errorf("read the hub's file: %w", err)
	}
	if len(text) > maxFile {
		return Config{}, fmt.Errorf("the hub's file %s is longer than %d bytes", path, maxFile)
	}
	c, err := Parse(text)
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// LoadKey reads the private key, one line as wg(8) writes it, from a file that is this user's alone: owned by it, and
// neither readable nor writable by others. Errors never quote what stands in it.
func LoadKey(path string) (plan.Key, error) { return loadKey(path, os.Geteuid()) }

func loadKey(path string, user int) (plan.Key, error) {
	f, err := os.Open(path)
	if err != nil {
		return plan.Key{}, fmt.Errorf("read the private key: %w", err)
	}
	defer f.Close()
	st, err := f.Stat() // of what was opened, so that nothing can be exchanged in between
	if err != nil {
		return plan.Key{}, fmt.Errorf("read the private key: %w", err)
	}
	if !st.Mode().IsRegular() || st.Mode().Perm()&0o077 != 0 {
		return plan.Key{}, fmt.Errorf("the private key's file %s must be a file of mode 0600, it is %v", path, st.Mode())
	}
	if owner, ok := ownerOf(st); !ok || owner != user {
		return plan.Key{}, fmt.Errorf("the private key's file %s must belong to user %d, it belongs to user %d", path, user, owner)
	}
	text, err := io.ReadAll(io.LimitReader(f, 1024))
	if err != nil {
		return plan.Key{}, fmt.Errorf("read the private key: %w", err)
	}
	key, err := plan.ParseKey(strings.TrimSpace(string(text)))
	if err != nil {
		return plan.Key{}, fmt.Errorf("the private key's file %s: %w", path, err)
	}
	return key, nil
}
