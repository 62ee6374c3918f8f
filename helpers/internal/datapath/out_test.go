package datapath

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"testing"
	"time"
)

// Stories of the way out: from a port to WireGuard.

func TestASuperframeLeavesInSegmentsBehindTheirOuterHeaders(t *testing.T) {
	e, port := newEnd(t), NewMemory(both)
	e.attach(port, between(addrLaptop, addrHub))

	payload := pattern(4000)
	port.Put(web().super(100, 7, 0x18, payload, 1330))
	var want [][]byte
	for i, f := range web().segments(100, 7, 0x18, payload, 1330) {
		want = append(want, outer(addrLaptop, addrHub, uint16(i), f))
	}
	same(t, "packets", e.read(), want)

	c := e.counters(addrHub)
	if c.FramesOut != 4 || c.BytesOut != 4000+4*66 || c.BadFrames != 0 {
		t.Errorf("counters %+v", c)
	}
}

func TestManySegmentsWaitForTheNextBatch(t *testing.T) {
	e, port := newEnd(t), NewMemory(both)
	e.attach(port, between(addrLaptop, addrHub))
	payload := pattern(30000)
	port.Put(web().super(1, 7, 0x18, payload, 88)) // 341 segments, three batches
	port.Put(web().frame(9, 9, 0x10, nil), Offload{})
	var want [][]byte
	for i, f := range append(web().segments(1, 7, 0x18, payload, 88), web().frame(9, 9, 0x10, nil)) {
		want = append(want, outer(addrLaptop, addrHub, uint16(i), f))
	}
	same(t, "packets", e.read(), want)
}

func TestFramesLongerThanTheLinkAreFragmented(t *testing.T) {
	e, port := newEnd(t), NewMemory(both)
	e.attach(port, between(addrLaptop, addrHub))
	full := web()
	full.vlans = []uint16{5}
	port.Put(full.super(1, 7, 0x10, pattern(2*1330), 1330)) // 1330+52+18+24 octets are 4 more than 1420
	segments := full.segments(1, 7, 0x10, pattern(2*1330), 1330)
	var want [][]byte
	for i, f := range segments {
		want = append(want, fragments(outer(addrLaptop, addrHub, uint16(i), f), 1400)...)
	}
	same(t, "packets", e.read(), want)

	port.Put(append(web().frame(1, 1, 0x10, nil), pattern(60000)...), Offload{})
	if got := e.read(); len(got) != 43 {
		t.Errorf("60,090 octets of packet in %d fragments, want 43 of 1400", len(got))
	}
	port.Put(pattern(65535-23), Offload{})
	if got, c := e.read(), e.counters(addrHub); len(got) != 0 || c.BadFrames != 1 {
		t.Errorf("a frame that no IPv4 packet holds: %d packets, counters %+v", len(got), c)
	}
}

func TestWhatIsNoFrameIsCounted(t *testing.T) {
	e, port := newEnd(t), NewMemory(both)
	e.attach(port, between(addrLaptop, addrHub))
	port.Put(nil, Offload{})
	port.Put(pattern(13), Offload{})
	f, o := web().super(1, 1, 0x10, pattern(3000), 1000)
	o.GSO = gsoOther
	port.Put(f, o)
	port.Put(web().frame(1, 1, 0x10, nil), Offload{})
	if got := e.read(); len(got) != 1 {
		t.Errorf("%d packets, want only the good one", len(got))
	}
	if c := e.counters(addrHub); c.BadFrames != 3 || c.FramesOut != 1 {
		t.Errorf("counters %+v", c)
	}
}

func TestTheLinkSaysOnlyIPv4(t *testing.T) {
	e, link := newEnd(t), NewMemory(both)
	if err := e.AttachLink(link); err != nil {
		t.Fatal(err)
	}
	f := web()
	f.bare = true
	link.Put(f.super(1, 1, 0x18, pattern(3000), 1368))
	same(t, "packets", e.read(), f.segments(1, 1, 0x18, pattern(3000), 1368))
	f.v6 = true
	link.Put(f.frame(1, 1, 0x10, nil), Offload{})
	if got := e.read(); len(got) != 0 {
		t.Errorf("IPv6 became %d packets", len(got))
	}
	if c, _ := e.LinkCounters(); c.PacketsOut != 3 || c.BytesOut != 3000+3*52 || c.BadPackets != 1 {
		t.Errorf("counters %+v", c)
	}
}

func TestABusyPortDelaysTheOthersByOneSuperframe(t *testing.T) {
	e, busy, calm := newEnd(t), NewMemory(both), NewMemory(both)
	e.attach(busy, between(addrHub, addrLaptop))
	e.attach(calm, between(addrHub, addrOffice))
	for range 200 {
		busy.Put(web().super(1, 1, 0x10, pattern(13300), 1330))
	}
	n, err := e.Device.Read(e.bufs, e.sizes, offset)
	if err != nil || n < 64 {
		t.Fatalf("first batch %d, %v", n, err)
	}
	calm.Put(web().frame(1, 1, 0x10, nil), Offload{})
	if n, err = e.Device.Read(e.bufs, e.sizes, offset); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if bytes.Equal(e.bufs[i][offset+16:offset+20], addrOffice.AsSlice()) {
			if i > 20 {
				t.Errorf("the calm port's frame is number %d of its batch", i)
			}
			return
		}
	}
	t.Errorf("the calm port's frame is not among the %d of the next batch", n)
}

func TestALaneWaitsInTheQueueOnce(t *testing.T) {
	var q queue
	a, b := new(lane), new(lane)
	for _, l := range []*lane{a, b, a, b, b} {
		q.push(l)
	}
	if x, y, z := q.pop(), q.pop(), q.pop(); x != a || y != b || z != nil || !q.empty() {
		t.Error("not each once, in the order of their coming")
	}
	q.push(b)
	if q.empty() || q.pop() != b {
		t.Error("one that was served does not come again")
	}
}

func TestReadWaitsAndCloseEndsIt(t *testing.T) {
	e, port := newEnd(t), NewMemory(both)
	e.attach(port, between(addrLaptop, addrHub))
	type result struct {
		n   int
		err error
	}
	got := make(chan result)
	read := func() {
		n, err := e.Device.Read(e.bufs, e.sizes, offset)
		got <- result{n, err}
	}
	go read()
	select {
	case r := <-got:
		t.Fatalf("read %+v of nothing", r)
	case <-time.After(20 * time.Millisecond):
	}
	port.Put(web().frame(1, 1, 0x10, nil), Offload{})
	if r := <-got; r.n != 1 || r.err != nil {
		t.Fatalf("read %+v", r)
	}
	go read()
	time.Sleep(5 * time.Millisecond)
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if r := <-got; !errors.Is(r.err, os.ErrClosed) {
		t.Errorf("read %+v after Close", r)
	}
	if _, err := e.Write([][]byte{make([]byte, 100)}, offset); !errors.Is(err, os.ErrClosed) {
		t.Errorf("write after Close: %v", err)
	}
	if err := e.Attach(NewMemory(both), between(addrLaptop, addrHub)); !errors.Is(err, ErrClosed) {
		t.Errorf("attach after Close: %v", err)
	}
	if err := e.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	if _, ok := <-e.Events(); ok {
		t.Error("an event")
	}
}

func TestADetachedPortSaysNoMore(t *testing.T) {
	e, port := newEnd(t), NewMemory(both)
	e.attach(port, between(addrLaptop, addrHub))
	port.Put(web().super(1, 7, 0x18, pattern(30000), 88))
	if n, err := e.Device.Read(e.bufs, e.sizes, offset); n != batchSize || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	if err := e.Detach(addrHub); err != nil {
		t.Fatal(err)
	}
	if got := e.read(); len(got) != 0 {
		t.Errorf("%d packets more, of a superframe that was begun", len(got))
	}
	if err := e.Detach(addrHub); err != nil {
		t.Errorf("a second time: %v", err)
	}
	if _, ok := e.Counters(addrHub); ok {
		t.Error("still has counters")
	}
	again := NewMemory(both)
	e.attach(again, between(addrLaptop, addrHub))
	again.Put(web().frame(1, 1, 0x10, nil), Offload{})
	same(t, "packets of the next port", e.read(), [][]byte{outer(addrLaptop, addrHub, 0, web().frame(1, 1, 0x10, nil))})
}

func TestOneFarEndHasOnePort(t *testing.T) {
	e := newEnd(t)
	e.attach(NewMemory(both), between(addrHub, addrLaptop))
	second := NewMemory(both)
	if err := e.Attach(second, between(addrHub, addrLaptop)); !errors.Is(err, ErrTaken) {
		t.Errorf("second port: %v", err)
	}
	if err := second.Send(&Superframe{}); !errors.Is(err, ErrClosed) {
		t.Errorf("the second port was not closed: %v", err)
	}
	if err := e.AttachLink(NewMemory(both)); err != nil {
		t.Fatal(err)
	}
	if err := e.AttachLink(NewMemory(both)); !errors.Is(err, ErrTaken) {
		t.Errorf("second link: %v", err)
	}
	if err := e.DetachLink(); err != nil {
		t.Fatal(err)
	}
	if err := e.AttachLink(NewMemory(both)); err != nil {
		t.Errorf("a link after the first: %v", err)
	}
	bad := between(addrHub, addrOffice)
	bad.LinkMTU = 65535
	if err := e.Attach(NewMemory(both), bad); err == nil {
		t.Error("took a link MTU that no buffer holds")
	}
}

func TestAPortThatFailsHarmsNoOther(t *testing.T) {
	e, broken, fine := newEnd(t), NewMemory(both), NewMemory(both)
	e.attach(broken, between(addrHub, addrLaptop))
	e.attach(fine, between(addrHub, addrOffice))
	broken.Fail(ErrGone)
	if got := e.read(); len(got) != 0 {
		t.Errorf("%d packets", len(got))
	}
	if !e.counters(addrLaptop).Down || e.counters(addrOffice).Down {
		t.Error("the wrong one is down")
	}
	broken.Fail(ErrGone)
	e.read()
	e.write(outer(addrLaptop, addrHub, 1, web().frame(1, 1, 0x10, nil)))
	if c := e.counters(addrLaptop); c.PortErrors != 1 || c.FramesIn != 0 {
		t.Errorf("counters %+v", c)
	}
	fine.Put(web().frame(1, 1, 0x10, nil), Offload{})
	if got := e.read(); len(got) != 1 || binary.BigEndian.Uint32(got[0][16:]) != 0xac100003 {
		t.Errorf("the other port: %x", got)
	}
	if err := e.Detach(addrLaptop); err != nil {
		t.Error(err)
	}
}
