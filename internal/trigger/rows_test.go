package trigger

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/control"
)

// rows is what a store keeps of a creator: it is written by effects alone, and a
// lane that starts again knows nothing else.
type rows struct {
	config    Settings
	seq       int64
	clock     time.Time
	paused    bool
	streamRef string
	streams   []control.Stream
	requested []time.Time
	active    map[string]struct{}
	moments   []Moment
	asked     []Asked
	cooldowns map[cooldownKey]Cooldown
	uses      map[useKey]usedRow
	votes     map[useKey]Vote
	points    map[string]int64
	changes   []PointChange
	counters  map[string]int64
	overlays  map[string]Overlay
}

type usedRow struct {
	Use
	seq int64
}

func newRows(config Settings) *rows {
	return &rows{
		config: config, active: map[string]struct{}{}, cooldowns: map[cooldownKey]Cooldown{}, uses: map[useKey]usedRow{},
		votes: map[useKey]Vote{}, points: map[string]int64{}, counters: map[string]int64{}, overlays: map[string]Overlay{},
	}
}

// commit writes down an outcome; after is the state that it left, of which a lane
// writes the clock and the stream's name.
func (r *rows) commit(out Outcome, after *State) {
	r.seq++
	r.clock, r.streamRef = out.Clock, after.StreamRef
	e := out.Effects
	if e == nil {
		return
	}
	if e.Config != nil {
		r.config = *e.Config
	}
	if e.Paused != nil {
		r.paused = *e.Paused
	}
	for _, c := range e.Cooldowns {
		r.cooldowns[cooldownKey{c.TriggerID, c.Scope}] = c
	}
	for _, u := range e.Uses {
		r.uses[useKey{u.TriggerID, u.UserKey}] = usedRow{u, r.seq}
	}
	for _, v := range e.Votes {
		if v.Clear {
			maps.DeleteFunc(r.votes, func(k useKey, _ Vote) bool {
				return k.trigger == v.TriggerID && (v.UserKey == "" || k.user == v.UserKey)
			})
			continue
		}
		r.votes[useKey{v.TriggerID, v.UserKey}] = v
	}
	for _, p := range e.Points {
		r.points[p.UserKey] = p.Balance
		r.changes = append(r.changes, p)
	}
	for _, c := range e.Counters {
		r.counters[c.Name] = c.Value
	}
	for _, o := range e.Overlays {
		if o.Drop {
			delete(r.overlays, o.TriggerID)
		} else {
			r.overlays[o.TriggerID] = o.Overlay
		}
	}
	for _, c := range e.Clips {
		r.active[c.ClipID] = struct{}{}
		r.requested = append(r.requested, c.RequestedAt)
		r.moments = append(r.moments, Moment{ClipID: c.ClipID, At: c.RequestedAt})
	}
	r.asked = append(r.asked, e.Asked...)
	delete(r.active, e.ClipOver)
	for i := range r.moments {
		if r.moments[i].ClipID == e.ClipOver {
			r.moments[i].Over, r.moments[i].URL = e.ClipState, e.ClipURL
		}
	}
	r.stream(e)
}

func (r *rows) stream(e *Effects) {
	if e.StreamLive != nil {
		r.streams = slices.DeleteFunc(r.streams, func(s control.Stream) bool { return s.Platform == e.StreamLive.Platform })
		r.streams = append(r.streams, *e.StreamLive)
	}
	if over := e.StreamOver; over != nil {
		r.streams = slices.DeleteFunc(r.streams, func(s control.Stream) bool {
			return s.Platform == over.Platform && s.StreamID == over.StreamID
		})
	}
}

// load makes the state of a lane that starts with these rows.
func (r *rows) load() *State {
	s := NewState()
	s.Clock, s.Paused, s.StreamRef = r.clock, r.paused, r.streamRef
	s.Streams = slices.SortedFunc(slices.Values(r.streams), func(a, b control.Stream) int {
		return cmp.Or(a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.Platform, b.Platform), cmp.Compare(a.StreamID, b.StreamID))
	})
	for _, at := range r.requested {
		if at.After(r.clock.Add(-time.Hour)) {
			s.ClipsRequested = append(s.ClipsRequested, at)
		}
	}
	s.ActiveClips = maps.Clone(r.active)
	for _, m := range r.moments {
		if _, active := r.active[m.ClipID]; active || m.At.After(r.clock.Add(-time.Hour)) {
			s.AddMoment(m)
		}
	}
	for _, a := range r.asked {
		s.AddAsked(a)
	}
	for _, c := range r.cooldowns {
		if c.Until.After(r.clock.Add(-time.Hour)) {
			s.Reserve(c)
		}
	}
	uses := slices.SortedFunc(maps.Values(r.uses), func(a, b usedRow) int {
		if a.seq != b.seq {
			return int(a.seq - b.seq)
		}
		return compareUses(a.Use, b.Use)
	})
	for _, u := range uses {
		s.AddUse(u.Use)
	}
	for _, v := range r.votes {
		s.AddVote(v)
	}
	s.Points, s.Counters, s.Overlays = maps.Clone(r.points), maps.Clone(r.counters), maps.Clone(r.overlays)
	for _, p := range r.changes {
		if _, active := r.active[p.ClipID]; active && p.Reason == PointsSpent {
			s.AddSpend(Spend{ClipID: p.ClipID, UserKey: p.UserKey, TriggerID: p.TriggerID, Points: -p.Delta})
		}
	}
	return s
}
