package netnstest

import (
	"runtime"
	"testing"

	"github.com/vishvananda/netlink"
)

func TestMain(m *testing.M) { Main(m) }

// What ends in a peer's namespace, as a test that fails does, ends its caller; the peer serves others on.
func TestTheEndInAPeerIsTheCallers(t *testing.T) {
	p := NewPeer(t)
	p.Wire(t, "near", nil, "far")
	ended, wentOn := make(chan struct{}), false
	go func() {
		defer close(ended)
		p.Do(runtime.Goexit)
		wentOn = true
	}()
	<-ended
	if wentOn {
		t.Error("the caller went on")
	}
	p.Do(func() { Link(t, "far") })
	if _, err := netlink.LinkByName("far"); err == nil {
		t.Error("the peer's interface is here")
	}
}
