package datapath

import (
	"testing"
	"testing/synctest"
	"time"

	"golang.zx2c4.com/wireguard/conn"
	"golang.zx2c4.com/wireguard/device"
)

// stillBind is a Bind that receives one packet at a time, and sends into nothing.
type stillBind struct{ conn.Bind }

func (stillBind) Send([][]byte, conn.Endpoint) error { return nil }

func (stillBind) Open(uint16) ([]conn.ReceiveFunc, uint16, error) {
	one := func(packets [][]byte, sizes []int, _ []conn.Endpoint) (int, error) {
		packets[0][0], sizes[0] = device.MessageTransportType, 100
		return 1, nil
	}
	return []conn.ReceiveFunc{one, one}, 7, nil
}

// passedOn are buffers to receive into as WireGuard has them after it has passed on all that it had received.
func passedOn() [][]byte { return [][]byte{make([]byte, 2048), make([]byte, 2048)} }

// within says whether f has returned before the time is over. It goes on in the background otherwise.
func within(limit time.Duration, f func()) (done chan struct{}, ok bool) {
	done = make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
		return done, true
	case <-time.After(limit):
		return done, false
	}
}

func TestReadWaitsUntilPacketsHaveLeft(t *testing.T) {
	e := wayOut(t)
	b := e.Pace(stillBind{})
	e.out.limit = 100
	read := func() {
		if _, err := e.Read(e.bufs, e.sizes, offset); err != nil {
			t.Error(err)
		}
	}
	read()
	if n := e.out.underWay; n != 98 {
		t.Fatalf("%d packets under way, want two superframes", n)
	}
	read()
	done, ok := within(5*time.Millisecond, read)
	if ok {
		t.Fatal("read more than the limit allows")
	}
	if err := b.Send(make([][]byte, 128), nil); err != nil {
		t.Fatal(err)
	}
	<-done
}

func TestReceiveWaitsUntilPacketsAreWritten(t *testing.T) {
	e, port := hub(t)
	b := e.Pace(stillBind{})
	functions, port7, err := b.Open(0)
	if err != nil || port7 != 7 || len(functions) != 2 {
		t.Fatal(functions, port7, err)
	}
	e.in.limit = 3
	receive := func(i int) func() {
		return func() {
			if n, err := functions[i](passedOn(), make([]int, 2), nil); n != 1 || err != nil {
				t.Error(n, err)
			}
		}
	}
	for i := range 3 {
		receive(i % 2)()
	}
	done, ok := within(5*time.Millisecond, receive(0))
	if ok {
		t.Fatal("received more than the limit allows")
	}
	e.write(arrive(web().frame(1, 1, 0x10, nil))...)
	<-done
	if got, _ := outs(port); len(got) != 1 {
		t.Error(got)
	}
	done, ok = within(5*time.Millisecond, receive(1))
	if ok {
		t.Fatal("received more than the limit allows")
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	<-done
}

// What WireGuard drops at once, such as packets of strangers, takes nobody's place.
func TestReceiveForgetsWhatIsDroppedAtOnce(t *testing.T) {
	d, _ := hub(t)
	functions, _, err := d.Pace(stillBind{}).Open(0)
	if err != nil {
		t.Fatal(err)
	}
	kept, sizes := passedOn(), make([]int, 2)
	for range 5 {
		if _, err := functions[0](kept, sizes, nil); err != nil {
			t.Fatal(err)
		}
		if d.in.underWay != 1 {
			t.Fatalf("%d under way, want the last one only", d.in.underWay)
		}
	}
	for i := range 5 {
		if _, err := functions[0](passedOn(), sizes, nil); err != nil {
			t.Fatal(err)
		}
		if d.in.underWay != 2+i {
			t.Fatalf("%d under way, want all since the last dropped one: %d", d.in.underWay, 2+i)
		}
	}
}

func TestWhatDoesNotReachWriteIsNotCounted(t *testing.T) {
	for name, packet := range map[string][]byte{
		"keepalive": append([]byte{device.MessageTransportType}, make([]byte, device.MessageKeepaliveSize-1)...),
		"handshake": append([]byte{device.MessageInitiationType}, make([]byte, device.MessageInitiationSize-1)...),
		"nothing":   nil,
	} {
		if reachesWrite(packet) {
			t.Error(name)
		}
	}
	if !reachesWrite(append([]byte{device.MessageTransportType}, make([]byte, device.MessageKeepaliveSize)...)) {
		t.Error("a packet in WireGuard is not counted")
	}
}

// paced is a way with a bound of 100, and the time that a wait on it takes.
func paced() (p *pace, took func() time.Duration) {
	p = &pace{room: make(chan struct{}, 1), limit: 100, emptied: time.Now()}
	w := waiter{pace: p}
	return p, func() time.Duration {
		began := time.Now()
		w.wait(nil)
		return time.Since(began)
	}
}

func TestLostPacketsDoNotStopTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, took := paced()
		p.enter(100) // none of these leaves
		if d := took(); d != paceWait {
			t.Errorf("waited %v for lost packets, want %v", d, paceWait)
		}
		for range paceWide {
			if d := took(); d != 0 {
				t.Fatalf("waited %v just after a wait in vain", d)
			}
			p.enter(100)
		}
		if d := took(); d != paceWait {
			t.Errorf("waited %v with more under way than ever may be, want %v", d, paceWait)
		}
		time.Sleep(paceRest + 1)
		p.enter(99)
		if d := took(); d != 0 {
			t.Errorf("waited %v with room for one", d)
		}
		p.enter(1)
		time.AfterFunc(time.Millisecond, func() { p.leave(1) })
		if d := took(); d != time.Millisecond {
			t.Errorf("waited %v, want until one has left", d)
		}
	})
}

// While some leave, however few, all that are counted may still be under way.
func TestSlownessIsNoLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, took := paced()
		p.enter(105)
		for i := range 6 {
			time.AfterFunc(time.Duration(i+1)*paceWait*3/4, func() { p.leave(1) })
		}
		if d, want := took(), 6*paceWait*3/4; d != want {
			t.Errorf("waited %v, want %v: until there is room", d, want)
		}
	})
}

// Of 100 that are counted 40 are lost, and yet there is always some room: nothing but running empty shows it.
func TestTheWayRunsEmptyNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, took := paced()
		p.enter(40)
		time.Sleep(paceDrain + 1)
		p.enter(60)
		time.AfterFunc(time.Millisecond, func() { p.leave(59) })
		time.AfterFunc(2*time.Millisecond, func() { p.leave(1) })
		if d, want := took(), paceWait; d < want || d > 2*want {
			t.Errorf("waited %v, want till none has left for %v", d, want)
		}
		if p.underWay != 0 {
			t.Errorf("%d are still believed", p.underWay)
		}
		time.Sleep(paceRest + 1)
		p.enter(100)
		time.AfterFunc(time.Millisecond, func() { p.leave(1) })
		if d := took(); d != time.Millisecond {
			t.Errorf("waited %v, want until one has left", d)
		}
	})
}
