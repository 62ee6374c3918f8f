// Package dump reads lists of the kernel whole.
package dump

import (
	"errors"

	"github.com/vishvananda/netlink"
)

// attempts is far more than a machine changes in a row; a list is a matter of microseconds.
const attempts = 20

// Whole calls a list function of package netlink again while its answer was interrupted by a change (NLM_F_DUMP_INTR,
// nl_dump_check_consistent in include/net/netlink.h): what was listed may lack something then.
func Whole[T any](list func() ([]T, error)) (all []T, err error) {
	for range attempts {
		if all, err = list(); !errors.Is(err, netlink.ErrDumpInterrupted) {
			break
		}
	}
	return all, err
}
