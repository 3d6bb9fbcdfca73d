package exports

import (
	"math"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

// The windows of telemetry/rates.json.
const (
	minuteWindow  = time.Minute
	longestWindow = 5 * time.Minute
)

// mergedSpan is the least time that two neighbouring samples cover: looks in
// quicker succession become one sample, so that their number is bounded.
const mergedSpan = time.Second

// Increase is by how much counters grew.
type Increase struct{ Messages, Triggers, Actions, ActionsFailed int64 }

// increases remembers by how much the counters grew in the last five minutes. Its
// zero value has seen nothing yet. It costs whoever counts nothing: it compares
// the rows that are there anyway.
type increases struct {
	last    map[counterKey]Increase // the counters at the last look; nil before the first
	at      time.Time               // of the last look
	samples []sample                // the oldest first
}

type counterKey struct {
	creator  string
	platform chat.Platform
}

// sample is what came in between two looks.
type sample struct {
	from, to time.Time
	by       map[string]Increase // by platform
}

// look takes the counters as they are now. The first look gives no increase: the
// counters are rows that count on through restarts, and when they grew is not
// known. A counter that is new later counts from zero; one that went back, as
// after a restore, counts on from there.
func (i *increases) look(counters []store.Counter, now time.Time) {
	current := make(map[counterKey]Increase, len(counters))
	by := map[string]Increase{}
	for _, c := range counters {
		key := counterKey{c.CreatorID, c.Platform}
		current[key] = Increase{c.Messages, c.Triggers, c.Actions, c.ActionsFailed}
		if grown := current[key].since(i.last[key]); grown != (Increase{}) {
			by[string(c.Platform)] = by[string(c.Platform)].plus(grown)
		}
	}
	if i.last != nil {
		i.add(sample{earlier(i.at, now), now, by})
	}
	i.last, i.at = current, now
}

// add appends a sample and forgets those that no window reaches any more, and
// those from a time to which the clock was put back.
func (i *increases) add(s sample) {
	kept := i.samples[:0]
	for _, old := range i.samples {
		if s.to.Sub(old.to) < longestWindow && !old.to.After(s.to) {
			kept = append(kept, old)
		}
	}
	i.samples = kept
	if n := len(kept); n > 0 && s.to.Sub(kept[n-1].from) < mergedSpan {
		kept[n-1].to = s.to
		for platform, grown := range s.by {
			kept[n-1].by[platform] = kept[n-1].by[platform].plus(grown)
		}
		return
	}
	if len(s.by) > 0 {
		i.samples = append(i.samples, s)
	}
}

// within returns by how much each platform's counters grew in the window before
// now; platforms whose did not are left out. Of a sample that the window reaches
// into, it counts the part that the time gives: after a pause of the exporter a
// minute does not get the increase of an hour.
func (i *increases) within(now time.Time, window time.Duration) map[string]Increase {
	sums := map[string]Increase{}
	for _, s := range i.samples {
		part, whole := s.share(now, window)
		for platform, grown := range s.by {
			if grown = grown.part(part, whole); grown != (Increase{}) {
				sums[platform] = sums[platform].plus(grown)
			}
		}
	}
	return sums
}

// share tells how much of the sample's time lies in the window, as milliseconds
// out of milliseconds.
func (s sample) share(now time.Time, window time.Duration) (part, whole int64) {
	start := now.Add(-window)
	if !s.to.After(start) || s.to.After(now) {
		return 0, 1
	}
	whole = s.to.Sub(s.from).Milliseconds()
	if !s.from.Before(start) || whole == 0 {
		return 1, 1
	}
	return s.to.Sub(start).Milliseconds(), whole
}

// since is the growth from before to a, never negative, and no more than readers
// can take.
func (a Increase) since(before Increase) Increase {
	grown := func(now, then int64) int64 { return max(0, min(now-then, math.MaxInt32)) }
	return Increase{
		grown(a.Messages, before.Messages), grown(a.Triggers, before.Triggers),
		grown(a.Actions, before.Actions), grown(a.ActionsFailed, before.ActionsFailed),
	}
}

func (a Increase) plus(b Increase) Increase {
	return Increase{a.Messages + b.Messages, a.Triggers + b.Triggers, a.Actions + b.Actions, a.ActionsFailed + b.ActionsFailed}
}

func (a Increase) part(part, whole int64) Increase {
	return Increase{a.Messages * part / whole, a.Triggers * part / whole, a.Actions * part / whole, a.ActionsFailed * part / whole}
}
