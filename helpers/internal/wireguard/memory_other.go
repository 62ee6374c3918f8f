//go:build !linux

package wireguard

// refuseHugePages has nothing to refuse: macOS gives none to programs that do not ask.
func refuseHugePages() {}
