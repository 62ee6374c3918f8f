package hub_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A hundred devices, of which one has joined: how long the start takes, and what the others cost while they are away
// and the bridge is noisy.
func TestAHundredDevices(t *testing.T) {
	people := []person{office}
	for n := range 99 {
		people = append(people, newPerson(1000+n, fmt.Sprintf("device-%d", n), [6]byte{2, 0, 0, 0, 1, byte(n)}))
	}
	o, _ := newOptions(t, file(t, people))
	start := time.Now()
	child := spawn(t, o)
	took := time.Since(start)
	atRest := resident(t, child.Process.Pid)
	l := join(t, office)
	l.awaitSLAAC()
	l.Do(func() {
		for range 20 {
			shout(t, tap, office.MAC)
		}
	})
	pings(t, l.Peer, tap, l.stable(), router6)
	noisy := resident(t, child.Process.Pid)
	t.Logf("ready after %v; resident %d MiB at rest, %d MiB after 400 broadcasts to 99 that are away", took.Round(time.Millisecond), atRest>>20, noisy>>20)
	if took > 10*time.Second || noisy-atRest > 48<<20 {
		t.Error("too much")
	}
	forget(t, office)
	end(t, child)
}

// resident is the memory of a process in octets.
func resident(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	must(t, err)
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			must(t, err)
			return kib << 10
		}
	}
	t.Fatal("no VmRSS")
	return 0
}
