package reconcile

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/proto"
)

// standIn is a second engine beside the machine's own. What it carries is on the machine as well, but it tells by
// other words what it was asked to take down, and takes nothing down.
type standIn struct{ fakeEngine }

func (standIn) Kind() plan.EngineKind { return plan.EngineUserspace }

func (standIn) Lacks() []string { return nil }

func (standIn) Leftovers() ([]int, error) { return nil, nil }

func (e standIn) Down(n plan.Names) error {
	_, err, done := e.do(n, "userspace:down")
	defer done()
	return err
}

// runTwo is run with both engines, of which tunnels are offered only the one that is named, if one is.
func runTwo(t *testing.T, only plan.EngineKind, story func(*testing.T, *machine, *Manager)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m := newMachine()
		mgr := m.manager()
		mgr.deps.Engines, mgr.deps.Only = append(mgr.deps.Engines, standIn{fakeEngine{m}}), only
		serveManager(t, mgr, func(mgr *Manager) { story(t, m, mgr) })
	})
}

func TestTheFirstEngineThatLacksNothingIsTaken(t *testing.T) {
	for want, lacks := range map[plan.EngineKind]error{plan.EngineKernel: nil, plan.EngineUserspace: errKernel} {
		runTwo(t, "", func(t *testing.T, m *machine, mgr *Manager) {
			m.set(func() { m.fails["lacks"] = lacks })
			mustSet(t, mgr, home())
			synctest.Wait()
			if s := only(t, mgr); s.Engine == nil || *s.Engine != string(want) {
				t.Errorf("engine %v, want %s", s.Engine, want)
			}
		})
	}
}

func TestTheOtherEngineGivesUpItsPart(t *testing.T) {
	runTwo(t, "", func(t *testing.T, m *machine, mgr *Manager) {
		mustSet(t, mgr, home())
		synctest.Wait()
		if w := m.words(); !strings.HasPrefix(w, "save userspace:down link tap") {
			t.Errorf("the kernel's: did %s", w)
		}
		other := home()
		other.Engine = plan.EngineUserspace
		mustSet(t, mgr, other)
		synctest.Wait()
		if w := m.words(); !strings.Contains(w, "clear down userspace:down down link tap") {
			t.Errorf("the other: did %s", w)
		}
	})
	runTwo(t, "", func(t *testing.T, m *machine, mgr *Manager) {
		m.set(func() { m.fails["userspace:down"] = errKernel })
		mustSet(t, mgr, home())
		synctest.Wait()
		if s := only(t, mgr); causeOf(s) != proto.CauseSystem || !strings.Contains(s.Fault.Detail, "userspace engine left") {
			t.Errorf("%+v", s.Fault)
		}
		m.set(func() { m.fails["userspace:down"] = nil })
	})
}

func TestOnlyOneEngineIsOffered(t *testing.T) {
	runTwo(t, plan.EngineUserspace, func(t *testing.T, m *machine, mgr *Manager) {
		if got := mgr.Engines(); !slices.EqualFunc(got, []string{"userspace"}, func(e proto.Engine, kind string) bool { return e.Kind == kind }) {
			t.Errorf("offers %+v", got)
		}
		other := home()
		other.Engine = plan.EngineKernel
		var refused *proto.Error
		if _, err := mgr.Set(t.Context(), []plan.Tunnel{other}); !errors.As(err, &refused) || refused.Name != proto.ErrEngineMissing ||
			refused.Message != "this helper offers no kernel engine: it was started with --engine userspace" {
			t.Errorf("%v", err)
		}
		mustSet(t, mgr, home())
		synctest.Wait()
		if s := only(t, mgr); s.Engine == nil || *s.Engine != string(plan.EngineUserspace) {
			t.Errorf("engine %v", s.Engine)
		}
	})
}

// TestLeftoversOfAnEngineThatIsNotOffered: whoever had made them, they are cleaned.
func TestLeftoversOfAnEngineThatIsNotOffered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine()
		m.slots[5] = &slotState{link: "of a crashed helper", guard: true}
		mgr := m.manager()
		mgr.deps.Engines, mgr.deps.Only = append(mgr.deps.Engines, standIn{fakeEngine{m}}), plan.EngineUserspace
		serveManager(t, mgr, func(*Manager) { expectMachine(t, m, "") })
	})
}
