package ingest

import (
	"context"
	"errors"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/control"
)

const (
	// LiveBatch is how many channels a LiveSource is asked about at once.
	LiveBatch = 100
	// missesUntilOver is how many answers in a row have to lack a channel before
	// it counts as offline: platforms cache, and forget for a moment.
	missesUntilOver = 2
	// seenEvery is how often a broadcast is recorded again whose title and category
	// did not change, so that its row shows how many watch and that somebody still
	// looks.
	seenEvery = time.Minute
)

// poller asks one account's platform which channels are live and records the
// transitions.
type poller struct {
	account  string
	source   LiveSource
	store    Store
	clock    Clock
	every    time.Duration
	log      zerolog.Logger
	metrics  Metrics
	channels func(account string) []watched
	changed  func(creatorID string) // something was written for the creator
	nudge    chan struct{}

	known    map[watched]*broadcast
	standing standing
}

// watched is a channel that is asked about.
type watched struct {
	creatorID string
	epoch     int64
	channel   Channel
}

// broadcast is what the poller knows about a channel.
type broadcast struct {
	stream   control.Stream // zero when offline
	recorded time.Time      // when it was last written; zero when the rows are unknown
	misses   int
}

func (p *poller) run(ctx context.Context) {
	for {
		p.poll(ctx)
		fired, stop := p.clock.Timer(p.every)
		select {
		case <-ctx.Done():
			stop()
			return
		case <-p.nudge:
		case <-fired:
		}
		stop()
	}
}

// poll asks once about every channel.
func (p *poller) poll(ctx context.Context) {
	channels := p.channels(p.account)
	p.forget(channels)
	worst, why := whole, error(nil)
	for len(channels) > 0 && ctx.Err() == nil {
		batch := channels[:min(LiveBatch, len(channels))]
		channels = channels[len(batch):]
		names := make([]string, len(batch))
		for i, w := range batch {
			names[i] = w.channel.Name
		}
		began := p.clock.Now()
		live, err := p.source.Live(ctx, names)
		p.metrics.poll(len(names), p.clock.Now().Sub(began), err)
		var partly partlyKnown
		how := whole
		switch {
		case errors.As(err, &partly):
			how = partial
		case err != nil:
			how = refused
		}
		if how > worst {
			worst, why = how, err
		}
		if how == refused {
			continue // not knowing is not a miss
		}
		for _, w := range batch {
			if partly != nil && partly.Unknown(w.channel.Name) {
				continue
			}
			stream, on := live[w.channel.Name]
			if err := p.observe(ctx, w, stream, on); err != nil && ctx.Err() == nil {
				p.log.Warn().Err(err).Str("creator", w.creatorID).Msg("the live state cannot be recorded yet")
			}
		}
	}
	if ctx.Err() == nil {
		p.tell(worst, why)
	}
}

// standing is what is known about who is live.
type standing int

const (
	whole   standing = iota // of everybody
	partial                 // of some it is not known yet
	refused                 // the platform does not say
)

// partlyKnown is the error of a LiveSource whose answer holds all the same, but for some
// channels.
type partlyKnown interface{ Unknown(channel string) bool }

// tell logs how much is known when that changes, and not at every look.
func (p *poller) tell(now standing, why error) {
	if now == p.standing {
		return
	}
	p.standing = now
	log := p.log.With().Str("account", p.account).Logger()
	switch now {
	case whole:
		log.Info().Msg("it is known again who is live")
	case partial:
		log.Info().Err(why).Msg("it is being found out who is live")
	case refused:
		log.Warn().Err(why).Msg("the platform does not say who is live")
	}
}

// forget drops what is no longer watched.
func (p *poller) forget(channels []watched) {
	still := make(map[watched]struct{}, len(channels))
	for _, w := range channels {
		still[w] = struct{}{}
	}
	for w := range p.known {
		if _, ok := still[w]; !ok {
			delete(p.known, w)
		}
	}
}

func (p *poller) observe(ctx context.Context, w watched, stream control.Stream, on bool) error {
	b := p.known[w]
	if b == nil {
		b = &broadcast{}
		p.known[w] = b
	}
	if !on {
		return p.miss(ctx, w, b)
	}
	b.misses = 0
	stream.CreatorID, stream.Platform, stream.Channel = w.creatorID, w.channel.Platform, w.channel.Name
	now := p.clock.Now()
	if b.stream.StreamID == stream.StreamID && b.stream.Title == stream.Title && b.stream.Category == stream.Category &&
		now.Sub(b.recorded) < seenEvery {
		return nil
	}
	started, err := p.store.RecordLive(ctx, w.epoch, stream)
	if err != nil {
		return err
	}
	b.stream, b.recorded = stream, now
	if started {
		p.log.Info().Str("creator", w.creatorID).Str("platform", string(w.channel.Platform)).Msg("live")
		p.changed(w.creatorID)
	}
	return nil
}

// miss counts an answer without the channel. What an earlier process recorded
// as live is ended in the same way, so the first answers count as well.
func (p *poller) miss(ctx context.Context, w watched, b *broadcast) error {
	offline := b.stream.StreamID == "" && !b.recorded.IsZero()
	if offline {
		return nil
	}
	if b.misses++; b.misses < missesUntilOver {
		return nil
	}
	now := p.clock.Now()
	ended, err := p.store.RecordOffline(ctx, w.epoch, w.creatorID, w.channel.Platform, now)
	if err != nil {
		return err
	}
	*b = broadcast{recorded: now}
	if len(ended) > 0 {
		p.log.Info().Str("creator", w.creatorID).Str("platform", string(w.channel.Platform)).Msg("offline")
		p.changed(w.creatorID)
	}
	return nil
}
