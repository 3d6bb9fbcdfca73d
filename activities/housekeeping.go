package activities

import (
	"context"
	"time"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/quota"
)

// QuotaZone is the time zone in which the platforms' quota days begin.
const QuotaZone = quota.YouTubeZone

// Exporter writes the documents that have changed.
type Exporter interface {
	Export(ctx context.Context) error
}

// Exports writes the exports.
type Exports struct{ Exporter Exporter }

// Snapshot writes every document that has changed since it was last written.
func (a *Exports) Snapshot(ctx context.Context, _ task.Nothing) (task.Nothing, error) {
	return task.Nothing{}, a.Exporter.Export(ctx)
}

// Attic is what the database keeps for a while.
type Attic interface {
	EnsurePartitions(ctx context.Context, now time.Time) error
	PruneChat(ctx context.Context, before time.Time) (partitions int, err error)
	PruneOutbox(ctx context.Context, before time.Time) (rows int64, err error)
	PruneRuntimeEvents(ctx context.Context, before time.Time) (rows int64, err error)
	PruneCooldowns(ctx context.Context, before time.Time) (rows int64, err error)
	PruneCaptures(ctx context.Context, before time.Time) (rows int64, err error)
	PruneBudgets(ctx context.Context, before time.Time) (rows int64, err error)
	PruneQuotas(ctx context.Context, before time.Time) (rows int64, err error)
	PrunePoints(ctx context.Context, before time.Time) (rows int64, err error)
	PruneCounters(ctx context.Context, before time.Time) (rows int64, err error)
	PruneBoards(ctx context.Context, before time.Time) (batches int64, err error)
	BeginQuotaDay(ctx context.Context, now time.Time) (reservations int64, err error)
}

// Keep says how long things are kept.
type Keep struct {
	Chat     time.Duration // the event logs: chat by whole days, inputs, decisions; longer than anything is repeated
	Queues   time.Duration // outbox rows that were sent
	Events   time.Duration
	Captures time.Duration // rows about recordings that ended, not the recordings
	Quotas   time.Duration // how past days stood
	Points   time.Duration // changes of points, not the balances
	Counters time.Duration // changes of counters, not what they stand at
	Boards   time.Duration // polls, tallies and scoreboards that are over
}

// DefaultKeep keeps what an operator may ask about within a month, queues for as
// long as a repeat could come, and quotas, points, counters and boards for a year and a bit.
func DefaultKeep() Keep {
	return Keep{Chat: 30 * day, Queues: 7 * day, Events: 30 * day, Captures: 30 * day, Quotas: 400 * day, Points: 400 * day, Counters: 400 * day, Boards: 400 * day}
}

const day = 24 * time.Hour

// Housekeeping forgets what is no longer needed.
type Housekeeping struct {
	Store Attic
	Keep  func() Keep // asked each time
}

// Reset begins a quota day: reservations that nobody will settle are ended, the
// exports show the new day, and grants of budgets older than the day before are
// forgotten. The day itself begins by the clock. It may run twice for one day.
func (a *Housekeeping) Reset(ctx context.Context, in task.ResetInput) (task.ResetResult, error) {
	ended, err := a.Store.BeginQuotaDay(ctx, in.Now)
	if err != nil {
		return task.ResetResult{}, err
	}
	grants, err := a.Store.PruneBudgets(ctx, in.Now.Add(-day))
	if err != nil {
		return task.ResetResult{}, err
	}
	return task.ResetResult{Day: quota.DayOf("youtube", in.Now).Date, Grants: grants, Reservations: ended}, nil
}

// Retain makes room for the days to come and forgets what is older than its
// time.
func (a *Housekeeping) Retain(ctx context.Context, in task.RetainInput) (result task.RetainResult, err error) {
	if err := a.Store.EnsurePartitions(ctx, in.Now); err != nil {
		return result, err
	}
	keep := a.Keep()
	if result.ChatPartitions, err = a.Store.PruneChat(ctx, in.Now.Add(-keep.Chat)); err != nil {
		return result, err
	}
	if result.Queues, err = a.Store.PruneOutbox(ctx, in.Now.Add(-keep.Queues)); err != nil {
		return result, err
	}
	// A cooldown that is over says nothing any more; an hour of them is what
	// lanes look back at.
	if _, err = a.Store.PruneCooldowns(ctx, in.Now.Add(-day)); err != nil {
		return result, err
	}
	if result.Events, err = a.Store.PruneRuntimeEvents(ctx, in.Now.Add(-keep.Events)); err != nil {
		return result, err
	}
	if _, err = a.Store.PruneQuotas(ctx, in.Now.Add(-keep.Quotas)); err != nil {
		return result, err
	}
	if _, err = a.Store.PrunePoints(ctx, in.Now.Add(-keep.Points)); err != nil {
		return result, err
	}
	if _, err = a.Store.PruneCounters(ctx, in.Now.Add(-keep.Counters)); err != nil {
		return result, err
	}
	if _, err = a.Store.PruneBoards(ctx, in.Now.Add(-keep.Boards)); err != nil {
		return result, err
	}
	result.Captures, err = a.Store.PruneCaptures(ctx, in.Now.Add(-keep.Captures))
	return result, err
}
