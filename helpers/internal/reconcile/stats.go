package reconcile

import (
	"bytes"
	"os"
	"strconv"
	"time"

	"mooring.dev/helpers/internal/proto"
)

// Stats reads the counters now.
func (m *Manager) Stats() proto.Stats {
	s := proto.Stats{
		UptimeSeconds: time.Since(m.started).Seconds(),
		ResidentBytes: residentBytes(),
		Tunnels:       []proto.TunnelStats{},
	}
	m.mu.Lock()
	tunnels := m.desired
	m.mu.Unlock()
	for _, r := range tunnels {
		s.Tunnels = append(s.Tunnels, r.tunnel.stats())
	}
	return s
}

func (t *tunnel) stats() proto.TunnelStats {
	reply := make(chan proto.TunnelStats, 1)
	read := func(now time.Time) {
		f := t.facts
		if f.linkUp && !f.yielded {
			t.observe(now)
		}
		reply <- proto.TunnelStats{
			Name: f.spec.Name, RxBytes: f.link.RxBytes, TxBytes: f.link.TxBytes, Roams: f.roams, Repairs: f.repairs,
		}
	}
	select {
	case t.events <- read:
	case <-t.done:
		return proto.TunnelStats{Name: t.facts.spec.Name} // nobody owns the facts any more
	}
	return <-reply
}

// residentBytes is 0 where /proc/self/statm does not exist.
func residentBytes() int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(b)
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
