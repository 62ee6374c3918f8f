package macos

import "mooring.dev/helpers/internal/plan"

// Link is what is remembered of an interface.
type Link struct {
	Name   string
	MAC    string // its octets; empty where there is none
	Usable bool   // up and running
}

// Links remembers the machine's interfaces, to tell whom a message of the routing socket concerns. The zero Links
// knows none. It is not for several goroutines.
type Links struct {
	known map[int]Link // by the system's number
	lost  map[int]uint64
}

// Learn takes all interfaces that there are now, and says what is different.
func (l *Links) Learn(now map[int]Link) plan.Change {
	var change plan.Change
	for index, old := range l.known {
		if link := now[index]; link != old {
			change = change.Merge(concerns(old.Name))
			if old.Usable && !link.Usable {
				l.lose(index)
			}
		}
	}
	for index, link := range now {
		if _, ok := l.known[index]; !ok {
			change = change.Merge(concerns(link.Name))
		}
	}
	l.known = now
	return change
}

// Judge says whom a message about a route or an address concerns. An address that is taken away counts as a loss of
// the network there: a Wi-Fi interface keeps its flags when it leaves one network for another.
func (l *Links) Judge(m Message) plan.Change {
	switch m.Type {
	case TypeNewAddress:
	case TypeDelAddress:
		l.lose(m.Interface)
	case TypeAdd, TypeDelete, TypeChange:
		if m.Cloned() || m.Flags&routeNeighbour != 0 {
			return plan.Change{} // one destination's, made and forgotten by the kernel all the time
		}
	default:
		return plan.Change{}
	}
	return concerns(l.known[m.Interface].Name)
}

// Epoch counts how often an interface lost its network.
func (l *Links) Epoch(index int) uint64 { return l.lost[index] }

func (l *Links) lose(index int) {
	if l.lost == nil {
		l.lost = map[int]uint64{}
	}
	l.lost[index]++
}

func concerns(name string) plan.Change {
	own := IsOwn(name)
	return plan.Change{Ours: own, Underlay: !own}
}
