package main

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/streamsuites/streamsuites/ingest"
)

// run is what one load showed.
type run struct {
	rows      int // messages; subscriptions and bans are stored on top
	took      time.Duration
	commits   int64
	sent      sent
	ingestCPU time.Duration
	dbCPU     time.Duration
	reference time.Duration
	memory    memoryPeak
	others    neighbours

	before  answers      // all that were there before it
	stats   ingest.Stats // as they were before it
	answers answers      // its own
}

func (r run) perSecond() float64          { return float64(r.rows) / r.took.Seconds() }
func (r run) referencePerSecond() float64 { return float64(r.sent.Stored) / r.reference.Seconds() }
func (r run) eachCommit() int             { return int(int64(r.sent.Stored) / max(r.commits, 1)) }

// ofCopy is the speed as a share of that of COPY alone.
func (r run) ofCopy() float64 { return r.perSecond() / r.referencePerSecond() }

// drive pushes a load through the data plane and waits until its answers are settled.
func (r *rig) drive(ctx context.Context, rows *table, l load) (run, error) {
	one, err := r.prepare(ctx, rows)
	if err != nil {
		return one, err
	}
	if err := r.push(ctx, l, &one); err != nil {
		return one, err
	}
	return one, errors.Join(r.check(ctx, rows, one), r.settle(ctx, rows, &one))
}

// prepare empties the table and notes what was there before a run.
func (r *rig) prepare(ctx context.Context, rows *table) (one run, err error) {
	if err := rows.clear(ctx); err != nil {
		return one, err
	}
	one.before, err = rows.answers(ctx)
	debug.FreeOSMemory()
	one.stats = r.host.Stats()
	return one, err
}

// push sends a load and waits until it is committed. It fails when a message was
// lost.
func (r *rig) push(ctx context.Context, l load, one *run) error {
	peak, err := watchMemory(ctx)
	if err != nil {
		return err
	}
	own, db := ownCPU(), treeCPU(r.postgres.PID())
	began, machine := time.Now(), machineUsage()
	if err := r.loader.send(l); err != nil {
		return err
	}
	err = r.awaitCommitted(ctx, one)
	one.rows, one.took, one.ingestCPU = l.Chat, time.Since(began), ownCPU()-own
	one.dbCPU, one.memory = treeCPU(r.postgres.PID())-db, peak()
	one.commits = r.host.Stats().Commits - one.stats.Commits
	one.others = neighboursSince(machine, one.ingestCPU+one.dbCPU+one.sent.CPU)
	return err
}

// awaitCommitted waits until everything that is sent is committed, and tells the load
// generator how far that is.
func (r *rig) awaitCommitted(ctx context.Context, one *run) error {
	before := one.stats
	return await(ctx, ingestWithin, 2*time.Millisecond, "all chat is committed", func() (bool, error) {
		now := r.host.Stats()
		if lost := now.Lost - before.Lost; lost > 0 {
			return false, fmt.Errorf("%d messages were lost in %d gaps", lost, now.Gaps-before.Gaps)
		}
		committed := int(now.Committed - before.Committed)
		select {
		case answer := <-r.loader.told:
			if one.sent = answer.sent; answer.err != nil {
				return false, answer.err
			}
		default:
		}
		if one.sent.Stored > 0 && committed >= one.sent.Stored && now.QueueLines == 0 && now.QueueBytes == 0 {
			return true, nil
		}
		return false, r.loader.committed(committed)
	})
}

// check counts rows, decisions and losses.
func (r *rig) check(ctx context.Context, rows *table, one run) error {
	stored, err := rows.count(ctx)
	if err != nil {
		return err
	}
	now, before := r.host.Stats(), one.stats
	if stored != one.sent.Stored || now.Lost != before.Lost || now.Duplicates != before.Duplicates || now.Unrouted != before.Unrouted {
		return fmt.Errorf("%d messages, subscriptions and bans were sent and %d are stored; lost %d, repeated %d, without a lane %d", one.sent.Stored, stored,
			now.Lost-before.Lost, now.Duplicates-before.Duplicates, now.Unrouted-before.Unrouted)
	}
	all, err := rows.answers(ctx)
	if err != nil {
		return err
	}
	if found := all.minus(one.before); found.fired+found.denied != one.sent.Triggering {
		return fmt.Errorf("%d messages were sent that match a trigger, and %d fired and %d were denied", one.sent.Triggering, found.fired, found.denied)
	}
	return nil
}
