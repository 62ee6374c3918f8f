// Package hub is a hub of its own in one process: WireGuard to many devices, the Ethernet of each on a bridge of Linux,
// Router Advertisements, forwarding, the MSS clamp and NAT. It is told by its file (package config) alone, and leaves
// the machine as it found it.
package hub

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"mooring.dev/helpers/internal/hub/config"
	"mooring.dev/helpers/internal/plan"
)

// Errors that callers ask for with errors.Is.
var (
	// ErrUnsupported is given by Serve on systems other than Linux.
	ErrUnsupported = errors.New("hub: this system is not supported")
	// ErrRunning is given when another hub runs in this network namespace.
	ErrRunning = errors.New("hub: another one is running here")
	// ErrFixed is given for a change that needs a new start.
	ErrFixed = errors.New("can only change by a restart")
)

// Options are what Serve needs.
type Options struct {
	Log    *slog.Logger
	Config config.Config
	Key    plan.Key // the private key that Config names

	// StateDir holds what a successor has to put back if this process is killed; RuntimeDir does as long as the
	// machine runs.
	StateDir string
	// SocketDir is where wg(8) looks for the socket of the engine userspace.
	SocketDir string
}

// Folders for Options. Both are emptied by a start of the machine, as what they tell of is.
const (
	RuntimeDir   = "/run/mooring-hub"
	WireGuardDir = "/var/run/wireguard"
)

// checkChange refuses what cannot change under the devices that stay.
func checkChange(old, new config.Config) error {
	var fields []string
	for name, differs := range map[string]bool{
		"engine":         old.Engine != new.Engine,
		"privateKeyFile": old.PrivateKeyFile != new.PrivateKeyFile,
		"listenPort":     old.ListenPort != new.ListenPort,
		"address":        old.Address != new.Address,
		"bridge.name":    old.Bridge.Name != new.Bridge.Name,
	} {
		if differs {
			fields = append(fields, name)
		}
	}
	if len(fields) == 0 {
		return nil
	}
	slices.Sort(fields)
	return fmt.Errorf("%v %w", fields, ErrFixed)
}
