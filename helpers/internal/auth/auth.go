// Package auth decides who may change what the helper does. Everyone on the machine may read a redacted status;
// changes are for root and for the user ids in the operators file.
package auth

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// Peer is the process at the other end of a connection, as the kernel recorded it when it connected.
type Peer struct {
	UID uint32
	PID int32 // for the log only: a number that may be taken over by another process decides nothing
}

// Policy answers from the operators file, which it reads anew each time, so that a change of it counts at once.
type Policy struct {
	path string // "": root alone
}

// NewPolicy names the operators file; "" means there is none.
func NewPolicy(operatorsFile string) *Policy { return &Policy{path: operatorsFile} }

// MayChange tells whether p may change things, and by which rung of the decision, for the log. It fails closed: a
// file that is missing, unreadable, malformed or not root's own lets root alone through.
func (pol *Policy) MayChange(p Peer) (bool, string) {
	if p.UID == 0 {
		return true, "root"
	}
	if pol.path == "" {
		return false, "no operators file is configured"
	}
	uids, err := readOperators(pol.path)
	if err != nil {
		return false, err.Error()
	}
	if uids[p.UID] {
		return true, "listed in " + pol.path
	}
	return false, fmt.Sprintf("uid %d is not listed in %s", p.UID, pol.path)
}

// readOperators reads the file if nobody but root could have written it.
func readOperators(path string) (map[uint32]bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat() // of what was opened, so that it cannot be swapped in between
	if err != nil {
		return nil, err
	}
	if owner, ok := ownerOf(st); !ok || owner != 0 || !st.Mode().IsRegular() || st.Mode().Perm()&0o022 != 0 {
		return nil, fmt.Errorf("%s must be a file of root's that no one else may write, it is %v", path, st.Mode())
	}
	return ParseOperators(f, path)
}

// ParseOperators reads one user id a line; # starts a comment. The error quotes what is none, and names its line
// in the file called name.
func ParseOperators(r io.Reader, name string) (map[uint32]bool, error) {
	uids := map[uint32]bool{}
	sc := bufio.NewScanner(r)
	for n := 1; sc.Scan(); n++ {
		line, _, _ := strings.Cut(sc.Text(), "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		uid, err := strconv.ParseUint(line, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %q is not a user id", name, n, line)
		}
		uids[uint32(uid)] = true
	}
	return uids, sc.Err()
}
