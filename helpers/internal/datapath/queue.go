package datapath

import "sync"

// queue is the lanes whose ports may have something, each once. Whoever was served goes to its end, so that a busy
// port delays the others by one superframe each and no more.
type queue struct {
	mu          sync.Mutex // guards what follows, and the like fields of the lanes
	first, last *lane
}

func (q *queue) push(l *lane) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if l.queued {
		return
	}
	l.queued = true
	if q.last == nil {
		q.first = l
	} else {
		q.last.nextReady = l
	}
	q.last = l
}

// pop is nil when no lane is ready. A lane that becomes ready while it is served is pushed again, by what made it so.
func (q *queue) pop() *lane {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.first
	if l == nil {
		return nil
	}
	q.first, l.nextReady, l.queued = l.nextReady, nil, false
	if q.first == nil {
		q.last = nil
	}
	return l
}

func (q *queue) empty() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.first == nil
}
