package trigger

import (
	"cmp"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
)

// Cooldown is a time before which a trigger does not fire again in a scope:
// "global", or "user:<platform>:<author id>".
type Cooldown struct {
	TriggerID, Scope string
	Until, FiredAt   time.Time
}

type cooldownKey struct{ trigger, scope string }

// State is everything about a creator that decisions depend on. One lane owns
// it; nothing in it is safe for concurrent use.
type State struct {
	Clock   time.Time        // largest message time seen
	Streams []control.Stream // live now, by start, platform and id
	// ClipsRequested are the times of the clips asked for in the last hour.
	ClipsRequested []time.Time
	// ActiveClips are the clips that are neither published nor failed.
	ActiveClips map[string]struct{}
	// WaitingClips are those of them that are cut and wait for a destination, perhaps
	// until tomorrow: nobody works on them.
	WaitingClips map[string]struct{}
	// TakenClips are ids that turned out to belong to other clips.
	TakenClips map[string]struct{}

	// Paused says that commands are paused.
	Paused bool
	// StreamRef names the stream that limits per stream count in: the first
	// broadcast that went live while none was. It stays when the stream is over,
	// until another one begins. The store keeps it beside the clock.
	StreamRef string
	// Overlays is what chat and operators laid over triggers, by trigger id; one
	// with a nil patch removes its trigger.
	Overlays map[string]Overlay
	// Counters are the named counters' values.
	Counters map[string]int64
	// Points are the balances of the authors who ever got or spent some, by
	// UserKey; everybody else has Settings.StartPoints.
	Points map[string]int64

	uses    uses
	votes   map[string][]Vote // by trigger id, oldest first
	spends  map[string]Spend  // by clip id
	moments []moment          // by time and clip id

	scratch scratch // of the evaluation; nothing depends on what it held before

	cooldowns map[cooldownKey]Cooldown
	sweepAt   int // number of cooldowns at which the expired ones are dropped
}

const firstSweep = 256

// NewState returns the state of a creator of whom nothing is known.
func NewState() *State {
	return &State{
		ActiveClips: map[string]struct{}{}, WaitingClips: map[string]struct{}{},
		TakenClips: map[string]struct{}{},
		Overlays:   map[string]Overlay{},
		Counters:   map[string]int64{},
		Points:     map[string]int64{},
		uses:       newUses(maxUses),
		votes:      map[string][]Vote{},
		spends:     map[string]Spend{},
		cooldowns:  map[cooldownKey]Cooldown{},
		sweepAt:    firstSweep,
	}
}

// Reserve notes a cooldown that runs.
func (s *State) Reserve(c Cooldown) {
	s.cooldowns[cooldownKey{c.TriggerID, c.Scope}] = c
}

// Cooldown returns until when a trigger is held back in a scope; the zero time
// when it is not known to be.
func (s *State) Cooldown(triggerID, scope string) time.Time {
	return s.cooldowns[cooldownKey{triggerID, scope}].Until
}

// Apply moves the state on by an outcome of Evaluate.
func (s *State) Apply(o Outcome) {
	s.Clock = o.Clock
	if o.Effects == nil {
		return
	}
	e := o.Effects
	for _, c := range e.Cooldowns {
		s.Reserve(c)
	}
	for i := range e.Clips {
		s.ClipsRequested = append(s.ClipsRequested, e.Clips[i].RequestedAt)
		s.ActiveClips[e.Clips[i].ClipID] = struct{}{}
		s.AddMoment(Moment{ClipID: e.Clips[i].ClipID, At: e.Clips[i].RequestedAt})
	}
	for _, asked := range e.Asked {
		s.AddAsked(asked)
	}
	for _, use := range e.Uses {
		s.AddUse(use)
	}
	for _, vote := range e.Votes {
		s.AddVote(vote)
	}
	for _, change := range e.Points {
		s.changePoints(change)
	}
	for _, counter := range e.Counters {
		s.Counters[counter.Name] = counter.Value
	}
	for _, change := range e.Overlays {
		if change.Drop {
			delete(s.Overlays, change.TriggerID)
		} else {
			s.Overlays[change.TriggerID] = change.Overlay
		}
	}
	if e.Paused != nil {
		s.Paused = *e.Paused
	}
	if _, active := s.ActiveClips[e.ClipWaits]; active {
		s.WaitingClips[e.ClipWaits] = struct{}{}
	}
	if e.ClipOver != "" {
		delete(s.ActiveClips, e.ClipOver)
		delete(s.WaitingClips, e.ClipOver)
		delete(s.spends, e.ClipOver)
		s.endMoment(e.ClipOver, e.ClipState, e.ClipURL)
	}
	if e.StreamLive != nil {
		s.streamLive(*e.StreamLive)
	}
	if e.StreamOver != nil {
		s.streamOver(e.StreamOver.Platform, e.StreamOver.StreamID)
	}
	s.forget()
}

// forget drops what can no longer decide anything, at a cost that is constant
// over many calls.
func (s *State) forget() {
	keep := s.ClipsRequested[:0]
	for _, at := range s.ClipsRequested {
		if at.After(s.Clock.Add(-time.Hour)) {
			keep = append(keep, at)
		}
	}
	s.ClipsRequested = keep
	s.forgetMoments()
	if len(s.cooldowns) >= s.sweepAt {
		s.sweep()
	}
}

func (s *State) changePoints(c PointChange) {
	s.Points[c.UserKey] = c.Balance
	if c.Reason == PointsSpent && c.ClipID != "" {
		s.AddSpend(Spend{ClipID: c.ClipID, UserKey: c.UserKey, TriggerID: c.TriggerID, Points: -c.Delta})
	}
}

func (s *State) streamLive(stream control.Stream) {
	if len(s.Streams) == 0 {
		s.StreamRef = string(stream.Platform) + ":" + stream.StreamID
	}
	// A platform has one broadcast of a channel at a time: a new one ends the
	// other. The order is that in which they are loaded.
	streams := slices.DeleteFunc(s.Streams, func(old control.Stream) bool { return old.Platform == stream.Platform })
	s.Streams = append(streams, stream)
	slices.SortFunc(s.Streams, func(a, b control.Stream) int {
		return cmp.Or(a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.Platform, b.Platform), cmp.Compare(a.StreamID, b.StreamID))
	})
}

func (s *State) streamOver(p chat.Platform, streamID string) {
	keep := s.Streams[:0]
	for _, stream := range s.Streams {
		if stream.Platform != p || stream.StreamID != streamID {
			keep = append(keep, stream)
		}
	}
	s.Streams = keep
}

// stream returns the broadcast that a message on a platform talks about: the
// one on that platform, else any.
func (s *State) stream(p chat.Platform) (control.Stream, bool) {
	for _, stream := range s.Streams {
		if stream.Platform == p {
			return stream, true
		}
	}
	if len(s.Streams) > 0 {
		return s.Streams[0], true
	}
	return control.Stream{}, false
}

// clipsSince counts the clips asked for after a time.
func (s *State) clipsSince(after time.Time) int {
	n := 0
	for _, at := range s.ClipsRequested {
		if at.After(after) {
			n++
		}
	}
	return n
}
