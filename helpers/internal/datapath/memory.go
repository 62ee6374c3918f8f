package datapath

import (
	"slices"
	"sync"
)

// memoryQueue is how many superframes wait on each side of a Memory.
const memoryQueue = 256

// Memory is a Port without a system: what a test puts in is received, what is sent can be looked at, step by step.
type Memory struct {
	features Features

	mu       sync.Mutex // guards what follows
	notifier Notifier
	in, out  []Superframe
	failure  error
	closed   bool
}

var _ Port = (*Memory)(nil)

// NewMemory makes a port that takes the offloads of f.
func NewMemory(f Features) *Memory { return &Memory{features: f} }

// Put has a copy of frame received. What is more than 256 waiting frames is lost, as on a real interface.
func (m *Memory) Put(frame []byte, o Offload) {
	m.mu.Lock()
	if len(m.in) < memoryQueue {
		m.in = append(m.in, Superframe{Frame: slices.Clone(frame), Offload: o})
	}
	n := m.notifier
	m.mu.Unlock()
	if n != nil {
		n.Ready()
	}
}

// Out is the oldest superframe that was sent and not looked at, in one piece; false when there is none.
func (m *Memory) Out() (frame []byte, o Offload, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.out) == 0 {
		return nil, Offload{}, false
	}
	f := m.out[0]
	m.out = m.out[1:]
	return f.Frame, f.Offload, true
}

// Fail has every further Receive and Send give err, which is ErrGone for an interface that was deleted.
func (m *Memory) Fail(err error) {
	m.mu.Lock()
	m.failure = err
	n := m.notifier
	m.mu.Unlock()
	if n != nil {
		n.Ready()
	}
}

// Receive gives what was put first.
func (m *Memory) Receive(buf []byte, f *Superframe) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.stateLocked(); err != nil {
		return err
	}
	if len(m.in) == 0 {
		return ErrEmpty
	}
	first := m.in[0]
	m.in = m.in[1:]
	*f = Superframe{Frame: buf[:copy(buf, first.Frame)], Offload: first.Offload}
	return nil
}

// Send keeps a copy of f for Out.
func (m *Memory) Send(f *Superframe) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.stateLocked(); err != nil {
		return err
	}
	if len(m.out) < memoryQueue {
		m.out = append(m.out, Superframe{Frame: slices.Concat(f.Frame, slices.Concat(f.Rest...)), Offload: f.Offload})
	}
	return nil
}

func (m *Memory) stateLocked() error {
	if m.closed {
		return ErrClosed
	}
	return m.failure
}

// Features are those that NewMemory was given.
func (m *Memory) Features() Features { return m.features }

// Notify keeps n for Put.
func (m *Memory) Notify(n Notifier) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.notifier = n
	return nil
}

// Close has Receive and Send give ErrClosed. What was sent can still be looked at.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}
