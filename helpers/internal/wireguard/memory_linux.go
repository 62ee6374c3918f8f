package wireguard

import "golang.org/x/sys/unix"

// refuseHugePages is for systems that give transparent huge pages to everyone, as Debian does (PR_SET_THP_DISABLE,
// prctl(2), since Linux 3.15). Where it fails the program is larger, and no worse.
func refuseHugePages() { _ = unix.Prctl(unix.PR_SET_THP_DISABLE, 1, 0, 0, 0) }
