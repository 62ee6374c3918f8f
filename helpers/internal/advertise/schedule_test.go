package advertise

import (
	"testing"
	"time"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func TestTheFirstThreeComeFast(t *testing.T) {
	s := newSchedule(start)
	for i, want := range []time.Duration{0, 8 * time.Second, 16 * time.Second} {
		if got := s.next.Sub(start); got != want {
			t.Fatalf("number %d after %v, want %v", i+1, got, want)
		}
		s.advertised(s.next)
	}
	for range 1000 {
		before := s.next
		s.advertised(before)
		if d := s.next.Sub(before); d < minInterval || d > maxInterval {
			t.Fatalf("the next after %v", d)
		}
	}
}

func TestQuestionsToAllAreLimited(t *testing.T) {
	s := newSchedule(start)
	s.advertised(start)
	s.soon(start.Add(time.Second))
	if d := s.next.Sub(start); d != minDelay {
		t.Errorf("a question 1 s after the last is answered %v after it, want %v", d, minDelay)
	}
	for range initialCount {
		s.advertised(s.next)
	}
	at := s.last.Add(time.Minute)
	s.soon(at)
	if !s.next.Equal(at) {
		t.Errorf("a question after a minute is answered %v later", s.next.Sub(at))
	}
	s.soon(at.Add(time.Second)) // does not put it off
	if !s.next.Equal(at) {
		t.Error("another question put the answer off")
	}
}

func TestAnswersToOneAreBounded(t *testing.T) {
	s := newSchedule(start)
	now, answers := start, 0
	for range 10_000 {
		now = now.Add(100 * time.Microsecond) // for one second
		if s.mayAnswer(now) {
			answers++
		}
	}
	if want := burst + int(time.Second/burstInterval); answers < want-1 || answers > want {
		t.Errorf("%d answers in a second, want %d", answers, want)
	}
	if now = now.Add(time.Hour); !s.mayAnswer(now) || s.credit != burst-1 {
		t.Errorf("after an hour %d more may be sent at once, want %d", s.credit, burst-1)
	}
}
