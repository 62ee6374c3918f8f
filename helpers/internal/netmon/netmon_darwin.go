package netmon

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"mooring.dev/helpers/internal/macos"
	"mooring.dev/helpers/internal/plan"
)

// lookForSleep is how often the clocks are compared. A wake nearly always changes the network too, and is then noticed
// at once.
const lookForSleep = 5 * time.Second

// monitorState is what a Monitor remembers of the interfaces.
type monitorState struct {
	mu    sync.Mutex // guards links
	links macos.Links
}

// watcher is what Run needs beside the Monitor.
type watcher struct {
	monitor *Monitor
	in      chan<- plan.Change

	mu    sync.Mutex // guards sleep
	sleep macos.SleepMeter
}

// Run watches until ctx ends. It returns nil then, and an error when the kernel cannot be listened to.
func (m *Monitor) Run(ctx context.Context) error {
	listener, err := macos.Listen()
	if err != nil {
		return err
	}
	if _, err := m.learn(); err != nil {
		listener.Close()
		return err
	}
	in := make(chan plan.Change, 16)
	w := &watcher{monitor: m, in: in}
	w.woke()
	readers, ctx := errgroup.WithContext(ctx) // one that fails ends the other
	readers.Go(func() error { return listener.Watch(ctx, w.messages, w.lost) })
	readers.Go(func() error { w.clocks(ctx); return nil })
	var tasks errgroup.Group
	tasks.Go(func() error {
		defer close(in)
		return readers.Wait()
	})
	tasks.Go(func() error { m.gather(in); return nil })
	m.tell(plan.Change{Underlay: true, Ours: true}) // whatever happened before the socket was open
	return tasks.Wait()
}

func (w *watcher) messages(all []macos.Message) {
	change, look := w.monitor.judge(all)
	change.Resumed = w.woke()
	if look {
		change = change.Merge(w.learn())
	}
	w.tell(change)
}

func (w *watcher) lost() {
	w.monitor.log.Warn("messages of the routing socket were lost; everything is looked at again")
	w.tell(w.learn().Merge(plan.Change{Underlay: true, Ours: true}))
}

func (w *watcher) learn() plan.Change {
	change, err := w.monitor.learn()
	if err != nil {
		w.monitor.log.Warn("interfaces cannot be looked at", "err", err)
		return plan.Change{Underlay: true, Ours: true}
	}
	return change
}

func (w *watcher) tell(change plan.Change) {
	if change != (plan.Change{}) {
		w.in <- change
	}
}

// clocks looks for a sleep until ctx ends.
func (w *watcher) clocks(ctx context.Context) {
	every := time.NewTicker(lookForSleep)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
			w.tell(plan.Change{Resumed: w.woke()})
		}
	}
}

func (w *watcher) woke() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	woke := w.sleep.Woke(macos.Clocks())
	if woke {
		w.monitor.log.Debug("the machine was asleep")
	}
	return woke
}

// judge says whom messages concern, and whether the interfaces have to be looked at.
func (m *Monitor) judge(all []macos.Message) (change plan.Change, look bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, message := range all {
		change = change.Merge(m.links.Judge(message))
		look = look || message.Type == macos.TypeInterface
	}
	return change, look
}

// learn looks at all interfaces.
func (m *Monitor) learn() (plan.Change, error) {
	all, err := net.Interfaces()
	if err != nil {
		return plan.Change{}, fmt.Errorf("list interfaces: %w", err)
	}
	now := map[int]macos.Link{}
	for _, i := range all {
		now[i.Index] = macos.Link{Name: i.Name, MAC: string(i.HardwareAddr), Usable: isUsable(i.Flags)}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.links.Learn(now), nil
}

func isUsable(flags net.Flags) bool {
	const usable = net.FlagUp | net.FlagRunning
	return flags&usable == usable
}

// RouteTo asks the kernel. mark is nothing that macOS knows: a packet that is bound to no address of a tunnel meets
// none of its scoped routes. A route by an interface that is not running, or by a tunnel of ours, is none.
func (m *Monitor) RouteTo(dst netip.Addr, _ uint32) (plan.Underlay, bool) {
	answer, ok, err := macos.RouteTo(dst)
	if err != nil {
		m.log.Debug("no answer about a route", "err", err)
	}
	if err != nil || !ok {
		return plan.Underlay{}, false
	}
	i, err := net.InterfaceByIndex(answer.Interface)
	if err != nil || !isUsable(i.Flags) || macos.IsOwn(i.Name) {
		return plan.Underlay{}, false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return plan.Underlay{
		Interface: i.Name,
		Address:   answer.Source,
		Gateway:   answer.Route().Via,
		Epoch:     m.links.Epoch(answer.Interface),
	}, true
}
