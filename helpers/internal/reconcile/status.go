package reconcile

import (
	"errors"
	"fmt"
	"net"
	"reflect"
	"time"

	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/proto"
)

// status is the facts as the protocol tells them. engine is empty until one is chosen.
func (f *facts) status(engine string, now time.Time) proto.TunnelStatus {
	s := proto.TunnelStatus{
		Name:         f.spec.Name,
		PublicKey:    f.spec.PublicKey.String(),
		Interfaces:   proto.Interfaces{Link: f.names.Link, Tap: f.names.Tap},
		MAC:          f.spec.HardwareAddr().String(),
		DAD:          string(f.dad),
		Step:         f.step(),
		Fault:        f.fault(now),
		Reachability: f.reachability(),
		Roam:         f.roam(),
	}
	if engine != "" {
		s.Engine = &engine
	}
	if f.prefix.IsValid() {
		s.Prefix = new(f.prefix.String())
	}
	if f.placed != nil && f.placed.Valid() {
		s.Address = new(f.placed.Address.String())
	}
	if f.routed {
		s.Underlay = &proto.Underlay{Interface: f.underlay.Interface}
		if f.underlay.Address.IsValid() {
			s.Underlay.Address = f.underlay.Address.String()
		}
	}
	if f.link.Endpoint.IsValid() {
		s.Endpoint = new(f.link.Endpoint.String())
	} else if f.endpoint.IsValid() {
		s.Endpoint = new(f.endpoint.String())
	}
	s.LastHandshake = timePtr(f.link.LastHandshake)
	s.VerifiedSince = timePtr(f.verifiedAt)
	return s
}

func (f *facts) roam() proto.Roam {
	r := proto.Roam{Since: timePtr(f.roamAt), Count: f.roams, Recent: f.recentRoams}
	if n := len(r.Recent); n > 0 {
		r.LastOutageMs = new(r.Recent[n-1].OutageMs)
	} else {
		r.Recent = []proto.EndedRoam{}
	}
	return r
}

// step is how far the bring-up has come.
func (f *facts) step() proto.Step {
	switch {
	case f.wasUp:
		return proto.StepUp
	case errors.As(f.buildErr, new(*keyError)):
		return proto.StepKey
	case !f.routed:
		return proto.StepResolve
	case !f.linkUp:
		return proto.StepLink
	case !f.tapUp:
		return proto.StepTap
	case f.placed == nil || !f.placed.Valid():
		return proto.StepAddress
	default:
		return proto.StepVerify
	}
}

// fault is why the tunnel does not work, the most basic reason first; nil when it works or may yet come to.
func (f *facts) fault(now time.Time) *proto.Fault {
	because := func(cause proto.Cause, format string, args ...any) *proto.Fault {
		return &proto.Fault{Cause: cause, Detail: fmt.Sprintf(format, args...)}
	}
	switch {
	case f.dad == plan.DADDuplicate:
		return f.duplicate()
	case f.buildErr != nil:
		return buildFault(f)
	case !f.verifiedAt.IsZero():
		return nil
	case f.resolveErr != nil && len(f.candidates) == 0 && f.online:
		return because(proto.CauseNameUnresolved, "%v", f.resolveErr)
	case f.routeKnown && !f.routed && (len(f.candidates) > 0 || !f.online):
		return because(proto.CauseNoNetwork, "no network leads to %s", f.spec.Hub.Endpoint)
	case f.mismatch.IsValid() && !f.hasRouter(now):
		return because(proto.CausePrefixMismatch, "the profile pins %s, the hub advertises %s", f.spec.Prefix, f.mismatch)
	case f.noAnswer:
		return because(proto.CauseNoAnswer, "%s does not answer on %s: UDP may be blocked here, the hub down, or our key unknown to it",
			f.endpoint, f.underlay.Interface)
	default:
		return nil
	}
}

func (f *facts) duplicate() *proto.Fault {
	detail := "another device on the hub's network uses the identity " + f.spec.HardwareAddr().String()
	if a := f.address(); a.IsValid() {
		detail += " and answers for " + a.String()
	}
	if f.dupMAC != [6]byte{} && f.dupMAC != f.spec.MAC {
		detail += "; its MAC is " + net.HardwareAddr(f.dupMAC[:]).String()
	}
	return &proto.Fault{Cause: proto.CauseDuplicateIdentity, Detail: detail}
}

func buildFault(f *facts) *proto.Fault {
	fault := &proto.Fault{Cause: proto.CauseSystem, Detail: f.buildErr.Error()}
	if errors.As(f.buildErr, new(*plan.LackingError)) || errors.As(f.buildErr, new(*engineError)) {
		fault.Cause = proto.CauseKernelLacks
	}
	if errors.As(f.buildErr, new(*keyError)) {
		fault.Cause = proto.CauseKeyMissing
		fault.Detail = "no private key for " + f.spec.PublicKey.String()
	}
	return fault
}

func (f *facts) reachability() proto.Reachability {
	return proto.Reachability{
		Link:     f.senses[levelLink].reading(),
		Ethernet: f.senses[levelEthernet].reading(),
		Internet: f.senses[levelInternet].reading(),
	}
}

func (s *sense) reading() proto.Reading {
	r := proto.Reading{At: timePtr(s.at)}
	if s.ok != nil {
		r.OK = new(*s.ok)
		if *s.ok {
			r.RTTMs = new(float64(s.rtt.Microseconds()) / 1000)
		}
	}
	return r
}

// timePtr is nil for the zero time, and otherwise UTC without the monotonic part.
func timePtr(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.Round(0).UTC())
}

func sameStatus(a, b proto.TunnelStatus) bool { return reflect.DeepEqual(a, b) }
