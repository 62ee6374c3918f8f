package reconcile

import (
	"fmt"
	"slices"
	"strings"

	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/proto"
)

// choose gives the wanted engine, or for auto the first that can run here.
func (d *Deps) choose(t plan.Tunnel) (Engine, *proto.Error) {
	var missing []string
	for _, e := range d.offered() {
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
		missing = []string{fmt.Sprintf("this helper offers no %s engine", t.Engine)}
		if d.limited() {
			missing[0] += fmt.Sprintf(": it was started with --engine %s", d.Only)
		}
	}
	return nil, &proto.Error{Name: proto.ErrEngineMissing, Message: strings.Join(missing, "; ")}
}

// limited reports whether one engine alone is offered.
func (d *Deps) limited() bool { return d.Only != "" && d.Only != plan.EngineAuto }

// offered are the engines that tunnels may have.
func (d *Deps) offered() []Engine {
	if !d.limited() {
		return d.Engines
	}
	return slices.DeleteFunc(slices.Clone(d.Engines), func(e Engine) bool { return e.Kind() != d.Only })
}

// Engines tells of each engine whether it can run here.
func (m *Manager) Engines() []proto.Engine {
	list := []proto.Engine{}
	for _, e := range m.deps.offered() {
		lacks := e.Lacks()
		if lacks == nil {
			lacks = []string{}
		}
		list = append(list, proto.Engine{Kind: string(e.Kind()), Lacks: lacks})
	}
	return list
}
