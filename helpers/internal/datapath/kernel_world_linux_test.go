package datapath

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/netnstest"
)

func TestMain(m *testing.M) { netnstest.Main(m) }

var must = netnstest.Must

// cable is two Devices back to back: what one reads the other writes, as wireguard-go would, without its cryptography.
type cable struct{ a, b *Device }

func newCable(t testing.TB) cable {
	hub, ends := newStar(t, netip.Addr{})
	return cable{hub, ends[0]}
}

// newStar is a hub and Devices at the addresses; one alone gets all that the hub says.
func newStar(t testing.TB, addresses ...netip.Addr) (hub *Device, ends []*Device) {
	ignore := goleak.IgnoreCurrent()
	hub = New(quiet, 1420)
	for range addresses {
		ends = append(ends, New(quiet, 1420))
	}
	var running sync.WaitGroup
	running.Go(func() {
		carry(t, hub, func(packet []byte) *Device {
			for i, a := range addresses {
				if len(ends) == 1 || a.As4() == [4]byte(packet[16:20]) {
					return ends[i]
				}
			}
			t.Errorf("a packet to %v", packet[16:20])
			return ends[0]
		})
	})
	for _, end := range ends {
		running.Go(func() { carry(t, end, func([]byte) *Device { return hub }) })
	}
	t.Cleanup(func() {
		for _, d := range append(ends, hub) {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		}
		running.Wait()
		goleak.VerifyNone(t, ignore)
	})
	return hub, ends
}

// carry writes what from says where route says, in batches of one destination.
func carry(t testing.TB, from *Device, route func(packet []byte) *Device) {
	whole, sizes := make([][]byte, batchSize), make([]int, batchSize)
	for i := range whole {
		whole[i] = make([]byte, 65535)
	}
	var batch [][]byte
	for {
		n, err := from.Read(whole, sizes, offset)
		if errors.Is(err, os.ErrClosed) {
			return
		}
		if err != nil {
			t.Error(err)
			return
		}
		var to *Device
		send := func() {
			if len(batch) == 0 {
				return
			}
			if _, err := to.Write(batch, offset); err != nil && !errors.Is(err, os.ErrClosed) {
				t.Error(err)
			}
			batch = batch[:0]
		}
		for i := range n {
			packet := whole[i][:offset+sizes[i]]
			next := route(packet[offset:])
			if next != to {
				send()
				to = next
			}
			batch = append(batch, packet)
		}
		send()
	}
}

// tapHere makes a TAP that is up, with these addresses, in the namespace of the caller.
func tapHere(t testing.TB, name string, o PortOptions, addresses ...string) Port {
	t.Helper()
	if o.MTU == 0 {
		o.MTU = 1382
	}
	port, err := OpenTAP(name, o)
	must(t, err)
	netnstest.Address(t, name, addresses...)
	netnstest.SetUp(t, name)
	return port
}

// twoEnds joins a TAP here, 10.9.0.1 and fd09::1, to one at a peer, 10.9.0.2 and fd09::2.
func twoEnds(t *testing.T, o PortOptions) (cable, *netnstest.Peer, *watched) {
	t.Helper()
	peer := netnstest.NewPeer(t)
	c := newCable(t)
	near := &watched{Port: tapHere(t, "tap0", o, "10.9.0.1/24", "fd09::1/64")}
	must(t, c.a.Attach(near, between(addrHub, addrLaptop)))
	peer.Do(func() {
		must(t, c.b.Attach(tapHere(t, "tap0", o, "10.9.0.2/24", "fd09::2/64"), between(addrLaptop, addrHub)))
	})
	return c, peer, near
}

// watched is a port that counts what it hands over unfinished.
type watched struct {
	Port
	checksums, superframes atomic.Int64
}

func (p *watched) Receive(buf []byte, f *Superframe) error {
	err := p.Port.Receive(buf, f)
	if err == nil && f.Offload.Checksum {
		p.checksums.Add(1)
	}
	if err == nil && f.Offload.GSO != GSONone {
		p.superframes.Add(1)
	}
	return err
}

// echo answers what it is sent over TCP, until the test ends.
func echo(t *testing.T, peer *netnstest.Peer, address string) {
	t.Helper()
	var l net.Listener
	var err error
	peer.Do(func() { l, err = net.Listen("tcp", address) })
	must(t, err)
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer c.Close()
				b := make([]byte, 256<<10)
				for {
					n, err := c.Read(b)
					if err != nil {
						return
					}
					if _, err := c.Write(b[:n]); err != nil {
						return
					}
				}
			})
		}
	})
	t.Cleanup(func() { l.Close(); running.Wait() })
}

// talk sends octets to an echo and checks that they come back: TCP both ways at once, and every checksum that the
// far kernel looks at right, or nothing would arrive.
func talk(t *testing.T, address string, octets int) {
	t.Helper()
	c, err := net.DialTimeout("tcp", address, 5*time.Second)
	must(t, err)
	defer c.Close()
	must(t, c.SetDeadline(time.Now().Add(20*time.Second)))
	go func() {
		for sent := 0; sent < octets; sent += len(chunk) {
			if _, err := c.Write(chunk); err != nil {
				return
			}
		}
	}()
	b := make([]byte, len(chunk))
	for got := 0; got < octets; got += len(b) {
		for n := 0; n < len(b); {
			m, err := c.Read(b[n:])
			if err != nil {
				t.Fatalf("after %d of %d octets: %v", got+n, octets, err)
			}
			n += m
		}
		if string(b) != string(chunk) {
			t.Fatalf("octets differ after %d", got)
		}
	}
}

var chunk = pattern(128 << 10)

func addrPort(a string, port uint16) string {
	return netip.AddrPortFrom(netip.MustParseAddr(a), port).String()
}

// ping asks the far kernel for an echo and gives the time that it took.
func ping(address string, size int, patience time.Duration) (time.Duration, error) {
	to := netip.MustParseAddr(address)
	network, ask, answer := "ip4:icmp", icmp.Type(ipv4.ICMPTypeEcho), icmp.Type(ipv4.ICMPTypeEchoReply)
	if to.Is6() {
		network, ask, answer = "ip6:ipv6-icmp", ipv6.ICMPTypeEchoRequest, ipv6.ICMPTypeEchoReply
	}
	c, err := net.Dial(network, address)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	said := &icmp.Echo{ID: 9, Seq: int(pings.Add(1)), Data: pattern(size)}
	b, err := (&icmp.Message{Type: ask, Body: said}).Marshal(nil)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := c.SetDeadline(began.Add(patience)); err != nil {
		return 0, err
	}
	if _, err := c.Write(b); err != nil {
		return 0, err
	}
	for b := make([]byte, 65535); ; {
		n, _, err := c.(*net.IPConn).ReadFrom(b) // which, unlike Read, gives no IPv4 header
		if err != nil {
			return 0, err
		}
		m, err := icmp.ParseMessage(answer.Protocol(), b[:n])
		if err != nil {
			return 0, err
		}
		if heard, ok := m.Body.(*icmp.Echo); ok && m.Type == answer && heard.Seq == said.Seq {
			if string(heard.Data) != string(said.Data) {
				return 0, errors.New("the answer's data differ")
			}
			return time.Since(began), nil
		}
	}
}

var pings atomic.Uint32

// setUDPSegment has each write to c leave as datagrams of size octets.
func setUDPSegment(t testing.TB, c *net.UDPConn, size int) {
	t.Helper()
	raw, err := c.SyscallConn()
	must(t, err)
	must(t, raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.IPPROTO_UDP, unix.UDP_SEGMENT, size) }))
	must(t, err)
}

func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var u unix.Rusage
	must(t, unix.Getrusage(unix.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// flood writes b to c until the test ends, or stop is called.
func flood(t testing.TB, c net.Conn, b []byte) (stop func()) {
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			if _, err := c.Write(b); errors.Is(err, net.ErrClosed) {
				return
			}
		}
	}()
	stop = func() { c.Close(); <-stopped }
	t.Cleanup(stop)
	return stop
}
