// Package link makes the devices of a tunnel and what lies on them: the kernel engine (WireGuard, GRETAP, and the
// filter that guards it), the host (addresses, routes, rules), which serves every engine, and what the engines have
// in common (device_linux.go). It speaks rtnetlink, genetlink,
// ioctl and /proc/sys itself and starts no process. It decides nothing: reconcile says what shall be there.
package link

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"time"
)

// Keepalive is the persistent keepalive of the link: below the 30 s after which a NAT may forget an unreplied
// UDP flow (RFC 4787 asks for two minutes; home routers keep less).
const Keepalive = 25 * time.Second

// TapTTL is the TTL of the outer packets of GRE, the same as in the hub's commands.
const TapTTL = 225

// ErrUnsupported is returned by everything of this package on systems that it has no code for.
var ErrUnsupported = errors.New("link: this system is not supported")

// TakenError says that an interface of ours by name is someone else's by nature. It is left alone.
type TakenError struct {
	Interface string
	Why       string
}

func (e *TakenError) Error() string {
	return fmt.Sprintf("%s belongs to another program: %s", e.Interface, e.Why)
}

// ErrNoLink is what calls on a vanished interface give; reconcile asks for fs.ErrNotExist.
func ErrNoLink(name string) error { return fmt.Errorf("%s: %w", name, fs.ErrNotExist) }

// KernelEngine carries tunnels by the kernel's own WireGuard and GRETAP. It implements reconcile.Engine.
type KernelEngine struct {
	log        *slog.Logger
	recordPath string // see openWireGuard
	kernelState
}

// NewKernelEngine only assembles; the first call of a method opens what it needs. stateDir is where it may note
// what a successor has to put back if this process is killed.
func NewKernelEngine(log *slog.Logger, stateDir string) *KernelEngine {
	return &KernelEngine{log: log, recordPath: filepath.Join(stateDir, "send-redirects")}
}

// Host puts addresses, routes and rules on the machine. It implements reconcile.Host and keeps no
// state of these: what is there is asked of the kernel each time.
type Host struct {
	log *slog.Logger
	hostState
}

// NewHost only assembles.
func NewHost(log *slog.Logger) *Host { return &Host{log: log} }
