// Package store keeps the desired configuration, so that a helper that was killed, or a machine that was
// restarted, comes back to what its person asked for.
package store

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"mooring.dev/helpers/internal/atomicfile"
	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/proto"
	"mooring.dev/helpers/internal/reconcile"
)

const version = 1

type content struct {
	Version int    `json:"version"`
	Tunnels []kept `json:"tunnels"`
}

type kept struct {
	Slot   int          `json:"slot"`
	Tunnel proto.Tunnel `json:"tunnel"`
}

// File is the store in one JSON file.
type File struct{ path string }

var _ reconcile.Store = (*File)(nil)

// New names the file; its directory must exist before Save.
func New(dir string) *File { return &File{path: filepath.Join(dir, "desired.json")} }

// Load gives what was saved, nil when nothing was. A damaged file is moved aside and named in the error, so that
// the helper can start without it and nothing is lost.
func (f *File) Load() ([]reconcile.Assigned, error) {
	data, err := os.ReadFile(f.path)
	if os.IsNotExist(err) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("desired configuration: %w", err)
	}
	out, err := parse(data)
	if err != nil {
		aside := f.path + ".damaged"
		if mv := os.Rename(f.path, aside); mv != nil {
			aside = f.path
		}
		return nil, fmt.Errorf("desired configuration, kept as %s: %w", aside, err)
	}
	return out, nil
}

func parse(data []byte) ([]reconcile.Assigned, error) {
	var c content
	if err := proto.Decode(data, &c); err != nil {
		return nil, err
	}
	if c.Version != version {
		return nil, fmt.Errorf("version %d is unknown", c.Version)
	}
	var wire proto.Desired
	taken := map[int]bool{}
	for _, k := range c.Tunnels {
		if k.Slot < 0 || k.Slot >= plan.MaxSlots || taken[k.Slot] {
			return nil, fmt.Errorf("slot %d is out of range or taken twice", k.Slot)
		}
		taken[k.Slot] = true
		wire.Tunnels = append(wire.Tunnels, k.Tunnel)
	}
	tunnels, err := wire.Parse()
	if err != nil {
		return nil, err
	}
	var out []reconcile.Assigned
	for i, t := range tunnels {
		out = append(out, reconcile.Assigned{Slot: c.Tunnels[i].Slot, Tunnel: t})
	}
	return out, nil
}

// Save replaces what was saved; nothing desired removes the file.
func (f *File) Save(desired []reconcile.Assigned) error {
	if len(desired) == 0 {
		_, err := atomicfile.Remove(f.path)
		return err
	}
	c := content{Version: version}
	for _, a := range desired {
		c.Tunnels = append(c.Tunnels, kept{Slot: a.Slot, Tunnel: proto.TunnelOf(a.Tunnel)})
	}
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(f.path, append(data, '\n'))
}
