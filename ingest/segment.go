package ingest

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// segment is a stretch of a lane that is committed in one piece: what it took
// in and what followed from it.
type segment struct {
	commit store.LaneCommit
	counts []platformCount
	inbox  []heldInbox // inputs besides chat, to be evaluated again after a failure
	failed []chat.Platform
	bytes  int64     // of the events
	oldest time.Time // when the first input arrived
	urgent bool      // holds something that somebody waits for
	hidden bool      // some of the events were taken in while texts were not to be stored
	airing []uint8   // for each event, of which of the commit's reports it is, from 1; 0 for none
	used   bool
	slack  slack    // of the events
	then   []func() // what waits until watchers know of the segment, see lane.afterCommit
}

// heldInbox is an inbox row and its place among the events.
type heldInbox struct {
	row   store.Inbox
	after int // number of events before it
}

type platformCount struct {
	platform chat.Platform
	delta    store.CounterDelta
}

func newSegment(creatorID string, epoch int64) *segment {
	return &segment{commit: store.LaneCommit{CreatorID: creatorID, Epoch: epoch}}
}

// reset empties the segment and keeps its memory.
func (s *segment) reset() {
	c := &s.commit
	clear(c.Events) // so that the texts can be collected
	outgrown := s.slack.outgrown(len(c.Events), cap(c.Events))
	if outgrown || cap(c.Events) > maxSpare && len(c.Events) < cap(c.Events)/4 {
		c.Events = nil
	}
	*c = store.LaneCommit{CreatorID: c.CreatorID, Epoch: c.Epoch, Events: c.Events[:0], Counters: c.Counters, Reports: c.Reports[:0]}
	clear(c.Counters)
	*s = segment{commit: *c, counts: s.counts[:0], airing: s.airing[:0], slack: s.slack}
}

// slack counts how often in a row a buffer was far larger than what it held.
type slack int

// outgrown notes what a buffer held, and reports whether it should be given up.
func (s *slack) outgrown(held, room int) bool {
	if held >= room/4 {
		*s = 0
		return false
	}
	if *s++; *s < maxSlack {
		return false
	}
	*s = 0
	return true
}

// touch notes that the segment holds something since a time.
func (s *segment) touch(at time.Time) {
	if !s.used {
		s.used, s.oldest = true, at
	}
}

// count returns the counters of a platform.
func (s *segment) count(p chat.Platform) *store.CounterDelta {
	for i := range s.counts {
		if s.counts[i].platform == p {
			return &s.counts[i].delta
		}
	}
	s.counts = append(s.counts, platformCount{platform: p})
	return &s.counts[len(s.counts)-1].delta
}

// seal makes the segment ready to be committed now.
func (s *segment) seal(now time.Time) {
	s.measure(now)
	if s.commit.Counters == nil {
		s.commit.Counters = map[chat.Platform]store.CounterDelta{}
	}
	for i := range s.counts {
		s.commit.Counters[s.counts[i].platform] = s.counts[i].delta
	}
}

// gap writes down that chat was lost, in one row with what was lost just before
// for the same reason.
func (s *segment) gap(g store.Gap) {
	if n := len(s.commit.Gaps); n > 0 && g.Lost > 0 {
		last := &s.commit.Gaps[n-1]
		if last.Platform == g.Platform && last.Channel == g.Channel && last.Reason == g.Reason && !g.From.Before(last.From) {
			last.Lost += g.Lost
			if g.To.After(last.To) {
				last.To = g.To
			}
			return
		}
	}
	s.commit.Gaps = append(s.commit.Gaps, g)
}

// rows estimates how much there is to write.
func (s *segment) rows() int {
	c := &s.commit
	return len(c.Events) + len(c.Decisions) + len(c.Cooldowns) + len(c.Outbox) + len(c.Clips) + len(c.Gaps) +
		len(c.Asked) + len(c.Uses) + len(c.Votes) + len(c.Points) + len(c.Overlays) + len(c.Changes) + 1
}

// add writes down what followed from the input with that place in the sequence.
// Outbox rows whose keys are spent were written by an earlier commit.
func (s *segment) add(seq int64, e *trigger.Effects, spent map[string]struct{}) error {
	s.urgent = true
	c := &s.commit
	for _, d := range e.Decisions {
		c.Decisions = append(c.Decisions, store.Decision{
			LaneSeq: seq, TriggerID: d.TriggerID, Key: d.Key, Fired: d.Fired,
			Step: string(d.Step), Detail: d.Detail, Config: d.Config, At: d.At, Author: d.Author,
		})
	}
	for _, cool := range e.Cooldowns {
		c.Cooldowns = append(c.Cooldowns, store.Cooldown(cool))
	}
	c.Clips = append(c.Clips, e.Clips...)
	s.addTriggers(seq, e)
	for _, signal := range e.Signals {
		row := store.Outbox{Kind: store.OutboxSignal, DedupeKey: signal.Key}
		if err := s.send(row, seq, signal, spent); err != nil {
			return err
		}
	}
	for _, m := range e.Messages {
		row := store.Outbox{
			Kind: store.OutboxReply, DedupeKey: m.Key, Platform: m.Platform, Channel: m.Channel, Class: m.Class, NotAfter: m.NotAfter,
		}
		if err := s.send(row, seq, store.Reply{Text: m.Text, ReplyTo: m.ReplyTo, ClipID: m.ClipID, Part: m.Part}, spent); err != nil {
			return err
		}
	}
	for _, d := range e.Deletions {
		row := store.Outbox{
			Kind: store.OutboxDelete, DedupeKey: d.Key, Platform: d.Platform, Channel: d.Channel, NotAfter: d.NotAfter,
		}
		if err := s.send(row, seq, store.Deletion{MessageID: d.MessageID}, spent); err != nil {
			return err
		}
	}
	return s.configure(e)
}

func (s *segment) send(row store.Outbox, seq int64, payload any, spent map[string]struct{}) error {
	if _, done := spent[row.DedupeKey]; done || s.sends(row.DedupeKey) {
		return nil
	}
	body, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("write down %s: %w", row.DedupeKey, err)
	}
	row.CreatorID, row.LaneSeq, row.Payload = s.commit.CreatorID, seq, body
	s.commit.Outbox = append(s.commit.Outbox, row)
	return nil
}

// sends reports whether the segment holds that outbox row already. There are
// few of them in a segment.
func (s *segment) sends(key string) bool {
	for i := range s.commit.Outbox {
		if s.commit.Outbox[i].DedupeKey == key {
			return true
		}
	}
	return false
}
