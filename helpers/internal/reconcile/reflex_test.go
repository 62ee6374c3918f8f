package reconcile

import (
	"bytes"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/proto"
)

// verified brings the tunnel up and forgets what that took.
func verified(t *testing.T, m *machine, mgr *Manager, tunnel plan.Tunnel) {
	t.Helper()
	mustSet(t, mgr, tunnel)
	time.Sleep(3 * time.Second)
	if s := only(t, mgr); s.VerifiedSince == nil {
		t.Fatalf("not verified: %+v", s)
	}
	m.words()
}

func causeOf(s proto.TunnelStatus) proto.Cause {
	if s.Fault == nil {
		return ""
	}
	return s.Fault.Cause
}

func moveTo(m *machine, u *plan.Underlay) {
	m.change(plan.Change{Underlay: true}, func() { m.underlay = u })
	synctest.Wait()
}

// TestRoam: gone from the Wi-Fi, nothing is sent; on the Ethernet, the hub hears from us at once.
func TestRoam(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		verified(t, m, mgr, home())

		moveTo(m, nil)
		if s := only(t, mgr); s.VerifiedSince != nil || causeOf(s) != proto.CauseNoNetwork || s.Roam.Since == nil || s.Underlay != nil {
			t.Errorf("without a network: %+v", s)
		}
		time.Sleep(time.Minute)
		if w := m.words(); w != "silence" {
			t.Errorf("without a network, did: %s", w)
		}
		if strings.Contains(m.String(), "keepalive") {
			t.Error("the link still has its keepalive")
		}

		m.set(func() { m.hub.rtt = 30 * time.Millisecond })
		moveTo(m, &ethernet)
		if w := m.words(); !strings.HasPrefix(w, "nudge solicit") || !strings.Contains(w, "echo:mtap") {
			t.Errorf("at the new network, did: %s", w)
		}
		time.Sleep(31 * time.Millisecond)
		s := only(t, mgr)
		if s.VerifiedSince == nil || s.Fault != nil || s.Underlay.Interface != "eth1" || s.Roam.Since != nil || s.Roam.Count != 1 {
			t.Errorf("after the roam: %+v", s)
		}
		if *s.Roam.LastOutageMs != 60030 {
			t.Errorf("outage %d ms", *s.Roam.LastOutageMs)
		}
		if r := s.Roam.Recent; len(r) != 1 || r[0].OutageMs != 60030 || !r[0].At.Equal(*s.VerifiedSince) {
			t.Errorf("recent roams %+v", r)
		}
		time.Sleep(2 * time.Second)
		if w := m.words(); strings.Contains(w, "rehandshake") {
			t.Errorf("a session that lives was thrown away: %s", w)
		}
	})
}

// TestSameUnderlay: a change that is none for us sends nothing; a lost carrier is one, though all looks the same.
func TestSameUnderlay(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		verified(t, m, mgr, home())
		again := wifi
		moveTo(m, &again)
		if w := m.words(); w != "" {
			t.Errorf("did: %s", w)
		}
		bounced := wifi
		bounced.Epoch++
		moveTo(m, &bounced)
		if w := m.words(); !strings.HasPrefix(w, "nudge") {
			t.Errorf("after the carrier came back, did: %s", w)
		}
	})
}

// TestRehandshake: the nudge is not answered, because the hub has lost the session.
func TestRehandshake(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		verified(t, m, mgr, home())
		m.set(func() { m.hub.forgot = true })
		moveTo(m, &ethernet)
		time.Sleep(answerIn - time.Millisecond)
		if w := m.words(); !strings.Contains(w, "nudge") || strings.Contains(w, "rehandshake") {
			t.Errorf("in the first second, did: %s", w)
		}
		time.Sleep(time.Second)
		if w := m.words(); strings.Count(w, "rehandshake") != 1 {
			t.Errorf("after it, did: %s", w)
		}
		if s := only(t, mgr); s.VerifiedSince == nil {
			t.Errorf("%+v", s)
		}
	})
}

// TestRehandshakeAgain: what was sent waits for the new network's gateway to be found, and the handshake then comes so
// soon after the nudge's that the hub drops it. WireGuard itself would try again after 5 s.
func TestRehandshakeAgain(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		verified(t, m, mgr, home())
		// What was asked by the old session is answered after it was given up, and says nothing of the new one.
		m.set(func() { m.hub.rtt, m.hub.drops = answerIn+100*time.Millisecond, 1 })
		moveTo(m, &ethernet)
		time.Sleep(answerIn + time.Second)
		if s := only(t, mgr); s.VerifiedSince != nil {
			t.Errorf("without a session: %+v", s)
		}
		m.set(func() { m.hub.rtt = 20 * time.Millisecond })
		time.Sleep(rehandshakeIn - time.Second + 250*time.Millisecond)
		if s := only(t, mgr); s.VerifiedSince == nil {
			t.Errorf("%+v", s)
		}
		m.words()
		m.set(func() { m.hub.alive = false })
		moveTo(m, &wifi)
		time.Sleep(time.Minute)
		if w := m.words(); strings.Count(w, "rehandshake") != 2 {
			t.Errorf("where nobody answers, did: %s", w)
		}
	})
}

// TestASessionThatNobodyAnswersBy: the hub took the handshake and has forgotten it before anything was verified.
func TestASessionThatNobodyAnswersBy(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		m.hub.bridged = false // so that it is not verified
		mustSet(t, mgr, home())
		time.Sleep(5 * time.Second)
		m.words()
		m.set(func() { m.hub.forgot, m.hub.bridged = true, true })
		time.Sleep(slowProbe + 2*time.Second + 2*probeWait)
		if w := m.words(); strings.Count(w, "rehandshake") != 1 {
			t.Errorf("did: %s", w)
		}
		time.Sleep(30 * time.Second) // for a solicitation
		if s := only(t, mgr); s.VerifiedSince == nil {
			t.Errorf("%+v", s)
		}
	})
}

// TestASessionThatIsAnsweredElsewhere: a hub that answers no echo inside the link keeps its session, since it does
// answer over Ethernet.
func TestASessionThatIsAnsweredElsewhere(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		m.hub.mute = true
		mustSet(t, mgr, home())
		time.Sleep(time.Minute)
		if w := m.words(); strings.Contains(w, "rehandshake") {
			t.Errorf("did: %s", w)
		}
		if s := only(t, mgr); s.VerifiedSince != nil {
			t.Errorf("%+v", s)
		}
	})
}

// TestLongOutage: after two minutes the session is old and handshakes were tried in vain, so the limiter is
// reset before anything else.
func TestLongOutage(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		verified(t, m, mgr, home())
		moveTo(m, nil)
		time.Sleep(3 * time.Minute)
		m.words()
		moveTo(m, &wifi)
		if w := m.words(); !strings.HasPrefix(w, "rehandshake nudge") {
			t.Errorf("did: %s", w)
		}
		time.Sleep(time.Second)
		if s := only(t, mgr); s.VerifiedSince == nil {
			t.Errorf("%+v", s)
		}
	})
}

func TestResumed(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		verified(t, m, mgr, home())
		m.set(func() { m.hub.forgot = true })
		m.change(plan.Change{Resumed: true}, func() {})
		synctest.Wait()
		if w := m.words(); !strings.HasPrefix(w, "nudge") {
			t.Errorf("did: %s", w)
		}
		time.Sleep(2 * time.Second)
		if s := only(t, mgr); s.VerifiedSince == nil || s.Roam.Count != 0 {
			t.Errorf("%+v", s)
		}
	})
}

// TestHubReboots: missed twice, said so, repaired; the hub comes back with another router address.
func TestHubReboots(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		verified(t, m, mgr, home())
		m.set(func() { m.hub.alive, m.hub.forgot = false, true })
		time.Sleep(keepalive + 3*time.Second)
		s := only(t, mgr)
		if s.VerifiedSince != nil || s.Reachability.Ethernet.OK == nil || *s.Reachability.Ethernet.OK || s.Roam.Since != nil {
			t.Errorf("%+v", s)
		}
		time.Sleep(10 * time.Second)
		if s := only(t, mgr); causeOf(s) != proto.CauseNoAnswer {
			t.Errorf("%+v", s.Fault)
		}
		m.set(func() {
			m.hub.alive, m.hub.forgot, m.hub.ra.Router = true, false, netip.MustParseAddr("fe80::b")
		})
		time.Sleep(35 * time.Second)
		if s := only(t, mgr); s.VerifiedSince == nil || s.Fault != nil {
			t.Errorf("%+v", s)
		}
		expectMachine(t, m, strings.Replace(upAndVerified, "fe80::1", "fe80::b", 1))
	})
}

// TestIdle: a quiet verified tunnel sends its keepalive every 20 s and wakes rarely.
func TestIdle(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		verified(t, m, mgr, home())
		time.Sleep(time.Minute)
		m.words()
		time.Sleep(time.Minute)
		w := strings.Fields(m.words())
		if len(w) != 5 { // three over Ethernet; link and internet once, along with one of them
			t.Errorf("did in a minute: %v", w)
		}
	})
}

func TestNames(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		named := home()
		named.Hub.Endpoint.Host = "hub.example"
		m.lookupErr = errors.New("look up hub.example: no such host")
		mustSet(t, mgr, named)
		time.Sleep(time.Second / 2)
		s := only(t, mgr)
		if causeOf(s) != proto.CauseNameUnresolved || s.Step != proto.StepResolve || !strings.Contains(s.Fault.Detail, "no such host") {
			t.Errorf("%+v", s)
		}
		time.Sleep(time.Minute)
		if n := strings.Count(m.words(), "resolve"); n != 6 { // at 0, 1, 3, 7, 15, 31 s
			t.Errorf("%d tries in a minute", n)
		}
		moveTo(m, &ethernet) // another network, perhaps another resolver
		if w := m.words(); w != "resolve" {
			t.Errorf("did: %s", w)
		}
		moveTo(m, nil)
		if s := only(t, mgr); causeOf(s) != proto.CauseNoNetwork {
			t.Errorf("%+v", s.Fault)
		}
		m.set(func() {
			m.lookupErr, m.names["hub.example"] = nil, []netip.Addr{netip.MustParseAddr("203.0.113.4")}
		})
		moveTo(m, &wifi)
		time.Sleep(3 * time.Second)
		if s := only(t, mgr); s.VerifiedSince == nil || *s.Endpoint != "203.0.113.4:23450" {
			t.Errorf("%+v", s)
		}

		// The hub moves to another address: found by asking again.
		m.set(func() {
			m.hub.forgot, m.hub.alive = true, false
			m.names["hub.example"] = []netip.Addr{netip.MustParseAddr("203.0.113.9")}
		})
		time.Sleep(30 * time.Second)
		m.set(func() { m.hub.alive, m.hub.forgot = true, false })
		time.Sleep(10 * time.Second)
		if s := only(t, mgr); s.VerifiedSince == nil || *s.Endpoint != "203.0.113.9:23450" {
			t.Errorf("%+v", s)
		}
	})
}

// TestNoAnswer: nobody is at the first address.
func TestNoAnswer(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		named := home()
		named.Hub.Endpoint.Host = "hub.example"
		m.names["hub.example"] = []netip.Addr{netip.MustParseAddr("192.0.2.9"), netip.MustParseAddr("203.0.113.4")}
		m.hub.alive = false
		mustSet(t, mgr, named)
		time.Sleep(handshakeIn - time.Second)
		if s := only(t, mgr); s.Fault != nil || *s.Endpoint != "192.0.2.9:23450" {
			t.Errorf("before its time: %+v", s)
		}
		time.Sleep(2 * time.Second)
		if s := only(t, mgr); causeOf(s) != proto.CauseNoAnswer || *s.Endpoint != "203.0.113.4:23450" {
			t.Errorf("%+v", s)
		}
		m.set(func() { m.hub.alive = true })
		time.Sleep(handshakeIn + 3*time.Second)
		if s := only(t, mgr); s.Fault != nil || s.VerifiedSince == nil {
			t.Errorf("%+v", s)
		}
	})
}

// TestDuplicate: everything is given up, and stays so until it is asked for again.
func TestDuplicate(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		mustSet(t, mgr, home())
		time.Sleep(200 * time.Millisecond)
		m.change(plan.Change{Ours: true}, func() { m.slots[0].duplicate = true })
		expectMachine(t, m, "")
		s := only(t, mgr)
		if causeOf(s) != proto.CauseDuplicateIdentity || s.DAD != "duplicate" ||
			!strings.Contains(s.Fault.Detail, "02:02:02:02:02:02") || !strings.Contains(s.Fault.Detail, "2001:db8::10ab:34ff:fecd:56ef") {
			t.Errorf("%+v", s.Fault)
		}
		m.words()
		moveTo(m, &ethernet)
		m.change(plan.Change{Ours: true}, func() {})
		time.Sleep(time.Hour)
		if w := m.words(); w != "" {
			t.Errorf("given up, and did: %s", w)
		}
		again := func() {
			t.Helper()
			if changed, err := mgr.Set(t.Context(), []plan.Tunnel{home()}); changed || err != nil {
				t.Errorf("the same configuration: changed %v, %v", changed, err)
			}
		}
		again() // while the other device is still there
		time.Sleep(200 * time.Millisecond)
		m.change(plan.Change{Ours: true}, func() { m.slots[0].duplicate = true })
		if s := only(t, mgr); causeOf(s) != proto.CauseDuplicateIdentity {
			t.Errorf("%+v", s.Fault)
		}
		m.set(func() { m.slots[0].duplicate = false })
		again() // and once it has gone
		time.Sleep(10 * time.Second)
		if s := only(t, mgr); s.VerifiedSince == nil {
			t.Errorf("not verified once the other device has gone: %+v", s)
		}
	})
}

// TestVouch: nothing is refused while the address may be another device's, nor on a tap that is made anew.
func TestVouch(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		mustSet(t, mgr, home())
		time.Sleep(200 * time.Millisecond)
		expectMachine(t, m, notVouched(upAndVerified))
		time.Sleep(2 * time.Second)
		expectMachine(t, m, upAndVerified)
		m.change(plan.Change{Ours: true}, func() { m.slots[0].tap, m.slots[0].placed = "", plan.Placement{} })
		time.Sleep(200 * time.Millisecond)
		expectMachine(t, m, notVouched(upAndVerified))
		time.Sleep(2 * time.Second)
		expectMachine(t, m, upAndVerified)
	})
}

// TestDuplicateAtOnce: DAD failed before the routes could be made from the address, which the kernel refuses.
func TestDuplicateAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pinned := home()
		pinned.Prefix = prefix
		m := newMachine()
		var log bytes.Buffer
		m.log = slog.NewTextHandler(&log, nil)
		m.fails["place"] = errKernel
		serve(t, m, func(mgr *Manager) {
			m.slots[0] = &slotState{duplicate: true}
			mustSet(t, mgr, pinned)
			if s := only(t, mgr); causeOf(s) != proto.CauseDuplicateIdentity {
				t.Errorf("%+v", s.Fault)
			}
			expectMachine(t, m, "")
		})
		if strings.Contains(log.String(), errKernel.Error()) {
			t.Errorf("the kernel's refusal was told first:\n%s", log.String())
		}
	})
}

// TestNoOptimisticDAD: the kernel refuses the routes for a second, which is no fault.
func TestNoOptimisticDAD(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		m.set(func() { m.patient = true })
		pinned := home()
		pinned.Prefix = prefix
		mustSet(t, mgr, pinned)
		for range 10 {
			if s := only(t, mgr); s.Fault != nil {
				t.Errorf("%+v", s.Fault)
			}
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(2 * time.Second)
		if s := only(t, mgr); s.VerifiedSince == nil {
			t.Errorf("not verified: %+v", s)
		}
	})
}

// TestRepair: what was taken away is put back, but not for ever in a loop.
func TestRepair(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		verified(t, m, mgr, home())
		time.Sleep(time.Minute)
		m.words()
		m.change(plan.Change{Ours: true}, func() { m.slots[0].guard = false })
		expectMachine(t, m, upAndVerified)
		if w := m.words(); !strings.HasPrefix(w, "link tap place") || !strings.Contains(w, "solicit") {
			t.Errorf("did: %s", w)
		}
		m.change(plan.Change{Ours: true}, func() {})
		synctest.Wait()
		if w := m.words(); strings.Contains(w, "link") {
			t.Errorf("nothing is missing, and did: %s", w)
		}
		for range 600 { // somebody takes it away ten times a second for a minute
			m.change(plan.Change{Ours: true}, func() { m.slots[0].guard = false })
			time.Sleep(100 * time.Millisecond)
		}
		if n := mgr.Stats().Tunnels[0].Repairs; n < 10 || n > 20 {
			t.Errorf("%d repairs", n)
		}
		time.Sleep(2 * time.Minute)
		expectMachine(t, m, upAndVerified)
	})
}

// TestKernelRefuses: the words of the kernel, and again until it does not.
func TestKernelRefuses(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		m.fails["tap"] = &plan.LackingError{What: "IPv6"}
		mustSet(t, mgr, home())
		if s := only(t, mgr); causeOf(s) != proto.CauseKernelLacks || s.Step != proto.StepTap {
			t.Errorf("%+v", s)
		}
		m.set(func() { m.fails["tap"] = errKernel })
		time.Sleep(5 * time.Second)
		if s := only(t, mgr); causeOf(s) != proto.CauseSystem || s.Fault.Detail != errKernel.Error() {
			t.Errorf("%+v", s.Fault)
		}
		m.set(func() { m.fails["tap"] = nil })
		time.Sleep(30 * time.Second)
		if s := only(t, mgr); s.VerifiedSince == nil {
			t.Errorf("%+v", s)
		}
	})
}

func TestAtHome(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		verified(t, m, mgr, home())
		moveTo(m, &plan.Underlay{Interface: "home0", Address: wifi.Address})
		expectMachine(t, m, upAndVerified+" at home")
		moveTo(m, &wifi)
		expectMachine(t, m, upAndVerified)
	})
}

func TestKeyGoesMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine()
		m.kept = []Assigned{{Slot: 0, Tunnel: home()}}
		m.keys = nil
		serve(t, m, func(mgr *Manager) {
			s := only(t, mgr)
			if causeOf(s) != proto.CauseKeyMissing || s.Step != proto.StepKey {
				t.Errorf("%+v", s)
			}
		})
	})
}
