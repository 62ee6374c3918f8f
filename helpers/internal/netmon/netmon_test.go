package netmon

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"mooring.dev/helpers/internal/plan"
)

func TestGather(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(slog.New(slog.DiscardHandler))
		in := make(chan plan.Change)
		go m.gather(in)
		start := time.Now()
		expect := func(want plan.Change, after time.Duration) {
			t.Helper()
			got := <-m.Changes()
			if got != want || time.Since(start) != after {
				t.Errorf("got %+v after %v, want %+v after %v", got, time.Since(start), want, after)
			}
		}
		in <- plan.Change{Underlay: true}
		expect(plan.Change{Underlay: true}, 0) // the first at once
		in <- plan.Change{Ours: true}
		in <- plan.Change{Underlay: true}
		expect(plan.Change{Ours: true, Underlay: true}, debounce) // what follows, together
		time.Sleep(time.Second)
		start = time.Now()
		in <- plan.Change{Resumed: true}
		expect(plan.Change{Resumed: true}, 0)

		// Nobody fetches: they merge, and the monitor is not held up.
		time.Sleep(time.Second)
		for range 5 {
			in <- plan.Change{Underlay: true}
			time.Sleep(time.Second)
			in <- plan.Change{Ours: true}
			time.Sleep(time.Second)
		}
		start = time.Now()
		expect(plan.Change{Underlay: true, Ours: true}, 0)
		close(in)
	})
}
