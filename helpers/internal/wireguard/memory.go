package wireguard

import "runtime/debug"

// KeepSmall is called once by a program that is to have an end. Nearly all that it has in use are wireguard-go's buffers,
// which are used again: there is seldom anything to collect, so collecting early costs nothing. Each has 64 KiB and mostly
// one packet in it, so that huge pages, which one touch fills, would be mostly empty.
func KeepSmall() {
	debug.SetGCPercent(20)
	refuseHugePages()
}
