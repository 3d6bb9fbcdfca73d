package ingest

import (
	"encoding/json"
	"fmt"

	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// addTriggers writes down what triggers count, spend and change.
func (s *segment) addTriggers(seq int64, e *trigger.Effects) {
	c := &s.commit
	for _, a := range e.Asked {
		c.Asked = append(c.Asked, store.ClipAsked{
			ClipID: a.ClipID, UserKey: a.UserKey, Platform: a.Platform, Channel: a.Channel, MessageID: a.MessageID, Name: a.Name,
			At: a.At, LaneSeq: seq,
		})
	}
	for _, u := range e.Uses {
		c.Uses = append(c.Uses, store.Use{
			TriggerID: u.TriggerID, UserKey: u.UserKey, Total: u.Total, StreamRef: u.StreamRef, StreamTotal: u.StreamTotal, LaneSeq: seq,
		})
	}
	for _, v := range e.Votes {
		c.Votes = append(c.Votes, store.Vote(v))
	}
	for _, p := range e.Points {
		c.Points = append(c.Points, store.PointChange{
			LaneSeq: seq, UserKey: p.UserKey, Delta: p.Delta, Balance: p.Balance, Reason: string(p.Reason),
			TriggerID: p.TriggerID, ClipID: p.ClipID, At: p.At,
		})
	}
	for _, n := range e.Counters {
		c.ChatCounters = append(c.ChatCounters, store.CounterChange{
			ChatCounter: store.ChatCounter{Name: n.Name, Value: n.Value}, LaneSeq: seq, By: n.By, At: n.At,
		})
	}
	for _, o := range e.Overlays {
		c.Overlays = append(c.Overlays, store.OverlayChange{
			Overlay: store.Overlay{TriggerID: o.TriggerID, Patch: o.Patch, By: o.By, At: o.At, LaneSeq: seq}, Drop: o.Drop,
		})
	}
	for _, change := range e.Changes {
		c.Changes = append(c.Changes, store.TriggerChange{
			LaneSeq: seq, Subject: change.Subject, Action: change.Action, By: change.By, Name: change.Name, At: change.At,
			Before: change.Before, After: change.After,
		})
	}
	if e.ClipOver != "" {
		if c.ClipsOver == nil {
			c.ClipsOver = map[string]int64{}
		}
		c.ClipsOver[e.ClipOver] = seq
	}
	if e.ClipWaits != "" {
		if c.ClipsWaiting == nil {
			c.ClipsWaiting = map[string]int64{}
		}
		c.ClipsWaiting[e.ClipWaits] = seq
	}
}

// configure writes down what is in force from now on.
func (s *segment) configure(e *trigger.Effects) error {
	if e.Paused != nil {
		s.commit.Paused = e.Paused
	}
	if e.Config == nil {
		return nil
	}
	settings, err := json.Marshal(e.Config)
	if err != nil {
		return fmt.Errorf("write down the configuration: %w", err)
	}
	s.commit.Config = &store.Config{Hash: e.Config.Hash(), Settings: settings}
	return nil
}
