package ingest

import (
	"math"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

// late is how long after it was written a message may arrive; later ones are
// counted.
const late = time.Minute

// onAir is a broadcast that is on.
type onAir struct {
	platform  chat.Platform
	streamID  string
	startedAt time.Time
}

// reading is that a channel begins to be read.
type reading struct {
	platform chat.Platform
	source   string // how; empty when nobody says
	again    bool   // it was read before
	only     bool   // and it is read in no other way any more
}

// usualWay is how a platform's chat is read where its reader says nothing. YouTube's
// does, because it changes.
func usualWay(p chat.Platform) chat.Via {
	switch p {
	case chat.Twitch:
		return chat.IRC
	case chat.Kick:
		return chat.Pusher
	}
	return chat.Unsaid
}

// lookOnAir takes over which broadcasts are on. l.mu is held.
func (l *lane) lookOnAir() {
	l.onAir = l.onAir[:0]
	for _, s := range l.machine.State().Streams {
		l.onAir = append(l.onAir, onAir{s.Platform, s.StreamID, s.StartedAt})
	}
}

// airing returns the newest broadcast on a platform. l.mu is held.
func (l *lane) airing(p chat.Platform) (b *onAir) {
	for i := range l.onAir {
		if l.onAir[i].platform == p {
			b = &l.onAir[i]
		}
	}
	return b
}

// broadcast is the same for whoever does not hold l.mu.
func (l *lane) broadcast(p chat.Platform) (b onAir, on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if found := l.airing(p); found != nil {
		return *found, true
	}
	return b, false
}

// reportOn finds the report of the broadcast that is on, and its place in the commit;
// nil when none is. l.mu is held, as for the following.
func (l *lane) reportOn(p chat.Platform) (*store.ReportDelta, int) {
	b := l.airing(p)
	if b == nil {
		return nil, -1
	}
	d, at := l.open.report(p, b.streamID)
	for _, r := range l.sources {
		if r.platform == p && !slices.Contains(d.Sources, r.source) {
			d.Sources = append(d.Sources, r.source)
		}
	}
	return d, at
}

// account counts a message that was just put into the open segment.
func (l *lane) account(e *chat.Event) {
	s := l.open
	d, at := l.reportOn(e.Platform)
	if d == nil || at >= math.MaxUint8 {
		s.airing = append(s.airing, 0)
		return
	}
	s.airing = append(s.airing, uint8(at+1))
	d.Messages++
	via := e.Via
	if via == chat.Unsaid {
		via = usualWay(e.Platform)
	}
	d.Via[via]++
	switch {
	case e.History:
		d.History++
	case !e.SentAt.IsZero() && e.ReceivedAt.Sub(e.SentAt) > late:
		d.Late++
	}
	if d.FirstEventAt.IsZero() || e.ReceivedAt.Before(d.FirstEventAt) {
		d.FirstEventAt = e.ReceivedAt
	}
	if e.ReceivedAt.After(d.LastEventAt) {
		d.LastEventAt = e.ReceivedAt
	}
}

// duplicate counts a message that was dropped.
func (l *lane) duplicate(p chat.Platform) {
	l.tally.duplicates.Add(1)
	if d, _ := l.reportOn(p); d != nil {
		d.Duplicates++
		l.occupy(l.clock.Now())
	}
}

// reads takes in that a channel begins to be read.
func (l *lane) reads(r reading, now time.Time) {
	if r.only {
		l.sources = slices.DeleteFunc(l.sources, func(o reading) bool { return o.platform == r.platform })
	}
	if r.source != "" && !slices.ContainsFunc(l.sources, func(o reading) bool { return o.platform == r.platform && o.source == r.source }) {
		l.sources = append(l.sources, r)
	}
	if d, _ := l.reportOn(r.platform); d != nil {
		if r.again {
			d.Reconnects++
		}
		l.occupy(now)
	}
}

// recount counts again what was not committed and does not follow from inputs that
// are evaluated again.
func (l *lane) recount(reports []store.ReportDelta, now time.Time) {
	for i := range reports {
		old := &reports[i]
		if old.Duplicates+old.Reconnects == 0 && len(old.Sources) == 0 {
			continue
		}
		d, _ := l.open.report(old.Platform, old.StreamID)
		d.Duplicates += old.Duplicates
		d.Reconnects += old.Reconnects
		for _, s := range old.Sources {
			if !slices.Contains(d.Sources, s) {
				d.Sources = append(d.Sources, s)
			}
		}
		l.occupy(now)
	}
}

// occupy makes sure that the open segment is committed: one that holds only counts
// takes a place in the sequence, by which a commit of which no answer came is
// recognised.
func (l *lane) occupy(now time.Time) {
	if !l.open.used {
		l.open.touch(now)
		l.nextSeq++
	}
}

// report returns the report of a broadcast and its place in the commit.
func (s *segment) report(p chat.Platform, streamID string) (*store.ReportDelta, int) {
	all := s.commit.Reports
	for i := range all {
		if all[i].Platform == p && all[i].StreamID == streamID {
			return &all[i], i
		}
	}
	s.commit.Reports = append(all, store.ReportDelta{Platform: p, StreamID: streamID})
	return &s.commit.Reports[len(all)], len(all)
}

// measure counts how long the messages were on their way when their commit begins.
func (s *segment) measure(now time.Time) {
	for i, at := range s.airing {
		e := &s.commit.Events[i].Event
		if at > 0 && !e.History && !e.SentAt.IsZero() {
			s.commit.Reports[at-1].Lag.Observe(now.Sub(e.SentAt))
		}
	}
}
