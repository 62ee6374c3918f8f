package macos

import "time"

// slept is by how much a sleep must have lasted to count: less than this the two clocks may be read apart.
const slept = time.Second

// SleepMeter tells that the machine was asleep: of two clocks one stops meanwhile. The zero SleepMeter has seen none.
type SleepMeter struct {
	apart time.Duration
	known bool
}

// Woke takes the readings of both clocks, awake the one that stops. It is true once after each sleep.
func (m *SleepMeter) Woke(awake, all time.Duration) bool {
	apart := all - awake
	woke := m.known && apart-m.apart >= slept
	m.apart, m.known = apart, true
	return woke
}
