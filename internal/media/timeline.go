package media

import (
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/media/hls"
)

// item is a segment of a playlist that is to be recorded, placed in time.
type item struct {
	hls.Segment
	start time.Time
	clock Clock
	first bool // of a connection, or behind one that was left out: nothing joins it to the last one
}

func (i item) end() time.Time { return i.start.Add(i.Duration) }

// timeline tells which segments of a playlist are new and when they were on air.
//
// A segment's time is its own EXT-X-PROGRAM-DATE-TIME; between tags it follows
// from the durations. A source without any tag is placed by arrival: when a
// playlist first lists a segment, that segment has just ended.
type timeline struct {
	window time.Duration // how far back a first playlist is of interest

	connected bool  // a playlist of this connection was seen
	sequence  int64 // of the last segment dealt with; −1 if there is none
	end       time.Time
	clock     Clock
}

// newTimeline continues behind what has been recorded already.
func newTimeline(last Segment, any bool, window time.Duration) *timeline {
	t := &timeline{window: window, sequence: -1}
	if any {
		t.sequence, t.end, t.clock = last.Origin, last.End(), last.Clock
	}
	return t
}

// fresh returns what the playlist, got at now, lists beyond what was dealt with.
// Report each with done, in order.
func (t *timeline) fresh(m *hls.Media, now time.Time) []item {
	if len(m.Segments) == 0 {
		return nil
	}
	newest := m.Sequence + int64(len(m.Segments)) - 1
	restarted := t.connected && t.sequence-newest > int64(max(10, len(m.Segments)))
	first := !t.connected || restarted
	items := t.place(m, now, restarted)
	t.connected = true
	if first {
		return t.unrecorded(items)
	}
	return slices.DeleteFunc(items, func(i item) bool { return i.Sequence <= t.sequence })
}

// unrecorded is what a first playlist adds: segments behind the end of what has
// been recorded, within the window. Sequence numbers do not help: after a
// restart of the source they may begin anew.
func (t *timeline) unrecorded(items []item) []item {
	edge := items[len(items)-1].end().Add(-t.window)
	items = slices.DeleteFunc(items, func(i item) bool {
		middle := i.start.Add(i.Duration / 2)
		return !i.end().After(edge) || !t.end.IsZero() && !middle.After(t.end)
	})
	if len(items) > 0 {
		items[0].first = true
	}
	return items
}

// place gives every segment of the playlist its time.
func (t *timeline) place(m *hls.Media, now time.Time, restarted bool) []item {
	items := make([]item, len(m.Segments))
	// What an earlier connection knew about sequence numbers holds for a source
	// without a clock at most, where a mistake shows in the arrival.
	remembers := t.sequence >= 0 && !restarted && (t.connected || t.clock == ArrivalClock)
	for i, s := range m.Segments {
		s.Duration = max(s.Duration, time.Millisecond)
		items[i] = item{Segment: s}
		switch {
		case !s.DateTime.IsZero():
			items[i].start, items[i].clock = s.DateTime, OriginClock
		case remembers && s.Sequence == t.sequence:
			items[i].start, items[i].clock = t.end.Add(-s.Duration), t.clock
		case remembers && s.Sequence == t.sequence+1:
			items[i].start, items[i].clock = t.end, t.clock
		case i > 0 && items[i-1].clock != "":
			items[i].start, items[i].clock = items[i-1].end(), items[i-1].clock
		}
	}
	for i := len(items) - 2; i >= 0; i-- {
		if items[i].clock == "" && items[i+1].clock != "" {
			items[i].start, items[i].clock = items[i+1].start.Add(-items[i].Duration), items[i+1].clock
		}
	}
	last := items[len(items)-1]
	if last.clock == "" || last.clock == ArrivalClock && now.Sub(last.end()).Abs() > drift(m) {
		placeByArrival(items, now)
	}
	return items
}

// drift is how far arrival may lie from where the durations put a segment before
// the source is believed to have paused or skipped.
func drift(m *hls.Media) time.Duration { return max(3*m.TargetDuration, 10*time.Second) }

func placeByArrival(items []item, now time.Time) {
	for i := len(items) - 1; i >= 0; i-- {
		now = now.Add(-items[i].Duration)
		items[i].start, items[i].clock = now, ArrivalClock
	}
}

// done says that an item was stored or given up.
func (t *timeline) done(i item) {
	t.sequence, t.end, t.clock = i.Sequence, i.end(), i.clock
}
