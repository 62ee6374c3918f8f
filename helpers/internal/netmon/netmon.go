// Package netmon watches the network underneath the tunnels: it tells when something changed, and by which way
// a packet would leave. It says nothing about what to do then.
package netmon

import (
	"errors"
	"log/slog"
	"sync"
	"time"

	"mooring.dev/helpers/internal/plan"
)

// ErrUnsupported is returned by Run on systems that the package has no code for.
var ErrUnsupported = errors.New("netmon: this system is not supported")

// debounce is how long changes are gathered after one was told. The first of a batch is told at once: a join
// brings its default route within one batch, and waiting for quiet would only add to the outage.
const debounce = 30 * time.Millisecond

// Monitor gathers changes. It implements reconcile.Monitor.
type Monitor struct {
	log     *slog.Logger
	changes chan plan.Change // holds at most one: what was not fetched is merged

	telling sync.Mutex // held while something is put into changes

	monitorState
}

// New only assembles; Run watches.
func New(log *slog.Logger) *Monitor {
	return &Monitor{log: log, changes: make(chan plan.Change, 1)}
}

// Changes delivers merged changes. A reader that is slow gets fewer and bigger ones.
func (m *Monitor) Changes() <-chan plan.Change { return m.changes }

func (m *Monitor) tell(c plan.Change) {
	if c == (plan.Change{}) {
		return
	}
	m.telling.Lock()
	defer m.telling.Unlock()
	select {
	case old := <-m.changes:
		c = c.Merge(old)
	default:
	}
	m.changes <- c // has room: only tell puts, and it holds the lock
}

// gather tells each change at once, and those of the next 30 ms together at their end, until in is closed.
func (m *Monitor) gather(in <-chan plan.Change) {
	for c := range in {
		m.tell(c)
		quiet := time.NewTimer(debounce)
		var later plan.Change
	gathering:
		for {
			select {
			case c, ok := <-in:
				if !ok {
					quiet.Stop()
					m.tell(later)
					return
				}
				later = later.Merge(c)
			case <-quiet.C:
				m.tell(later)
				if later == (plan.Change{}) {
					break gathering
				}
				later = plan.Change{}
				quiet.Reset(debounce)
			}
		}
	}
}
