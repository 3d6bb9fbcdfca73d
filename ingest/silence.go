package ingest

import (
	"math"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
)

const (
	// silenceFloor is how long a live source may always be quiet.
	silenceFloor = 5 * time.Minute
	// silenceFactor is how many times its usual gap it may be quiet.
	silenceFactor = 20
	// silenceWindow is how many of the newest gaps say what is usual.
	silenceWindow = 64
)

// silence knows how long a source is usually quiet between two events. The zero
// value knows nothing. Times are those at which events were received.
type silence struct {
	gaps [silenceWindow]uint32 // milliseconds, the newest overwrite the oldest
	n    int                   // of them that are there
	next int
	last time.Time // zero before the first event
}

// heard notes an event. One that is older than another was waited for elsewhere and
// says nothing about gaps.
func (s *silence) heard(at time.Time) {
	if !s.last.IsZero() {
		gap := at.Sub(s.last)
		if gap < 0 {
			return
		}
		s.gaps[s.next] = uint32(min(gap.Milliseconds(), math.MaxUint32))
		s.next = (s.next + 1) % silenceWindow
		s.n = min(s.n+1, silenceWindow)
	}
	s.last = at
}

// limit is how long the source may be quiet. The median is the gap of an event, the
// longer one of two in the middle: many events at once have gaps of nothing, and the
// floor holds then.
func (s *silence) limit() time.Duration {
	if s.n == 0 {
		return silenceFloor
	}
	sorted := s.gaps
	slices.Sort(sorted[:s.n])
	return max(silenceFloor, silenceFactor*time.Duration(sorted[s.n/2])*time.Millisecond)
}

// since says from when on the source has been quiet, and for how long it may be, if
// that is over. It is not expected to be heard before from.
func (s *silence) since(from, now time.Time) (quiet time.Time, limit time.Duration, silent bool) {
	quiet = from
	if s.last.After(quiet) {
		quiet = s.last
	}
	if now.Sub(quiet) < silenceFloor {
		return quiet, 0, false
	}
	limit = s.limit()
	return quiet, limit, now.Sub(quiet) >= limit
}

// ear listens to what comes of one platform.
type ear struct {
	platform  chat.Platform
	broadcast string // during which it listens
	silence   silence
}

func (q *queue) ear(p chat.Platform) *ear {
	for i := range q.ears {
		if q.ears[i].platform == p {
			return &q.ears[i]
		}
	}
	q.ears = append(q.ears, ear{platform: p})
	return &q.ears[len(q.ears)-1]
}

// heard notes that something came, also if it does not fit. What was written before
// the reader came does not say that it hears anything now. q.mu is held.
func (q *queue) heard(e *chat.Event) {
	if !e.History {
		q.ear(e.Platform).silence.heard(e.ReceivedAt)
	}
}

// quiet says since when nothing came of a platform while a broadcast is on, when
// that is longer than it may be. What was usual in another broadcast, or between
// them, does not count.
func (q *queue) quiet(p chat.Platform, broadcast string, from, now time.Time) (since time.Time, limit time.Duration, silent bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	ear := q.ear(p)
	if ear.broadcast != broadcast {
		ear.broadcast, ear.silence = broadcast, silence{last: ear.silence.last}
	}
	return ear.silence.since(from, now)
}
