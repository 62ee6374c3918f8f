// Package probe asks the far ends of a tunnel for answers: echoes, neighbours, routers, and the hub's name. It
// speaks raw ICMP sockets bound to one interface each, and keeps none of them open between calls except the one
// that listens for Router Advertisements.
package probe

import (
	"errors"
	"log/slog"
	"time"
)

// ErrUnsupported is returned by everything of this package on systems that it has no code for.
var ErrUnsupported = errors.New("probe: this system is not supported")

// Prober implements reconcile.Prober. It has no state.
type Prober struct{ log *slog.Logger }

// New only assembles.
func New(log *slog.Logger) *Prober { return &Prober{log: log} }

// A question is asked again after 200 ms, 400 ms, 800 ms and then every second, until its context ends.
const (
	firstRepeat = 200 * time.Millisecond
	lastRepeat  = time.Second
)

// repeats gives the pause after the n-th time of asking, n from 0.
func repeats(n int) time.Duration { return min(firstRepeat<<min(n, 8), lastRepeat) }
