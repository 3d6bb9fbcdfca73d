package ingest

import (
	"context"
	"fmt"
	"slices"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// closeDeparted ends the broadcasts of creators and platforms that the roster does not
// have any more: nobody asks whether they go on, and they would be shown as live and
// recorded for ever. A creator who has left is taken up once more for that, without any
// channel, so that the session learns of it.
func (s *shard) closeDeparted(ctx context.Context) error {
	creators := s.host.cfg.Roster.Creators()
	open, err := s.departed(ctx, creators)
	if err != nil || len(open) == 0 {
		return err
	}
	listed := map[string]bool{}
	for _, c := range creators {
		listed[c.ID] = true
	}
	var strangers []Creator
	for id := range open {
		switch {
		case listed[id]:
		case s.holds(id) != nil:
			delete(open, id) // they left this moment, and are let go of first
		default:
			strangers = append(strangers, Creator{ID: id, Settings: trigger.DefaultSettings(id, "")})
		}
	}
	if len(strangers) > 0 {
		defer s.letGo(func(t *tenure) bool {
			return slices.ContainsFunc(strangers, func(c Creator) bool { return c.ID == t.creatorID })
		})
		if err := s.claim(ctx, strangers); err != nil {
			return err
		}
	}
	now := s.host.cfg.Clock.Now()
	for id, platforms := range open {
		t := s.holds(id)
		if t == nil {
			continue // it was left out
		}
		for _, p := range platforms {
			if _, err := s.host.cfg.Store.RecordOffline(ctx, t.epoch, id, p, now); err != nil {
				return fmt.Errorf("end the broadcast of a creator who has left: %w", err)
			}
			t.log.Info().Str("platform", string(p)).Msg("the broadcast counts as over: it is not in the configuration any more")
		}
		s.host.recorded(id)
	}
	return nil
}

// departed lists where broadcasts of this shard's creators are open that nobody looks
// after.
func (s *shard) departed(ctx context.Context, creators []Creator) (map[string][]chat.Platform, error) {
	streams, err := s.host.cfg.Store.LiveStreams(ctx)
	if err != nil {
		return nil, err
	}
	type place struct {
		creatorID string
		platform  chat.Platform
	}
	read := map[place]bool{}
	for _, c := range creators {
		for _, channel := range c.Channels {
			read[place{c.ID, channel.Platform}] = true
		}
	}
	open := map[string][]chat.Platform{}
	for _, stream := range streams {
		at := place{stream.CreatorID, stream.Platform}
		if control.ShardOf(at.creatorID) != s.number || read[at] {
			continue
		}
		read[at] = true // once
		open[at.creatorID] = append(open[at.creatorID], at.platform)
	}
	return open, nil
}

// holds returns the shard's tenure of a creator, or nil.
func (s *shard) holds(creatorID string) *tenure {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held[creatorID]
}
