package probe

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/macos"
)

// ownerLook is how often an answer is looked for: Go's poller does not take BPF devices.
const ownerLook = 5 * time.Millisecond

// Owner asks for addr as Duplicate Address Detection does, since our own addresses may all have failed. No socket has
// the unspecified source, so the frame is written by BPF, on the end of the pair that the system has.
func (p *Prober) Owner(ctx context.Context, device string, addr netip.Addr) ([6]byte, error) {
	var mac [6]byte
	d, err := find(device)
	if err != nil {
		return mac, err
	}
	question, err := d.duplicateQuestion(addr)
	if err != nil {
		return mac, err
	}
	fd, length, err := macos.OpenBPF(d.Name)
	if err != nil {
		return mac, err
	}
	defer unix.Close(fd)
	for buf := make([]byte, length); ctx.Err() == nil; {
		if _, err := unix.Write(fd, question); err != nil {
			return mac, fmt.Errorf("solicit %s on %s: %w", addr, d.Name, err)
		}
		for until := time.Now().Add(ownerRepeat); time.Now().Before(until); {
			n, err := unix.Read(fd, buf)
			if err == unix.EAGAIN {
				time.Sleep(ownerLook)
				continue
			} else if err != nil {
				return mac, fmt.Errorf("hear the owner of %s on %s: %w", addr, d.Name, err)
			}
			frames := macos.Frames(buf[:max(n, 0)])
			for frame, ok := frames.Next(); ok; frame, ok = frames.Next() {
				if mac, ok := duplicateAnswer(frame, addr); ok {
					return mac, nil
				}
			}
		}
	}
	return mac, fmt.Errorf("nobody answered for %s: %w", addr, context.Cause(ctx))
}
