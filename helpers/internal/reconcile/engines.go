package reconcile

import (
	"fmt"
	"strings"

	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/proto"
)

// chooseEngine gives the wanted engine, or for auto the first that can run here.
func chooseEngine(engines []Engine, t plan.Tunnel) (Engine, *proto.Error) {
	var missing []string
	for _, e := range engines {
		if t.Engine != plan.EngineAuto && t.Engine != e.Kind() {
			continue
		}
		lacks := e.Lacks()
		if len(lacks) == 0 {
			return e, nil
		}
		missing = append(missing, fmt.Sprintf("the %s engine needs %s", e.Kind(), strings.Join(lacks, " and ")))
	}
	if len(missing) == 0 {
		missing = []string{fmt.Sprintf("this helper has no %s engine", t.Engine)}
	}
	return nil, &proto.Error{Name: proto.ErrEngineMissing, Message: strings.Join(missing, "; ")}
}

// Engines tells of each engine whether it can run here.
func (m *Manager) Engines() []proto.Engine {
	list := []proto.Engine{}
	for _, e := range m.deps.Engines {
		lacks := e.Lacks()
		if lacks == nil {
			lacks = []string{}
		}
		list = append(list, proto.Engine{Kind: string(e.Kind()), Lacks: lacks})
	}
	return list
}
