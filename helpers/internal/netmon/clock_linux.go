package netmon

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/plan"
)

// clockWatch tells that the wall clock was set, which waking from sleep also does (timekeeping_resume calls
// timerfd_resume): a timer that never ends is cancelled then. It costs no wake-up, where a poll of the clock
// costs four a minute and answers seconds later. A nil clockWatch watches nothing.
type clockWatch struct {
	fd   int
	file *os.File
}

func newClockWatch() (*clockWatch, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_REALTIME, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("create a timerfd: %w", err)
	}
	w := &clockWatch{fd: fd, file: os.NewFile(uintptr(fd), "timerfd")}
	if err := w.arm(); err != nil {
		w.file.Close()
		return nil, err
	}
	return w, nil
}

func (w *clockWatch) arm() error {
	never := unix.ItimerSpec{Value: unix.Timespec{Sec: 1 << 33}} // the year 2242
	if err := unix.TimerfdSettime(w.fd, unix.TFD_TIMER_ABSTIME|unix.TFD_TIMER_CANCEL_ON_SET, &never, nil); err != nil {
		return fmt.Errorf("arm the timerfd: %w", err)
	}
	return nil
}

// watch reads until the file is closed.
func (w *clockWatch) watch(ctx context.Context, in chan<- plan.Change) {
	if w == nil {
		return
	}
	buf := make([]byte, 8)
	for {
		_, err := w.file.Read(buf)
		if ctx.Err() != nil || !errors.Is(err, unix.ECANCELED) {
			return
		}
		in <- plan.Change{Resumed: true}
		if w.arm() != nil {
			return
		}
	}
}

func (w *clockWatch) close() {
	if w != nil {
		w.file.Close()
	}
}
