package datapath

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"mooring.dev/helpers/internal/gretap"
)

// batchOf parts fuzz data into packets, each behind its length.
func batchOf(data []byte) (packets [][]byte) {
	for len(data) >= 2 && len(packets) < batchSize {
		n := min(int(binary.BigEndian.Uint16(data)), len(data)-2)
		packets = append(packets, data[2:2+n])
		data = data[2+n:]
	}
	return packets
}

func dataOf(packets ...[]byte) (data []byte) {
	for _, p := range packets {
		data = append(binary.BigEndian.AppendUint16(data, uint16(len(p))), p...)
	}
	return data
}

// busy is a test among other goroutines, the fuzzer's, so that a leak cannot be told.
type busy struct{ testing.TB }

// What the data of FuzzWayIn are.
const (
	packetsOfWireGuard = iota
	framesOfTheLaptop  // behind good outer headers
	framesWithChecksums
)

// mend sets the checksums of a frame of TCP, so that a change elsewhere in it has a chance to be believed.
func mend(frame []byte) []byte {
	frame = bytes.Clone(frame)
	s, ok := parseTCP(frame, true)
	if !ok {
		return frame
	}
	ip, tcp := frame[s.ip:], s.tcp()
	addresses := ip[8:40]
	if s.version == 4 {
		addresses = ip[12:20]
		copy(ip[10:], []byte{0, 0})
		binary.BigEndian.PutUint16(ip[10:], ^naive(ip[:ip4Length(ip)], 0))
	}
	pseudo := naive(append(bytes.Clone(addresses), 0, protoTCP, byte(len(tcp)>>8), byte(len(tcp))), 0)
	copy(tcp[16:], []byte{0, 0})
	binary.BigEndian.PutUint16(tcp[16:], ^naive(tcp, uint32(pseudo)))
	return frame
}

// FuzzWayIn writes any packets: nothing panics, each is accounted for, fragments stay within their bounds, and
// coupling changes no frame.
func FuzzWayIn(f *testing.F) {
	v6, tagged := web(), web()
	v6.v6 = true
	tagged.vlans = []uint16{5}
	for _, w := range []flow{web(), v6, tagged} {
		for kind := range byte(3) {
			packets := w.segments(1, 1, 0x18, pattern(90), 30)
			if kind == packetsOfWireGuard {
				packets = arrive(packets...)
			}
			f.Add(dataOf(packets...), kind)
		}
		f.Add(dataOf(fragments(arrive(w.frame(1, 1, 0x18, pattern(1330)))[0], 400, 800)...), byte(packetsOfWireGuard))
	}
	bare := web()
	bare.bare = true
	f.Add(dataOf(bare.frame(1, 1, 0x10, nil), nil, []byte{0x60}), byte(packetsOfWireGuard))
	f.Fuzz(func(t *testing.T, data []byte, kind byte) {
		tb := busy{t}
		packets := batchOf(data)
		for i := range packets {
			if kind == framesWithChecksums {
				packets[i] = mend(packets[i])
			}
			packets[i] = packets[i][:min(len(packets[i]), 65000)]
		}
		if kind == framesOfTheLaptop || kind == framesWithChecksums {
			packets = arrive(packets...)
		}
		agree := slices.Clone(packets)
		e, port, link := newEnd(tb), NewMemory(both), NewMemory(both)
		tunnel := between(addrHub, addrLaptop)
		tunnel.PeerMAC = macLaptop
		e.attach(port, tunnel)
		if err := e.AttachLink(link); err != nil {
			t.Fatal(err)
		}
		e.write(packets...)

		c := e.counters(addrLaptop)
		onLink, _ := e.LinkCounters()
		sum := c.FramesIn + c.ForeignMAC + onLink.PacketsIn + e.Stray()
		for reason, n := range c.Refused {
			switch gretap.Reason(reason) {
			case gretap.Fragment: // counted again when it is reassembled
			case gretap.DatagramTimedOut, gretap.DatagramEvicted: // no packets
			default:
				sum += n
			}
		}
		if sum != uint64(len(packets)) {
			t.Errorf("%d packets, %d accounted for: %+v %+v, stray %d", len(packets), sum, c, onLink, e.Stray())
		}
		l, limits := e.routes.Load().tunnel(addrLaptop), gretap.DefaultLimits()
		if n, octets := held(l); n > limits.Datagrams || octets > limits.Bytes {
			t.Errorf("%d datagrams of %d octets are held", n, octets)
		}
		coupledAndPlainAgree(tb, agree)
	})
}

// FuzzWayOut receives any superframe with any virtio-net header: nothing panics, and what leaves are packets that the
// link carries and the far end takes.
func FuzzWayOut(f *testing.F) {
	v6, tagged := web(), web()
	v6.v6 = true
	tagged.vlans = []uint16{5}
	for _, w := range []flow{web(), v6, tagged, {udp: true}} {
		frame, o := w.super(1, 1, 0x18, pattern(3000), 1000)
		f.Add(frame, o.Checksum, uint16(o.Start), uint16(o.Field), byte(o.GSO), uint16(o.Size))
		f.Add(w.frame(1, 1, 0x18, pattern(3000)), false, uint16(0), uint16(0), byte(0), uint16(0))
	}
	f.Fuzz(func(t *testing.T, frame []byte, checksum bool, start, field uint16, gso byte, size uint16) {
		e, port := newEnd(busy{t}), NewMemory(both)
		e.attach(port, between(addrLaptop, addrHub))
		far, err := gretap.NewDecoder(between(addrHub, addrLaptop).Tunnel, gretap.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		frame = frame[:min(len(frame), maxSuperframe)]
		port.Put(frame, Offload{Checksum: checksum, Start: int(start), Field: int(field), GSO: GSO(gso), Size: int(size)})
		whole := uint64(0)
		for _, p := range e.read() {
			if len(p) > 1420 {
				t.Fatalf("a packet of %d octets", len(p))
			}
			got, why := far.Decode(p)
			if why == gretap.Fragment {
				got, why = far.Reassemble(p, time.Unix(0, 0))
			}
			if why == gretap.OK {
				whole++
			} else if why != gretap.Held {
				t.Fatalf("the far end says %v", why)
			}
			if len(got) > len(frame) {
				t.Fatalf("a frame of %d octets of one of %d", len(got), len(frame))
			}
		}
		c := e.counters(addrHub)
		if c.FramesOut != whole || c.FramesOut == 0 && c.BadFrames != 1 {
			t.Errorf("%d frames arrived of %+v", whole, c)
		}
	})
}
