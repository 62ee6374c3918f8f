package hub_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.zx2c4.com/wireguard/wgctrl/wgtypes"

	"mooring.dev/helpers/internal/netnstest"
)

func TestALaptopJoins(t *testing.T) {
	netnstest.NoLeaks(t)
	serve(t, file(t, []person{office}))
	l := join(t, office)
	l.awaitSLAAC()
	if got := l.stable().String(); got != "2001:db8::10ab:34ff:fecd:56ef" {
		t.Errorf("its stable address is %s", got)
	}
	pings(t, l.Peer, "wg0", l.Address, inside)
	pings(t, l.Peer, tap, l.stable(), router6)
	pings(t, nil, "taps_bridge", router6, l.stable())
	pings(t, nil, "wg_vpns", inside, l.Address)
	transfers(t, l.Peer, nil, l.stable(), router6, 4<<20)
	transfers(t, nil, l.Peer, router6, l.stable(), 4<<20)
}

func TestTwoLaptopsMeet(t *testing.T) {
	netnstest.NoLeaks(t)
	serve(t, file(t, []person{office, train}))
	a, b := join(t, office), join(t, train)
	a.awaitSLAAC()
	b.awaitSLAAC()
	pings(t, a.Peer, tap, a.stable(), b.stable())
	transfers(t, a.Peer, b.Peer, a.stable(), b.stable(), 2<<20)
	transfers(t, b.Peer, a.Peer, b.stable(), a.stable(), 2<<20)
}

// The port of a device without a MAC learns, as a bridge's do.
func TestALaptopWithoutAPinnedMAC(t *testing.T) {
	serve(t, file(t, []person{guest, office}))
	any := guest
	any.MAC = [6]byte{2, 7, 7, 7, 7, 7} // of which the file knows nothing
	l := join(t, any)
	l.awaitSLAAC()
	transfers(t, l.Peer, nil, l.stable(), router6, 1<<20)
}

func TestWireGuardCanBeAsked(t *testing.T) {
	r := serve(t, file(t, []person{office}))
	path := filepath.Join(r.options.SocketDir, "wg_vpns.sock")
	st, err := os.Stat(path)
	must(t, err)
	if st.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may open it: %v", st.Mode())
	}
	answer := ask(t, path)
	for _, want := range []string{"listen_port=23450\n", "public_key=" + office.PublicKey.Hex() + "\n", "allowed_ip=172.16.0.2/32\n", "errno=0\n"} {
		if !contains(answer, want) {
			t.Errorf("the answer lacks %q", want)
		}
	}
	if public := wgtypes.Key(office.key).PublicKey(); public != wgtypes.Key(office.PublicKey) {
		t.Fatal("the test's keys do not match")
	}
	r.stop()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the socket stays: %v", err)
	}
}

// A laptop that speaks with another's MAC is not heard, and the other's traffic does not move to it.
func TestAStolenMAC(t *testing.T) {
	r := serve(t, file(t, []person{office, train}))
	honest, thief := join(t, office), join(t, train)
	honest.awaitSLAAC()
	thief.awaitSLAAC()
	h := beat(t, honest.Peer, nil, honest.stable(), router6)
	thief.Do(func() {
		setMAC(t, tap, honest.MAC)
		netnstest.Address(t, tap, "192.168.9.9/16")
		shout(t, tap, honest.MAC)
	})
	if heard(t, "192.168.9.9", thief.Peer, router4) {
		t.Error("the hub has heard it")
	}
	if lost, sent := h.stop(); lost > 0 || sent < 50 {
		t.Errorf("the other lost %d of %d", lost, sent)
	}
	pings(t, nil, "taps_bridge", router6, honest.stable())
	r.change(file(t, []person{office}), "msg=changed") // the counters are logged with the end of a device
	if line := r.log.line("device removed"); !contains(line, "device=the-long-train") || !contains(line, "counted.foreignMAC=") || contains(line, "counted.foreignMAC=0") {
		t.Errorf("the log says %s", line)
	}
}

// A machine in the hub's own LAN, on the same bridge.
func TestALANMember(t *testing.T) {
	r := serve(t, file(t, []person{office}))
	lan := member(t, "taps_bridge", "lan0")
	l := join(t, office)
	l.awaitSLAAC()
	l.Do(func() { netnstest.Address(t, tap, "192.168.2.2/16") })
	inLaptop, inLAN := netip.MustParseAddr("192.168.2.2"), netip.MustParseAddr("192.168.1.2")
	pings(t, lan, "eth0", inLAN, inLaptop)
	// Its cable carries 1,500, so without the clamp what it sends would not fit.
	transfers(t, l.Peer, lan, inLaptop, inLAN, 2<<20)
	transfers(t, lan, l.Peer, inLAN, inLaptop, 2<<20)
	r.stop()
}

// Frames of a LAN member with a laptop's MAC do not move the laptop's traffic to the LAN.
func TestALANMemberThatStealsAMAC(t *testing.T) {
	serve(t, file(t, []person{office}))
	lan := member(t, "taps_bridge", "lan0")
	l := join(t, office)
	l.awaitSLAAC()
	h := beat(t, nil, l.Peer, router6, l.stable())
	lan.Do(func() { shout(t, "eth0", office.MAC) })
	if lost, sent := h.stop(); lost > 0 || sent < 20 {
		t.Errorf("lost %d of %d", lost, sent)
	}
}

func TestTheEndIsTold(t *testing.T) {
	r := serve(t, file(t, []person{office}))
	l := join(t, office)
	l.awaitSLAAC()
	r.stop()
	netnstest.Await(t, "the laptop without a router", 2*time.Second, func() (gone bool) {
		l.Do(func() { gone = !hasRouter(t, tap) })
		return gone
	})
}
