//go:build linux

package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"time"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// answer is what came of one frame.
type answer struct {
	Frame   string `json:"frame"`
	Octets  int    `json:"octets"`
	Arrived bool   `json:"arrived"`
	Refused string `json:"refused,omitempty"` // by the sending interface
	OK      bool   `json:"ok"`                // arrived unchanged, or was lost as it must be
}

// frames sends the suite and says of each frame whether it arrived as it was sent.
func frames(out io.Writer, fromNS, fromName, toNS, toName string) error {
	from, err := openEnd(fromNS, fromName)
	if err != nil {
		return err
	}
	defer from.close()
	to, err := openEnd(toNS, toName)
	if err != nil {
		return err
	}
	defer to.close()
	say := json.NewEncoder(out)
	for _, s := range suite(from.mac, to.mac) {
		a := answer{Frame: s.name, Octets: len(s.frame)}
		if err := from.send(s.frame); errors.Is(err, unix.EMSGSIZE) {
			a.Refused = err.Error()
		} else if err != nil {
			return fmt.Errorf("send %q: %w", s.name, err)
		} else if a.Arrived, err = to.sees(s.frame, patience(s)); err != nil {
			return err
		}
		a.OK = a.Arrived != s.lost
		if err := say.Encode(a); err != nil {
			return err
		}
	}
	return nil
}

// patience is long where a frame has to arrive, since the kernels may be emulated.
func patience(s sample) time.Duration {
	if s.lost {
		return 300 * time.Millisecond
	}
	return 3 * time.Second
}

// end is one interface's raw socket.
type end struct {
	fd  int
	mac net.HardwareAddr
}

// openEnd opens it in a namespace of "ip netns".
func openEnd(ns, name string) (*end, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	home, err := netns.Get()
	if err != nil {
		return nil, err
	}
	defer home.Close()
	there, err := netns.GetFromName(ns)
	if err != nil {
		return nil, fmt.Errorf("network namespace %s: %w", ns, err)
	}
	defer there.Close()
	if err := netns.Set(there); err != nil {
		return nil, err
	}
	defer netns.Set(home)
	i, err := net.InterfaceByName(name)
	if err != nil {
		return nil, fmt.Errorf("%s in %s: %w", name, ns, err)
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	e := &end{fd, i.HardwareAddr}
	all := binary.NativeEndian.Uint16([]byte{unix.ETH_P_ALL >> 8, unix.ETH_P_ALL & 0xff})
	err = errors.Join(
		unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_AUXDATA, 1),
		unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: i.Index}),
		unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: 50_000}),
	)
	if err != nil {
		e.close()
		return nil, fmt.Errorf("listen on %s in %s: %w", name, ns, err)
	}
	return e, nil
}

func (e *end) close() { unix.Close(e.fd) }

func (e *end) send(frame []byte) error {
	_, err := unix.Write(e.fd, frame)
	return err
}

// sees waits for the frame among whatever else comes.
func (e *end) sees(frame []byte, within time.Duration) (bool, error) {
	for limit := time.Now().Add(within); time.Now().Before(limit); {
		got, err := e.receive()
		if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return false, fmt.Errorf("receive: %w", err)
		}
		if bytes.Equal(got, frame) {
			return true, nil
		}
	}
	return false, nil
}

// receive gives a frame as it was on the wire: the kernel hands the outer VLAN tag beside it (skb_vlan_untag,
// packet(7), PACKET_AUXDATA).
func (e *end) receive() ([]byte, error) {
	frame, control := make([]byte, 2048), make([]byte, 128)
	n, c, _, _, err := unix.Recvmsg(e.fd, frame, control, 0)
	if err != nil {
		return nil, err
	}
	frame = frame[:n]
	messages, err := unix.ParseSocketControlMessage(control[:c])
	if err != nil {
		return nil, err
	}
	for _, m := range messages {
		// struct tpacket_auxdata: status u32, len u32, snaplen u32, mac u16, net u16, vlan_tci u16, vlan_tpid u16.
		if m.Header.Type != unix.PACKET_AUXDATA || len(m.Data) < 20 {
			continue
		}
		if binary.NativeEndian.Uint32(m.Data)&unix.TP_STATUS_VLAN_VALID == 0 {
			continue
		}
		tci, tpid := binary.NativeEndian.Uint16(m.Data[16:]), binary.NativeEndian.Uint16(m.Data[18:])
		tag := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, tpid), tci)
		frame = bytes.Join([][]byte{frame[:12], tag, frame[12:]}, nil)
	}
	return frame, nil
}
