package reconcile

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/proto"
)

// run gives a story a machine and a manager that runs on it, in made-up time.
func run(t *testing.T, story func(t *testing.T, m *machine, mgr *Manager)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m := newMachine()
		serve(t, m, func(mgr *Manager) { story(t, m, mgr) })
		if left := m.String(); left != "" {
			t.Errorf("left on the machine:\n%s", left)
		}
	})
}

// serve runs a manager from its start to its end.
func serve(t *testing.T, m *machine, during func(mgr *Manager)) {
	t.Helper()
	serveManager(t, m.manager(), during)
}

func serveManager(t *testing.T, mgr *Manager, during func(mgr *Manager)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- mgr.Run(ctx) }()
	synctest.Wait()
	during(mgr)
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
	if _, err := mgr.Set(t.Context(), nil); !errors.Is(err, errStopping) {
		t.Errorf("Set after the end: %v", err)
	}
	time.Sleep(2 * time.Second) // for what is under way in the made-up world
}

func mustSet(t *testing.T, mgr *Manager, tunnels ...plan.Tunnel) {
	t.Helper()
	if changed, err := mgr.Set(t.Context(), tunnels); !changed || err != nil {
		t.Fatalf("Set: changed %v, %v", changed, err)
	}
}

func only(t *testing.T, mgr *Manager) proto.TunnelStatus {
	t.Helper()
	synctest.Wait()
	s := mgr.Status()
	if len(s.Tunnels) != 1 {
		t.Fatalf("%d tunnels", len(s.Tunnels))
	}
	return s.Tunnels[0]
}

func expectMachine(t *testing.T, m *machine, want string) {
	t.Helper()
	synctest.Wait()
	if got := m.String(); got != want {
		t.Errorf("the machine:\n%s\nwant:\n%s", got, want)
	}
}

const upAndVerified = `mwg0 172.16.0.2 peer 172.16.0.1 to 203.0.113.4:23450 keepalive
mooring0
mtap0 12:ab:34:cd:56:ef
table 47500 2001:db8::10ab:34ff:fecd:56ef via fe80::1`

// notVouched is a machine while duplicate address detection runs.
func notVouched(machine string) string {
	return strings.Replace(machine, "12:ab:34:cd:56:ef", "12:ab:34:cd:56:ef refuses nothing", 1)
}

// TestSequence applies configurations one after the other to one instance.
func TestSequence(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		one := home()
		mustSet(t, mgr, one)
		time.Sleep(2 * time.Second)
		expectMachine(t, m, upAndVerified)
		if s := only(t, mgr); s.VerifiedSince == nil || s.Step != proto.StepUp || s.Fault != nil || *s.Address != "2001:db8::10ab:34ff:fecd:56ef" {
			t.Errorf("status %+v", s)
		}

		// The same again is no change at all.
		m.words()
		if changed, err := mgr.Set(t.Context(), []plan.Tunnel{one}); changed || err != nil {
			t.Errorf("the same: changed %v, %v", changed, err)
		}
		synctest.Wait()
		if w := m.words(); w != "" {
			t.Errorf("the same did: %s", w)
		}

		// A second tunnel leaves the first alone.
		two := home()
		two.Name, two.Address = "office", one.Address
		since := *only(t, mgr).VerifiedSince
		mustSet(t, mgr, two, one)
		time.Sleep(2 * time.Second)
		expectMachine(t, m, upAndVerified+"\n"+strings.NewReplacer("mwg0", "mwg1", "mooring0", "mooring1",
			"mtap0", "mtap1", "47500", "47501").Replace(upAndVerified))
		st := mgr.Status()
		if st.Tunnels[0].Name != "office" || st.Tunnels[1].Name != "home" || !st.Tunnels[1].VerifiedSince.Equal(since) {
			t.Errorf("%+v", st)
		}

		// The first goes; the second keeps its slot, also when it changes.
		two.ListenPort = 4000
		m.words()
		mustSet(t, mgr, two)
		if got := m.String(); !strings.HasPrefix(got, "mwg1") || strings.Contains(got, "mwg0") {
			t.Errorf("on return:\n%s", got)
		}
		time.Sleep(2 * time.Second)
		if s := only(t, mgr); s.Interfaces.Link != "mwg1" || s.VerifiedSince == nil {
			t.Errorf("%+v", s)
		}
		if w := m.words(); strings.Count(w, "down") != 1 {
			t.Errorf("the changed tunnel was not adopted: %s", w)
		}

		// Nothing: on return the machine is as before.
		mustSet(t, mgr)
		if got := m.String(); got != "" {
			t.Errorf("on return:\n%s", got)
		}
		if changed, err := mgr.Set(t.Context(), nil); changed || err != nil {
			t.Errorf("nothing twice: %v, %v", changed, err)
		}
	})
}

// TestOrder: what is stored is stored before the machine is touched.
func TestOrder(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		pinned := home()
		pinned.Prefix = prefix
		mustSet(t, mgr, pinned)
		synctest.Wait()
		if w := m.words(); !strings.HasPrefix(w, "save link tap place solicit echo:mwg") {
			t.Errorf("did: %s", w)
		}
	})
}

func TestRefusals(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		var eleven []plan.Tunnel
		for i := range plan.MaxSlots + 1 {
			h := home()
			h.Name = string(rune('a' + i))
			eleven = append(eleven, h)
		}
		stranger := home()
		stranger.PublicKey = plan.Key{7}
		userspace := home()
		userspace.Engine = plan.EngineUserspace
		for _, test := range []struct {
			name    string
			tunnels []plan.Tunnel
			prepare func()
			want    *proto.Error
		}{
			{"eleven", eleven, nil, &proto.Error{Name: proto.ErrTooManyTunnels, Field: "desired.tunnels"}},
			{"no key", []plan.Tunnel{stranger}, nil, &proto.Error{Name: proto.ErrKeyMissing, Field: "desired.tunnels[0].publicKey"}},
			{"no such engine", []plan.Tunnel{userspace}, nil, &proto.Error{Name: proto.ErrEngineMissing, Field: "desired.tunnels[0].engine"}},
			{"the engine lacks", []plan.Tunnel{home()}, func() { m.fails["lacks"] = errKernel },
				&proto.Error{Name: proto.ErrEngineMissing, Field: "desired.tunnels[0].engine"}},
		} {
			if test.prepare != nil {
				m.set(test.prepare)
			}
			changed, err := mgr.Set(t.Context(), test.tunnels)
			var named *proto.Error
			if changed || !errors.As(err, &named) || named.Name != test.want.Name || named.Field != test.want.Field {
				t.Errorf("%s: changed %v, %v", test.name, changed, err)
			}
		}
		m.set(func() { m.fails["lacks"], m.fails["save"] = nil, errors.New("disk full") })
		if changed, err := mgr.Set(t.Context(), []plan.Tunnel{home()}); changed || err == nil || !strings.Contains(err.Error(), "disk full") {
			t.Errorf("a full disk: %v, %v", changed, err)
		}
		m.set(func() { m.fails["save"] = nil })
		if w := m.words(); w != "save" {
			t.Errorf("refused, and did: %s", w)
		}
	})
}

// TestRestart: killed, started again; what is desired is adopted, the rest cleaned.
func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine()
		m.kept = []Assigned{{Slot: 3, Tunnel: home()}}
		m.slots[5] = &slotState{link: "of a crashed helper", guard: true}
		serve(t, m, func(mgr *Manager) {
			time.Sleep(2 * time.Second)
			expectMachine(t, m, strings.NewReplacer("mwg0", "mwg3", "mooring0", "mooring3", "mtap0", "mtap3", "47500", "47503").Replace(upAndVerified))
		})
		expectMachine(t, m, "")
		if len(m.kept) != 1 {
			t.Error("the stored configuration did not outlive the helper")
		}
		m.fails["load"] = errors.New("damaged")
		serve(t, m, func(mgr *Manager) {
			if s := mgr.Status(); len(s.Tunnels) != 0 {
				t.Errorf("%+v", s)
			}
		})
	})
}

// TestTakeDownFails: what the kernel refuses is told, and Set can be asked again.
func TestTakeDownFails(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		mustSet(t, mgr, home())
		m.set(func() { m.fails["down"] = errKernel })
		if _, err := mgr.Set(t.Context(), nil); !errors.Is(err, errKernel) {
			t.Errorf("%v", err)
		}
		m.set(func() { m.fails["down"] = nil })
		mustSet(t, mgr, home())
		mustSet(t, mgr)
	})
}

// TestSubscribe: the snapshot first, then changes; who does not listen holds up nobody and gets the newest.
func TestSubscribe(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		snapshot, changes, cancel := mgr.Subscribe()
		if len(snapshot.Tunnels) != 0 {
			t.Errorf("%+v", snapshot)
		}
		mustSet(t, mgr, home())
		time.Sleep(5 * time.Second)
		if s := <-changes; s.Tunnels[0].VerifiedSince == nil {
			t.Errorf("not the newest: %+v", s)
		}
		// In the steady state only readings change: three keepalives a minute.
		told := 0
		for end := time.After(time.Minute); ; told++ {
			select {
			case <-changes:
				continue
			case <-end:
			}
			break
		}
		if told > 12 {
			t.Errorf("%d changes in a quiet minute", told)
		}
		cancel()
		cancel()
		if _, ok := <-changes; ok {
			t.Error("the channel is still open")
		}
	})
}

func TestProbe(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		if _, err := mgr.Probe(t.Context(), "home"); !errors.Is(err, &proto.Error{Name: proto.ErrNoSuchTunnel}) {
			t.Errorf("%v", err)
		}
		mustSet(t, mgr, home())
		time.Sleep(5 * time.Second)
		m.set(func() { m.hub.rtt = 40 * time.Millisecond })
		r, err := mgr.Probe(t.Context(), "home")
		if err != nil || *r.Link.RTTMs != 40 || *r.Ethernet.RTTMs != 40 || *r.Internet.RTTMs != 40 {
			t.Errorf("%+v, %v", r, err)
		}
		m.set(func() { m.hub.bridged = false })
		r, err = mgr.Probe(t.Context(), "home")
		if err != nil || !*r.Link.OK || *r.Ethernet.OK {
			t.Errorf("%+v, %v", r, err)
		}
		m.change(plan.Change{Underlay: true}, func() { m.underlay = nil })
		synctest.Wait()
		if r, err := mgr.Probe(t.Context(), "home"); err != nil || r.Link.OK != nil {
			t.Errorf("without a network: %+v, %v", r, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		m.change(plan.Change{Underlay: true}, func() { m.underlay, m.hub.alive = &wifi, false })
		synctest.Wait()
		if _, err := mgr.Probe(ctx, "home"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
	})
}

func TestStatsAndKeys(t *testing.T) {
	run(t, func(t *testing.T, m *machine, mgr *Manager) {
		mustSet(t, mgr, home())
		time.Sleep(5 * time.Second)
		s := mgr.Stats()
		if len(s.Tunnels) != 1 || s.Tunnels[0].RxBytes == 0 || s.UptimeSeconds != 5 || s.ResidentBytes == 0 {
			t.Errorf("%+v", s)
		}
		if !mgr.UsesKey(ourKey) || mgr.UsesKey(plan.Key{7}) {
			t.Error("UsesKey")
		}
		if e := mgr.Engines(); len(e) != 1 || e[0].Kind != "kernel" || e[0].Lacks == nil {
			t.Errorf("%+v", e)
		}
	})
}

func TestAssign(t *testing.T) {
	named := func(names ...string) (list []plan.Tunnel) {
		for _, n := range names {
			list = append(list, plan.Tunnel{Name: n})
		}
		return list
	}
	var have []Assigned
	for _, step := range []struct {
		want  []string
		slots []int
	}{
		{[]string{"a", "b"}, []int{0, 1}},
		{[]string{"b"}, []int{1}},
		{[]string{"c", "b"}, []int{0, 1}},
		{[]string{"d", "c", "b"}, []int{2, 0, 1}},
		{nil, nil},
	} {
		next, err := assign(have, named(step.want...))
		if err != nil {
			t.Fatal(err)
		}
		var slots []int
		for _, a := range next {
			slots = append(slots, a.Slot)
		}
		if !slices.Equal(slots, step.slots) {
			t.Errorf("%v: slots %v, want %v", step.want, slots, step.slots)
		}
		have = next
	}
}
