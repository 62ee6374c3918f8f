package datapath

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/netnstest"
)

// Not every kernel has VLAN interfaces, but each has what they need of a TAP: a tag in the frame, beside offloads. So
// the tags are put in and taken out here.

// tagging is a port all of whose frames travel in VLAN 5.
type tagging struct {
	Port
	spare []byte
	out   []byte
}

func (p *tagging) Receive(buf []byte, f *Superframe) error {
	if err := p.Port.Receive(p.spare, f); err != nil || len(f.Frame) < 12 {
		return err
	}
	n := copy(buf, f.Frame[:12])
	n += copy(buf[n:], []byte{0x81, 0, 0, 5})
	f.Frame = buf[:n+copy(buf[n:], f.Frame[12:])]
	if f.Offload.Checksum {
		f.Offload.Start += 4
		f.Offload.Header += 4
	}
	return nil
}

func (p *tagging) Send(f *Superframe) error {
	if binary.BigEndian.Uint32(f.Frame[12:]) != 0x81000005 {
		return fmt.Errorf("not in VLAN 5: %x", f.Frame[:20])
	}
	p.out = append(append(p.out[:0], f.Frame[:12]...), f.Frame[16:]...)
	untagged := Superframe{Frame: p.out, Rest: f.Rest, Offload: f.Offload}
	if f.Offload.Checksum {
		untagged.Offload.Start -= 4
		untagged.Offload.Header -= 4
	}
	return p.Port.Send(&untagged)
}

func TestVLANsBetweenTwoKernels(t *testing.T) {
	for _, mtu := range []int{1378, 1382} { // the latter's full frames are 4 octets too long and travel in two
		t.Run(fmt.Sprint(mtu), func(t *testing.T) {
			peer := netnstest.NewPeer(t)
			c := newCable(t)
			attach := func(d *Device, tunnel Tunnel, address string) {
				port := tapHere(t, "tap0", PortOptions{MTU: mtu}, address)
				must(t, d.Attach(&tagging{Port: port, spare: make([]byte, maxSuperframe)}, tunnel))
			}
			attach(c.a, between(addrHub, addrLaptop), "10.9.0.1/24")
			peer.Do(func() { attach(c.b, between(addrLaptop, addrHub), "10.9.0.2/24") })
			echo(t, peer, "10.9.0.2:7")
			talk(t, "10.9.0.2:7", 4<<20)
			n, _ := c.b.Counters(addrHub)
			if n.BadFrames+n.PortErrors != 0 {
				t.Errorf("counters %+v", n)
			}
			if coupled := n.FramesIn > 3*n.SuperframesIn; coupled != (mtu == 1378) {
				t.Errorf("counters %+v", n)
			}
		})
	}
}

// packetSocket sends and hears all frames of an interface, with their offloads.
func packetSocket(t *testing.T, name string) int {
	t.Helper()
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	must(t, err)
	t.Cleanup(func() { unix.Close(fd) })
	must(t, unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VNET_HDR, 1))
	must(t, unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_AUXDATA, 1))
	index := netnstest.Link(t, name).Attrs().Index
	all := binary.NativeEndian.Uint16([]byte{0, unix.ETH_P_ALL})
	must(t, unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: index}))
	must(t, unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 2}))
	return fd
}

func TestTheKernelHandsOverTaggedSuperframes(t *testing.T) {
	for name, f := range taggedFlows() {
		t.Run(name, func(t *testing.T) {
			e := newEnd(t)
			e.attach(tapHere(t, "tap0", PortOptions{MTU: 1400}), between(addrLaptop, addrHub))
			fd := packetSocket(t, "tap0")
			frame, o := f.super(1, 1, 0x18, pattern(5000), 1200)
			header := make([]byte, virtioHeader)
			writeVirtio(header, o)
			_, err := unix.Write(fd, append(header, frame...))
			must(t, err)
			var got [][]byte
			for end := time.Now().Add(2 * time.Second); len(got) < 5 && time.Now().Before(end); {
				for _, p := range e.read() {
					if p[24] == macHub[0] && slices.Equal(p[24:30], macHub[:]) { // the kernel itself may say something too
						got = append(got, p[24:])
					}
				}
			}
			same(t, "segments", got, f.segments(1, 1, 0x18, pattern(5000), 1200))
			if n := e.counters(addrHub); n.BadFrames != 0 {
				t.Errorf("counters %+v", n)
			}
		})
	}
}

func TestTheKernelTakesTaggedSuperframes(t *testing.T) {
	for name, f := range taggedFlows() {
		if f.udp {
			continue // not coupled
		}
		t.Run(name, func(t *testing.T) {
			e := newEnd(t)
			e.attach(tapHere(t, "tap0", PortOptions{MTU: 1400}), between(addrHub, addrLaptop))
			fd := packetSocket(t, "tap0")
			e.write(arrive(f.segments(1, 1, 0x18, pattern(5000), 1200)...)...)
			if n := e.counters(addrLaptop); n.PortErrors != 0 || n.SuperframesIn != 1 {
				t.Errorf("counters %+v", n)
			}
			_, _, header := f.headers()
			b, control := make([]byte, 65536), make([]byte, 256)
			for {
				n, controls, _, _, err := unix.Recvmsg(fd, b, control, 0)
				must(t, err)
				if !slices.Equal(b[virtioHeader:virtioHeader+6], macHub[:]) {
					continue
				}
				messages, err := unix.ParseSocketControlMessage(control[:controls])
				must(t, err)
				tag := binary.NativeEndian.Uint16(messages[0].Data[16:]) // tpacket_auxdata.tp_vlan_tci
				if o := readVirtio(b); n != virtioHeader+header-4+5000 || o.Size != 1200 || tag != 5 {
					t.Errorf("%d octets with %+v in VLAN %d", n, o, tag)
				}
				return
			}
		})
	}
}

func taggedFlows() map[string]flow {
	tagged := func(f flow) flow { f.vlans = []uint16{5}; return f }
	return map[string]flow{
		"IPv4": tagged(web()),
		"IPv6": tagged(flow{v6: true, ttl: 64, ports: [2]uint16{1, 2}, ack: 1, window: 2}),
		"UDP":  tagged(flow{udp: true, ttl: 64, ports: [2]uint16{1, 2}}),
	}
}
