package main

import (
	"context"
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/ingest"
)

// run is what one load showed.
type run struct {
	rows      int // messages; subscriptions are stored on top
	took      time.Duration
	commits   int64
	sent      sent
	ingestCPU time.Duration
	dbCPU     time.Duration
	reference time.Duration
	memory    memoryPeak
	others    neighbours

	before  answers // all that were there before it
	answers answers // its own
}

func (r run) perSecond() float64          { return float64(r.rows) / r.took.Seconds() }
func (r run) referencePerSecond() float64 { return float64(r.sent.Stored) / r.reference.Seconds() }
func (r run) eachCommit() int             { return int(int64(r.sent.Stored) / max(r.commits, 1)) }

// ofCopy is the speed as a share of that of COPY alone.
func (r run) ofCopy() float64 { return r.perSecond() / r.referencePerSecond() }

// drive pushes a load through the data plane and waits until its answers are settled.
func (r *rig) drive(ctx context.Context, rows *table, l load) (run, error) {
	one, err := r.push(ctx, rows, l)
	if err != nil {
		return run{}, err
	}
	return one, r.settle(ctx, rows, &one)
}

// push empties the table, sends a load, waits until it is committed, and counts the
// rows. It fails when a message was lost or a queue is not empty.
func (r *rig) push(ctx context.Context, rows *table, l load) (one run, err error) {
	if err := rows.clear(ctx); err != nil {
		return one, err
	}
	if one.before, err = rows.answers(ctx); err != nil {
		return one, err
	}
	peak, err := watchMemory(ctx)
	if err != nil {
		return one, err
	}
	before, ownBefore, dbBefore := r.host.Stats(), ownCPU(), treeCPU(r.postgres.PID())
	began, machine := time.Now(), machineUsage()
	if err := r.loader.send(l); err != nil {
		return one, err
	}
	err = r.awaitCommitted(ctx, &one, before)
	one.rows, one.took, one.ingestCPU = l.Chat, time.Since(began), ownCPU()-ownBefore
	one.dbCPU, one.memory = treeCPU(r.postgres.PID())-dbBefore, peak()
	if err != nil {
		return one, err
	}
	one.commits = r.host.Stats().Commits - before.Commits
	one.others = neighboursSince(machine, one.ingestCPU+one.dbCPU+one.sent.CPU)
	return one, r.check(ctx, rows, one, before)
}

// awaitCommitted waits until everything that is sent is committed, and tells the load
// generator how far that is.
func (r *rig) awaitCommitted(ctx context.Context, one *run, before ingest.Stats) error {
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
func (r *rig) check(ctx context.Context, rows *table, one run, before ingest.Stats) error {
	stored, err := rows.count(ctx)
	if err != nil {
		return err
	}
	now := r.host.Stats()
	if stored != one.sent.Stored || now.Lost != before.Lost || now.Duplicates != before.Duplicates || now.Unrouted != before.Unrouted {
		return fmt.Errorf("%d messages and subscriptions were sent and %d are stored; lost %d, repeated %d, without a lane %d", one.sent.Stored, stored,
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
