package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/streamsuites/streamsuites/ingest"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/store"
)

// What the ingest role gives the data plane, with nothing behind it.

// roster is the creators, who never change.
type roster struct {
	creators []ingest.Creator
	changed  chan struct{}
}

// Creators implements ingest.Roster.
func (r *roster) Creators() []ingest.Creator { return r.creators }

// Changed implements ingest.Roster.
func (r *roster) Changed() <-chan struct{} { return r.changed }

// sharedBudget is the account's budget in Postgres, as the ingest role has it.
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

// observed is the committer, and notes how long each commit takes and, for every
// message of those that go through, how long ago it was sent.
type observed struct {
	*store.Committer

	mu     sync.Mutex
	noting bool
	notes  notes
}

// notes are what was observed.
type notes struct {
	commits []time.Duration
	lags    []time.Duration // of every message, from wire to committed
	failed  int             // commits
}

// Commit implements ingest.Committer.
func (o *observed) Commit(ctx context.Context, lanes []store.LaneCommit) (store.CommitResult, error) {
	began := time.Now()
	result, err := o.Committer.Commit(ctx, lanes)
	now := time.Now()
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.noting {
		return result, err
	}
	o.notes.commits = append(o.notes.commits, now.Sub(began))
	if err != nil {
		o.notes.failed++
		return result, err
	}
	for i := range lanes {
		for j := range lanes[i].Events {
			o.notes.lags = append(o.notes.lags, now.Sub(lanes[i].Events[j].SentAt))
		}
	}
	return result, nil
}

// note begins to note, with nothing noted yet.
func (o *observed) note() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.noting, o.notes = true, notes{}
}

// noted ends that and returns what was noted.
func (o *observed) noted() notes {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.noting = false
	return o.notes
}
