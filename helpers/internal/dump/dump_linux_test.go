package dump

import (
	"errors"
	"slices"
	"testing"

	"github.com/vishvananda/netlink"
)

var errKernel = errors.New("no buffer space available")

func TestWhole(t *testing.T) {
	for name, c := range map[string]struct {
		interrupted int
		last        error
		calls       int
		want        error
	}{
		"at once":                     {0, nil, 1, nil},
		"interrupted twice":           {2, nil, 3, nil},
		"interrupted, then an error":  {1, errKernel, 2, errKernel},
		"interrupted without an end":  {1000, nil, attempts, netlink.ErrDumpInterrupted},
		"an error is not asked again": {0, errKernel, 1, errKernel},
	} {
		calls := 0
		all, err := Whole(func() ([]int, error) {
			calls++
			if calls <= c.interrupted {
				return []int{1}, netlink.ErrDumpInterrupted
			}
			return []int{1, 2}, c.last
		})
		if calls != c.calls || !errors.Is(err, c.want) {
			t.Errorf("%s: %d calls, %v", name, calls, err)
		}
		if err == nil && !slices.Equal(all, []int{1, 2}) {
			t.Errorf("%s: %v", name, all)
		}
	}
}
