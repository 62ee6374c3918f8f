package datapath

import (
	"testing"
	"testing/synctest"
	"time"

	"golang.zx2c4.com/wireguard/conn"
)

// stillBind is a Bind that receives one packet at a time, and sends into nothing.
type stillBind struct{ conn.Bind }

func (stillBind) Send([][]byte, conn.Endpoint) error { return nil }

func (stillBind) Open(uint16) ([]conn.ReceiveFunc, uint16, error) {
	one := func([][]byte, []int, []conn.Endpoint) (int, error) { return 1, nil }
	return []conn.ReceiveFunc{one, one}, 7, nil
}

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
	e.out.limit, e.out.epoch = 100, time.Now()
	read := func() {
		if _, err := e.Read(e.bufs, e.sizes, offset); err != nil {
			t.Error(err)
		}
	}
	read()
	e.out.epoch = time.Now().Add(time.Hour) // no epoch ends in this test
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
	e.in.limit, e.in.epoch = 3, time.Now().Add(time.Hour)
	receive := func(i int) func() {
		return func() {
			if n, err := functions[i](nil, nil, nil); n != 1 || err != nil {
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

func TestLostPacketsDoNotStopTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pace{room: make(chan struct{}, 1), limit: 100}
		w := waiter{pace: p}
		took := func() time.Duration {
			began := time.Now()
			w.wait(nil)
			return time.Since(began)
		}
		p.enter(100)
		if d := took(); d != 0 {
			t.Errorf("waited %v at the first epoch's beginning", d)
		}
		p.enter(100) // none of these leaves
		if d := took(); d != paceEpoch {
			t.Errorf("waited %v for lost packets, want %v", d, paceEpoch)
		}
		for range 10 {
			p.enter(100)
			if d := took(); d != 0 {
				t.Fatalf("waited %v just after a wait in vain", d)
			}
		}
		time.Sleep(paceRest + 1)
		p.enter(50)
		if d := took(); d != 0 { // a new epoch
			t.Errorf("waited %v", d)
		}
		p.leave(1000)
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
