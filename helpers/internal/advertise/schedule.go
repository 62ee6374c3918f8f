package advertise

import (
	"math/rand/v2"
	"time"
)

// Times of RFC 4861 section 6.2.1 (MinRtrAdvInterval, MaxRtrAdvInterval) and section 10.
const (
	minInterval = 200 * time.Second
	maxInterval = 600 * time.Second

	initialCount    = 3               // MAX_INITIAL_RTR_ADVERTISEMENTS
	initialInterval = 8 * time.Second // three within MAX_INITIAL_RTR_ADVERT_INTERVAL, 16 s

	minDelay = 3 * time.Second // MIN_DELAY_BETWEEN_RAS, of those to all nodes

	// Answers to single hosts have no limit in the RFC. Ours keeps a flood of questions from becoming work: that many at
	// once, and one more each burstInterval.
	burst         = 64
	burstInterval = 20 * time.Millisecond
)

// schedule decides when advertisements are sent. It knows no clock: every call says what time it is.
type schedule struct {
	sent    int       // to all nodes, since the start
	last    time.Time // when the last of these was sent
	next    time.Time // when the next is due
	credit  int       // answers to single hosts that may be sent at once
	counted time.Time // when credit was last added to
}

func newSchedule(now time.Time) *schedule {
	return &schedule{next: now, credit: burst, counted: now}
}

// advertised notes that one was sent to all nodes.
func (s *schedule) advertised(now time.Time) {
	s.sent++
	s.last = now
	if s.sent < initialCount {
		s.next = now.Add(initialInterval)
	} else {
		s.next = now.Add(minInterval + rand.N(maxInterval-minInterval))
	}
}

// soon asks for one to all nodes as early as the limit allows.
func (s *schedule) soon(now time.Time) {
	at := now
	if s.sent > 0 {
		at = later(now, s.last.Add(minDelay))
	}
	if at.Before(s.next) {
		s.next = at
	}
}

// mayAnswer takes one answer to a single host from what is left.
func (s *schedule) mayAnswer(now time.Time) bool {
	if more := int(now.Sub(s.counted) / burstInterval); more > 0 {
		s.credit = min(burst, s.credit+more)
		s.counted = now
	}
	if s.credit == 0 {
		return false
	}
	s.credit--
	return true
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
