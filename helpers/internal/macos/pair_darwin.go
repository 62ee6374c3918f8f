package macos

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"mooring.dev/helpers/internal/plan"
)

// held are the slots whose pair this process has made. Pairs outlive who made them, so that others are leftovers.
var held struct {
	mu    sync.Mutex // guards slots, and is held while pairs are made and destroyed
	slots map[int]bool
}

// MakePair makes the two ends of a slot's tap: the tap down and without addresses, its peer up. What an earlier helper
// left under these names is removed before. ClosePair must follow.
func MakePair(slot, mtu int, mac [6]byte) error {
	held.mu.Lock()
	defer held.mu.Unlock()
	if held.slots[slot] {
		return fmt.Errorf("the pair of slot %d is there already", slot)
	}
	if err := destroyPair(slot); err != nil {
		return err
	}
	err := makePair(slot, mtu, mac)
	if err != nil {
		return errors.Join(err, destroyPair(slot))
	}
	if held.slots == nil {
		held.slots = map[int]bool{}
	}
	held.slots[slot] = true
	return nil
}

func makePair(slot, mtu int, mac [6]byte) error {
	tap, peer := Interface(plan.NamesFor(slot).Tap), Peer(slot)
	steps := []func() error{
		func() error { return WhenFree(func() error { return Create(tap) }) },
		func() error { return WhenFree(func() error { return Create(peer) }) },
		func() error { return Pair(peer, tap) },
		func() error { return SetUp(peer) },
	}
	if mtu != 0 {
		steps = append(steps,
			func() error { return SetMTU(tap, mtu) },
			func() error { return SetMTU(peer, mtu) })
	}
	if mac != [6]byte{} {
		steps = append(steps, func() error { return SetMAC(tap, mac) })
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// WhenFree does what makes an interface again, up to a second, while one of that name is still on its way out:
// ifnet_detach (bsd/net/dlil.c) returns before it is gone.
func WhenFree(do func() error) error {
	for tries := 20; ; tries-- {
		err := do()
		if tries == 0 || !errors.Is(err, unix.EEXIST) && !errors.Is(err, unix.EBUSY) {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// ClosePair destroys what MakePair has made. That it is gone is no error.
func ClosePair(slot int) error {
	held.mu.Lock()
	defer held.mu.Unlock()
	delete(held.slots, slot)
	return destroyPair(slot)
}

// DropLeftover destroys a pair that another process has made.
func DropLeftover(slot int) error {
	held.mu.Lock()
	defer held.mu.Unlock()
	if held.slots[slot] {
		return nil
	}
	return destroyPair(slot)
}

// IsLeftover reports whether there is an end of a slot's pair that this process has not made.
func IsLeftover(slot int) (bool, error) {
	held.mu.Lock()
	defer held.mu.Unlock()
	if held.slots[slot] {
		return false, nil
	}
	for _, name := range []string{Interface(plan.NamesFor(slot).Tap), Peer(slot)} {
		if ifi, err := Find(name); err != nil || ifi != nil {
			return ifi != nil, err
		}
	}
	return false, nil
}

func destroyPair(slot int) error {
	return errors.Join(Destroy(Interface(plan.NamesFor(slot).Tap)), Destroy(Peer(slot)))
}
