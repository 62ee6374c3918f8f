package reconcile

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"

	"mooring.dev/helpers/internal/plan"
)

// host and engine have methods of the same names, so each is a view of the one machine.
type (
	fakeHost   struct{ *machine }
	fakeEngine struct{ *machine }
)

func (e fakeEngine) Intact(n plan.Names, _ plan.Tunnel) (bool, error) { return e.intact(n), nil }

func (h fakeHost) Place(n plan.Names, _ plan.Tunnel, p plan.Placement, valid time.Duration) error {
	s, err, done := h.do(n, "place")
	defer done()
	if err == nil && p.Valid() {
		if s.placed.Address != p.Address {
			s.placedAt = time.Now()
			// The end of DAD is a message of the kernel.
			time.AfterFunc(time.Second, func() {
				select {
				case h.changes <- plan.Change{Ours: true}:
				default:
				}
			})
		}
		s.placed, s.valid = p, valid
		if h.patient && time.Since(s.placedAt) < time.Second {
			err = errKernel
		}
	}
	return err
}

func (h fakeHost) Intact(n plan.Names, _ plan.Tunnel, p plan.Placement) (bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.slots[n.Slot]
	return s.placed == p, nil
}

func (h fakeHost) DAD(n plan.Names, addr netip.Addr) (plan.DAD, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch s := h.slots[n.Slot]; {
	case s.duplicate:
		return plan.DADDuplicate, nil
	case !s.placed.Valid() || s.placed.Address != addr:
		return plan.DADNone, nil
	case time.Since(s.placedAt) < time.Second:
		return plan.DADTentative, nil
	default:
		return plan.DADOK, nil
	}
}

func (h fakeHost) AtHome(netip.Prefix) (bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.underlay != nil && strings.HasPrefix(h.underlay.Interface, "home"), nil
}

func (h fakeHost) Clear(n plan.Names) error {
	s, err, done := h.do(n, "clear")
	defer done()
	if err == nil {
		s.placed = plan.Placement{}
	}
	return err
}

func (h fakeHost) Leftovers() ([]int, error) {
	return h.slotsWith(func(s *slotState) bool { return s.placed.Valid() }), nil
}

func (e fakeEngine) Leftovers() ([]int, error) {
	return e.slotsWith(func(s *slotState) bool { return s.link != "" || s.tap != "" || s.guard }), nil
}

func (m *machine) slotsWith(has func(*slotState) bool) (slots []int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for slot, s := range m.slots {
		if has(s) {
			slots = append(slots, slot)
		}
	}
	return slots
}

// ---- Prober

func slotOf(device string) int { return int(device[len(device)-1] - '0') }

// answers says whether the far end would answer a packet on device now.
func (m *machine) answers(device string, dst netip.Addr) (rtt time.Duration, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.slots[slotOf(device)]
	if s == nil || s.link == "" || m.underlay == nil || !m.hub.alive || m.hub.forgot {
		return 0, false
	}
	if dst.Is4() && m.hub.mute {
		return 0, false
	}
	if dst.Is6() && (!m.hub.bridged || s.tap == "" || dst.IsLinkLocalUnicast() && dst != m.hub.ra.Router) {
		return 0, false
	}
	if time.Since(s.handshake) > sessionRenewed {
		s.handshake = time.Now() // as WireGuard does by itself when it sends
	}
	time.AfterFunc(m.hub.rtt, func() { m.set(func() { s.rx += 100 }) })
	return m.hub.rtt, true
}

// Echo asks every 200 ms, as the real one roughly does.
func (m *machine) Echo(ctx context.Context, device string, _, dst netip.Addr) (time.Duration, error) {
	m.set(func() { m.did = append(m.did, "echo:"+device[:len(device)-1]) })
	for {
		if rtt, ok := m.answers(device, dst); ok {
			select {
			case <-time.After(rtt):
				return rtt, nil
			case <-ctx.Done():
				return 0, ctx.Err()
			}
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

func (m *machine) Neighbour(ctx context.Context, device string, src, dst netip.Addr) (time.Duration, error) {
	return m.Echo(ctx, device, src, dst)
}

func (m *machine) Owner(context.Context, string, netip.Addr) ([6]byte, error) {
	return [6]byte{2, 2, 2, 2, 2, 2}, nil
}

func (m *machine) Solicit(device string, _ netip.Addr) error {
	m.set(func() { m.did = append(m.did, "solicit") })
	if rtt, ok := m.answers(device, netip.IPv6Unspecified()); ok {
		m.mu.Lock()
		ra := m.hub.ra
		m.mu.Unlock()
		time.AfterFunc(rtt, func() { m.advertise(slotOf(device), ra) })
	}
	return nil
}

// advertise puts an RA on a tap, if anybody listens there.
func (m *machine) advertise(slot int, adv plan.Advertisement) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, ch := range m.slots[slot].heard {
		ch <- adv
	}
}

func (m *machine) Advertisements(ctx context.Context, device string) (<-chan plan.Advertisement, error) {
	ch := make(chan plan.Advertisement, 16)
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.slots[slotOf(device)]
	s.heard = append(s.heard, ch)
	context.AfterFunc(ctx, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if i := slices.Index(s.heard, ch); i >= 0 {
			s.heard = slices.Delete(s.heard, i, i+1)
			close(ch)
		}
	})
	return ch, nil
}
