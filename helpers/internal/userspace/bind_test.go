package userspace

import (
	"testing"
	"time"

	"golang.zx2c4.com/wireguard/conn"
	"golang.zx2c4.com/wireguard/device"
)

// nowhere is sockets that send nothing.
type nowhere struct{ conn.Bind }

func (nowhere) Send([][]byte, conn.Endpoint) error { return nil }

func TestInitiationsAreKeptApart(t *testing.T) {
	b := &spacedBind{Bind: nowhere{}}
	waits := func() bool {
		began := time.Now()
		b.waitForInitiation()
		return time.Since(began) >= spacing/2
	}
	if waits() {
		t.Error("the first one waits")
	}
	initiation := make([]byte, device.MessageInitiationSize)
	initiation[0] = device.MessageInitiationType
	data := make([]byte, device.MessageInitiationSize)
	data[0] = device.MessageTransportType
	for _, p := range [][]byte{data, initiation} {
		if err := b.Send([][]byte{p}, nil); err != nil {
			t.Fatal(err)
		}
		if got, want := waits(), p[0] == device.MessageInitiationType; got != want {
			t.Errorf("after a message of type %d: waits %v", p[0], got)
		}
	}
}
