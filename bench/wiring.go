package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/streamsuites/streamsuites/ingest"
	"github.com/streamsuites/streamsuites/ingest/twitch"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
)

// The connections between the parts of the ingest role, as that role makes them.

// roster is the creators, who never change.
type roster struct {
	creators []ingest.Creator
	changed  chan struct{}
}

// Creators implements ingest.Roster.
func (r *roster) Creators() []ingest.Creator { return r.creators }

// Changed implements ingest.Roster.
func (r *roster) Changed() <-chan struct{} { return r.changed }

// chatHandler hands what the connection reads to the data plane.
type chatHandler struct{ account *ingest.Account }

// OnEvent implements twitch.Handler.
func (h chatHandler) OnEvent(event chat.Event) { h.account.Message(event) }

// OnOther implements twitch.Handler.
func (h chatHandler) OnOther(twitch.OtherKind) {}

// OnGap implements twitch.Handler.
func (h chatHandler) OnGap(channel string, from, to time.Time, reason string) {
	h.account.Gap(channel, from, to, reason)
}

// OnState implements twitch.Handler.
func (h chatHandler) OnState(channel string, state twitch.State, detail string) {
	h.account.State(channel, string(state), detail)
}

// speaker says in the data plane's words whether a message was surely not sent.
type speaker struct{ *twitch.Client }

// Send implements ingest.Chat.
func (s speaker) Send(ctx context.Context, channel, text, replyTo string) error {
	err := s.Client.Send(ctx, channel, text, replyTo)
	var refused *twitch.SendError
	if errors.As(err, &refused) && !refused.MaybeSent {
		return &ingest.UnsentError{Err: err}
	}
	return err
}

// sharedBudget is the account's budget in Postgres.
type sharedBudget struct {
	store   *store.Store
	account string
}

// Take implements twitch.Budget.
func (b sharedBudget) Take(ctx context.Context, bucket string, tokens, limit int, window time.Duration) (time.Duration, error) {
	return b.store.TakeBudget(ctx, b.account, bucket, tokens, limit, window, time.Now())
}

// signalCount stands in for the sessions: it counts what they would be told.
type signalCount struct{ decisions atomic.Int64 }

// Signal implements ingest.Signaller.
func (s *signalCount) Signal(_ context.Context, _ string, decisions []control.Decision) error {
	s.decisions.Add(int64(len(decisions)))
	return nil
}

// observed is the committer, and notes for every message of the commits that go
// through how long ago it was sent.
type observed struct {
	*store.Committer

	mu     sync.Mutex
	noting bool
	lags   []time.Duration
}

// Commit implements ingest.Committer.
func (o *observed) Commit(ctx context.Context, lanes []store.LaneCommit) (store.CommitResult, error) {
	result, err := o.Committer.Commit(ctx, lanes)
	if err != nil {
		return result, err
	}
	now := time.Now()
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.noting {
		return result, nil
	}
	for i := range lanes {
		for j := range lanes[i].Events {
			o.lags = append(o.lags, now.Sub(lanes[i].Events[j].SentAt))
		}
	}
	return result, nil
}

// note begins to note, with nothing noted yet.
func (o *observed) note() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.noting, o.lags = true, nil
}

// noted ends that and returns what was noted.
func (o *observed) noted() []time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.noting = false
	return o.lags
}
