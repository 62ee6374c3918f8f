package userspace

import (
	"io"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"mooring.dev/helpers/internal/netnstest"
)

// echo is a TCP session through the tunnel: one octet after the other goes to the hub and comes back.
type echo struct {
	mu      sync.Mutex // guards arrived
	arrived time.Time
	gap     time.Duration // the longest since the last call of worst
	failed  error
	done    chan struct{}
	conn    net.Conn
}

func newEcho(t *testing.T, h *hub) *echo {
	t.Helper()
	var listener net.Listener
	h.place.Do(func() {
		var err error
		listener, err = net.Listen("tcp", "[2001:db8::1]:7")
		must(t, err)
	})
	var server sync.WaitGroup
	server.Go(func() {
		c, err := listener.Accept()
		if err == nil {
			io.Copy(c, c)
			c.Close()
		}
	})
	dialer := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(stable, 0)), Timeout: 3 * time.Second}
	c, err := dialer.Dial("tcp", "[2001:db8::1]:7")
	must(t, err)
	e := &echo{conn: c, arrived: time.Now(), done: make(chan struct{})}
	go e.run()
	t.Cleanup(func() {
		c.Close()
		listener.Close()
		<-e.done
		server.Wait()
	})
	return e
}

func (e *echo) run() {
	defer close(e.done)
	b := []byte{0}
	for {
		_, err := e.conn.Write(b)
		if err == nil {
			_, err = io.ReadFull(e.conn, b)
		}
		e.mu.Lock()
		now := time.Now()
		e.gap, e.arrived, e.failed = max(e.gap, now.Sub(e.arrived)), now, err
		e.mu.Unlock()
		if err != nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// worst is the longest that nothing arrived, since the last call.
func (e *echo) worst(t *testing.T) time.Duration {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.failed != nil {
		t.Fatal(e.failed)
	}
	gap := max(e.gap, time.Since(e.arrived))
	e.gap = 0
	return gap
}

// TestUserspaceEngineRoams: a TCP session lives through changes of the network, to and fro.
func TestUserspaceEngineRoams(t *testing.T) {
	w := newWorld(t)
	l := newLaptop(t, t.TempDir())
	l.set(home(t))
	l.awaitVerified(5 * time.Second)
	e := newEcho(t, w.hub)
	time.Sleep(100 * time.Millisecond)
	e.worst(t)
	for i, to := range []underlay{w.eth, w.wlan, w.eth, w.wlan} {
		w.join(to)
		netnstest.Await(t, "the roam has ended", 3*time.Second, func() bool {
			s := l.status()
			return s.Roam.Count == i+1 && s.VerifiedSince != nil
		})
		time.Sleep(50 * time.Millisecond)
		if got := w.hub.hears(); got.String() != to.address {
			t.Errorf("the hub hears the laptop at %v, %+v", got, *l.status().Underlay)
		}
		gap := e.worst(t)
		t.Logf("to %s: TCP stood still for %v, outage %d ms", to.name, gap, *l.status().Roam.LastOutageMs)
		if gap > 150*time.Millisecond {
			t.Errorf("to %s: TCP stood still for %v", to.name, gap)
		}
	}
}

// TestUserspaceEngineRoamsWithoutNetworkBetween: the old network goes before the new one comes.
func TestUserspaceEngineRoamsWithoutNetworkBetween(t *testing.T) {
	w := newWorld(t)
	l := newLaptop(t, t.TempDir())
	l.set(home(t))
	l.awaitVerified(5 * time.Second)
	must(t, netlink.LinkSetDown(w.wlan.link))
	netnstest.Await(t, "the loss is noticed", time.Second, func() bool { return l.status().Underlay == nil })
	time.Sleep(50 * time.Millisecond)
	began := time.Now()
	w.join(w.eth)
	l.awaitVerified(3 * time.Second)
	t.Logf("verified %v after the new network came", time.Since(began))
	if took := time.Since(began); took > 500*time.Millisecond {
		t.Errorf("verified only %v after the new network came", took)
	}
}

// TestUserspaceEngineFindsAHubThatForgot: the hub was restarted, with the same key and without its sessions.
func TestUserspaceEngineFindsAHubThatForgot(t *testing.T) {
	w := newWorld(t)
	l := newLaptop(t, t.TempDir())
	l.set(home(t))
	l.awaitVerified(5 * time.Second)
	w.hub.stop()
	w.hub.start()
	w.join(w.eth)
	began := time.Now()
	netnstest.Await(t, "the roam is noticed", time.Second, func() bool { return l.status().Roam.Count == 1 })
	l.awaitVerified(5 * time.Second)
	took := time.Since(began)
	t.Logf("verified %v after the roam", took)
	if took > 2500*time.Millisecond { // within 1 s when the session is older than 5 s
		t.Errorf("verified only %v after the roam", took)
	}
}

// TestUserspaceEngineRehandshakes: many in a row are no flood to the hub, after which it would be silent for 5 s.
func TestUserspaceEngineRehandshakes(t *testing.T) {
	newWorld(t)
	l := newLaptop(t, t.TempDir())
	l.set(home(t))
	netnstest.Await(t, "a handshake", 2*time.Second, func() bool { return l.status().LastHandshake != nil })
	for range 5 {
		must(t, l.engine.Rehandshake(names))
	}
	began := time.Now()
	netnstest.Await(t, "another handshake", 2*time.Second, func() bool {
		s, err := l.engine.Observe(names)
		return err == nil && !s.LastHandshake.Before(began.Add(-spacing))
	})
	if r, err := l.manager.Probe(t.Context(), "home"); err != nil || !is(r.Link.OK) {
		t.Errorf("%+v, %v", r, err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("traffic only after %v", took)
	}
}

// TestUserspaceEngineLeavesAHandshakeBeAnswered: a second one would undo the first, which may only be late.
func TestUserspaceEngineLeavesAHandshakeBeAnswered(t *testing.T) {
	w := newWorld(t)
	w.hub.stop()
	l := newLaptop(t, t.TempDir())
	l.set(home(t))
	initiatedAt := func() (at time.Time) {
		must(t, l.engine.do(names, func(c *carrier) error {
			at = c.sockets.initiatedAt()
			return nil
		}))
		return at
	}
	netnstest.Await(t, "the start of a handshake", 2*time.Second, func() bool {
		_, err := l.engine.Observe(names)
		return err == nil && initiatedAt().Unix() > 0
	})
	first := initiatedAt()
	must(t, l.engine.Rehandshake(names))
	if again := initiatedAt(); !again.Equal(first) {
		t.Errorf("undone after %v", again.Sub(first))
	}
	time.Sleep(answerable - time.Since(first))
	must(t, l.engine.Rehandshake(names))
	if initiatedAt().Equal(first) {
		t.Errorf("still waited for after %v", time.Since(first))
	}
}
