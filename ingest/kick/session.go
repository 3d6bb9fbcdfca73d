package kick

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/backoff"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/platform/kick/pusher"
)

// session keeps one connection to the message service for the channels that are
// given to it: it connects, subscribes, reads until the connection is over, and
// connects again.
type session struct {
	c      *Client
	cancel context.CancelFunc
	wake   chan struct{} // something is to be subscribed to
	again  chan struct{} // somebody wants the next attempt now

	// These belong to the client's mutex.
	channels map[string]*channel
	topics   map[string]*channel // subscribed to on the connection, or asked for
	conn     *pusher.Conn        // nil while there is none

	progress chat.Progress // of the connection; belongs to the goroutine that reads
}

func (s *session) run(ctx context.Context) {
	t := s.c.cfg.Timing
	spacing := backoff.Backoff{Base: t.BackoffBase, Max: t.BackoffMax, Rand: s.c.cfg.Rand}
	refused := "" // the address that was refused for good the last time
	for ctx.Err() == nil {
		address, held, err := s.once(ctx)
		if ctx.Err() != nil {
			return
		}
		if held >= t.Healthy {
			spacing.Reset()
		}
		pause := spacing.Next()
		switch pusher.ActionOf(err) {
		case pusher.AtOnce:
			// A server that goes on saying so is spaced like any other.
			if spacing.Attempt <= 1 {
				pause = min(pause, time.Second/4)
			}
		case pusher.Never:
			if address == refused {
				pause = t.Parked
			}
			refused = address
			s.fatal(err, pause)
		}
		s.c.stats.reconnects.Add(1)
		s.c.cfg.Log.Warn().Str("reason", reason(err)).Stringer("held", held.Round(time.Millisecond)).
			Stringer("retry_in", pause.Round(time.Millisecond)).Msg("kick chat connection is over")
		if !s.rest(ctx, pause) {
			return
		}
	}
}

// rest waits before the next attempt, unless somebody wants it now. It reports
// false at the end of ctx.
func (s *session) rest(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-s.again:
	case <-timer.C:
	}
	return ctx.Err() == nil
}

// fatal handles a refusal that the same key or the same numbers would meet again:
// both are found out anew before the next attempt.
func (s *session) fatal(err error, pause time.Duration) {
	s.c.stats.fatal.Add(1)
	s.c.cfg.Log.Error().Str("reason", reason(err)).Stringer("retry_in", pause).
		Msg("the message service refuses kick chat for good; its key or the chatrooms' numbers may have changed")
	s.c.mu.Lock()
	defer s.c.mu.UnlockAndTell()
	for _, ch := range s.sorted() {
		if ch.phase == phaseParked {
			continue
		}
		s.c.forget(ch, reason(err))
		s.c.setState(ch, StatePaused, reason(err))
	}
}

// once makes one connection and serves it. It returns the address, how long the
// connection held after its greeting, and why it ended.
func (s *session) once(ctx context.Context) (string, time.Duration, error) {
	cfg := &s.c.cfg
	address, err := cfg.Address(ctx)
	if err == nil {
		err = checkAddress(address)
	}
	if err != nil {
		err = fmt.Errorf("address of the message service: %w", err)
		s.show(err)
		return "", 0, err
	}
	conn, err := pusher.Dial(ctx, pusher.Config{
		Address: address, HTTPClient: cfg.HTTPClient, Clock: cfg.Clock, Handshake: cfg.Timing.Handshake,
		Write: cfg.Timing.Write, Activity: cfg.Timing.Activity, Pong: cfg.Timing.Pong,
	})
	if err != nil {
		s.show(err)
		return address, 0, err
	}
	began := time.Now()
	err = s.serve(ctx, conn)
	return address, time.Since(began), err
}

// show states why there is no connection.
func (s *session) show(err error) {
	s.c.mu.Lock()
	defer s.c.mu.UnlockAndTell()
	for _, ch := range s.sorted() {
		if ch.phase == phaseWaiting {
			s.c.setState(ch, StateDegraded, reason(err))
		}
	}
}

// serve subscribes and reads until the connection is over.
func (s *session) serve(ctx context.Context, conn *pusher.Conn) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.c.stats.connections.Add(1)
	defer s.c.stats.connections.Add(-1)
	s.c.mu.Lock()
	s.conn, s.topics, s.progress = conn, map[string]*channel{}, chat.Progress{}
	s.c.cfg.Log.Info().Int("channels", len(s.channels)).Msg("kick chat connected")
	s.c.mu.Unlock()
	var subscriber sync.WaitGroup
	subscriber.Go(func() { s.subscribe(ctx, conn) })

	err := conn.Run(ctx, s)

	stopping := ctx.Err() != nil
	cancel()
	subscriber.Wait()
	s.c.mu.Lock()
	defer s.c.mu.UnlockAndTell()
	s.conn, s.topics = nil, map[string]*channel{}
	s.progress.Heard(conn.LastHeard())
	for _, ch := range s.sorted() {
		if !stopping {
			s.c.dropped(ch, s.progress.UpTo(), reason(err))
		}
	}
	return err
}

// subscribe asks for channels as they come and watches for confirmations that do
// not.
func (s *session) subscribe(ctx context.Context, conn *pusher.Conn) {
	for ctx.Err() == nil {
		topics, pause := s.pick(time.Now())
		for _, topic := range topics {
			if conn.Subscribe(topic) != nil {
				return // the reader says why
			}
		}
		if len(topics) > 0 {
			continue
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-s.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// pick returns what is to be subscribed to for one channel, or how long there is
// nothing to do. A subscription that was not confirmed is asked for again.
func (s *session) pick(now time.Time) ([]string, time.Duration) {
	s.c.mu.Lock()
	defer s.c.mu.UnlockAndTell()
	pause := time.Minute
	for _, ch := range s.sorted() {
		if ch.phase == phaseSubscribing {
			if left := ch.confirmBy.Sub(now); left > 0 {
				pause = min(pause, left)
				continue
			}
			ch.attempts++
			t := s.c.cfg.Timing
			spacing := backoff.Backoff{Base: t.BackoffBase, Max: t.BackoffMax, Rand: s.c.cfg.Rand, Attempt: ch.attempts}
			ch.phase, ch.due = phaseWaiting, now.Add(spacing.Next())
			s.c.setState(ch, StateDegraded, "subscription was not confirmed")
		}
		if ch.phase != phaseWaiting {
			continue
		}
		if left := ch.due.Sub(now); left > 0 {
			pause = min(pause, left)
			continue
		}
		ch.phase, ch.confirmBy = phaseSubscribing, now.Add(s.c.cfg.Timing.Subscribe)
		topics := ch.topics()
		for _, topic := range topics {
			s.topics[topic] = ch
		}
		return topics, 0
	}
	return nil, pause
}

// untopic forgets what is subscribed to for a channel and returns it.
func (s *session) untopic(ch *channel) []string {
	var gone []string
	for topic, other := range s.topics {
		if other == ch {
			gone = append(gone, topic)
			delete(s.topics, topic)
		}
	}
	return gone
}

// sorted returns the session's channels by name, so that things have an order.
func (s *session) sorted() []*channel {
	list := make([]*channel, 0, len(s.channels))
	for _, name := range slices.Sorted(maps.Keys(s.channels)) {
		list = append(list, s.channels[name])
	}
	return list
}

// reason words the end of a connection for people.
func reason(err error) string {
	switch {
	case err == nil:
		return "connection ended"
	case errors.Is(err, pusher.ErrSilent):
		return "no answer to ping"
	}
	return err.Error()
}
