package hub_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"mooring.dev/helpers/internal/netnstest"
	"mooring.dev/helpers/internal/probe"
)

// place is where something runs: another machine, or nil for the hub's.
type place = *netnstest.Peer

func at(p place, f func()) {
	if p == nil {
		f()
	} else {
		p.Do(f)
	}
}

// pings sends echo requests until one is answered.
func pings(t *testing.T, from place, device string, src, dst netip.Addr) {
	t.Helper()
	var err error
	at(from, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_, err = probe.New(slog.New(slog.DiscardHandler)).Echo(ctx, device, src, dst)
	})
	if err != nil {
		t.Fatalf("ping %v from %v: %v", dst, src, err)
	}
}

// transfers sends size octets each way in one TCP connection and compares what has come.
func transfers(t *testing.T, from, to place, src, dst netip.Addr, size int) {
	t.Helper()
	c := open(t, from, to, src, dst)
	defer c.close()
	c.exchange(t, size)
}

// connection is one of TCP with both of its ends.
type connection struct{ a, b net.Conn }

func open(t *testing.T, from, to place, src, dst netip.Addr) connection {
	t.Helper()
	var l net.Listener
	var err error
	at(to, func() { l, err = net.Listen("tcp", netip.AddrPortFrom(dst, 0).String()) })
	must(t, err)
	defer l.Close()
	var c connection
	at(from, func() {
		d := net.Dialer{Timeout: 10 * time.Second, LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(src, 0))}
		c.a, err = d.Dial("tcp", l.Addr().String())
	})
	must(t, err)
	c.b, err = l.Accept()
	must(t, err)
	return c
}

func (c connection) close() {
	c.a.Close()
	c.b.Close()
}

// exchange sends size octets each way at once.
func (c connection) exchange(t *testing.T, size int) {
	t.Helper()
	text := make([]byte, size)
	random := rand.NewChaCha8([32]byte{1})
	random.Read(text)
	want := sha256.Sum256(text)
	var both sync.WaitGroup
	for _, ends := range [][2]net.Conn{{c.a, c.b}, {c.b, c.a}} {
		deadline := time.Now().Add(30 * time.Second)
		both.Go(func() {
			ends[0].SetWriteDeadline(deadline)
			if _, err := io.Copy(ends[0], bytes.NewReader(text)); err != nil {
				t.Errorf("send: %v", err)
			}
		})
		both.Go(func() {
			ends[1].SetReadDeadline(deadline)
			got := make([]byte, size)
			if n, err := io.ReadFull(ends[1], got); err != nil || sha256.Sum256(got) != want {
				t.Errorf("receive: %d of %d octets, %v", n, size, err)
			}
		})
	}
	both.Wait()
}

// heartbeat sends a numbered datagram every few milliseconds and has the far end send it back.
type heartbeat struct {
	t       *testing.T
	a, b    net.PacketConn
	dst     net.Addr
	stopped chan struct{}
	all     sync.WaitGroup
	sent    int
	got     map[uint16]bool
}

func beat(t *testing.T, from, to place, src, dst netip.Addr) *heartbeat {
	t.Helper()
	h := &heartbeat{t: t, stopped: make(chan struct{}), got: map[uint16]bool{}}
	var err error
	at(to, func() { h.b, err = net.ListenPacket("udp", netip.AddrPortFrom(dst, 0).String()) })
	must(t, err)
	at(from, func() { h.a, err = net.ListenPacket("udp", netip.AddrPortFrom(src, 0).String()) })
	must(t, err)
	h.dst = h.b.LocalAddr()
	h.all.Go(func() { // the far end
		buf := make([]byte, 64)
		for {
			n, from, err := h.b.ReadFrom(buf)
			if err != nil {
				return
			}
			h.b.WriteTo(buf[:n], from)
		}
	})
	h.all.Go(func() {
		for {
			select {
			case <-h.stopped:
				return
			case <-time.After(2 * time.Millisecond):
			}
			if _, err := h.a.WriteTo([]byte{byte(h.sent >> 8), byte(h.sent)}, h.dst); err == nil {
				h.sent++
			}
		}
	})
	h.all.Go(func() {
		buf := make([]byte, 64)
		for {
			if _, _, err := h.a.ReadFrom(buf); err != nil {
				return
			}
			h.got[uint16(buf[0])<<8|uint16(buf[1])] = true
		}
	})
	return h
}

// stop tells how many of how many did not come back.
func (h *heartbeat) stop() (lost, sent int) {
	close(h.stopped)
	time.Sleep(200 * time.Millisecond) // for those that are on their way
	if err := errors.Join(h.a.Close(), h.b.Close()); err != nil && !errors.Is(err, os.ErrClosed) {
		h.t.Error(err)
	}
	h.all.Wait()
	return h.sent - len(h.got), h.sent
}
