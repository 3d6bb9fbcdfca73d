package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/ingest"
)

const (
	ingestRuns   = 3
	ingestWithin = 3 * time.Minute // a run
	// ahead is how many messages may be on their way: about a fifth of what the data
	// plane holds before it records a gap.
	ahead = 50_000
)

// measureIngest measures the data plane: how much chat it takes in at most, and how
// long a message takes at a quarter of the load or less.
func measureIngest(ctx context.Context, b bench) (figures []Figure, err error) {
	r, err := newRig(ctx, b)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.stop(ctx)) }()
	rows, err := openTable(ctx, r.url)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.close(context.WithoutCancel(ctx))) }()
	if _, err := r.drive(ctx, rows, load{Chat: min(b.lines, 20_000), Ahead: ahead}); err != nil {
		return nil, fmt.Errorf("warm up: %w", err)
	}
	var runs []run
	for i := range ingestRuns {
		one, err := r.drive(ctx, rows, load{Chat: b.lines, Ahead: ahead})
		if err != nil {
			return nil, err
		}
		reference, err := rows.copyAgain(ctx, one.eachCommit())
		if err != nil {
			return nil, err
		}
		one.reference = sum(reference)
		r.say("run %d: %s lines/s, COPY alone %s rows/s", i+1, number(one.perSecond()), number(one.referencePerSecond()))
		runs = append(runs, one)
	}
	paced, err := r.measurePaced(ctx, rows)
	if err != nil {
		return nil, err
	}
	return []Figure{throughput(runs), paced}, nil
}

// run is what one load showed.
type run struct {
	rows      int
	took      time.Duration
	commits   int64
	sent      sent
	ingestCPU time.Duration
	dbCPU     time.Duration
	reference time.Duration
	others    neighbours
}

func (r run) perSecond() float64          { return float64(r.rows) / r.took.Seconds() }
func (r run) referencePerSecond() float64 { return float64(r.rows) / r.reference.Seconds() }
func (r run) eachCommit() int             { return int(int64(r.rows) / max(r.commits, 1)) }

// drive empties the table, sends a load, waits until it is committed, and counts
// the rows. It fails when a message was lost or a queue is not empty.
func (r *rig) drive(ctx context.Context, rows *table, l load) (run, error) {
	if err := rows.clear(ctx); err != nil {
		return run{}, err
	}
	before, ownBefore, dbBefore := r.host.Stats(), ownCPU(), treeCPU(r.postgres.PID())
	began, machine := time.Now(), machineUsage()
	if err := r.loader.send(l); err != nil {
		return run{}, err
	}
	err := await(ctx, ingestWithin, 2*time.Millisecond, "all chat is committed", func() (bool, error) {
		now := r.host.Stats()
		if lost := now.Lost - before.Lost; lost > 0 {
			return false, fmt.Errorf("%d messages were lost in %d gaps", lost, now.Gaps-before.Gaps)
		}
		committed := int(now.Committed - before.Committed)
		if committed >= l.Chat && now.QueueLines == 0 && now.QueueBytes == 0 {
			return true, nil
		}
		return false, r.loader.committed(committed)
	})
	if err != nil {
		return run{}, err
	}
	done := run{rows: l.Chat, took: time.Since(began), ingestCPU: ownCPU() - ownBefore}
	done.dbCPU = treeCPU(r.postgres.PID()) - dbBefore
	done.commits = r.host.Stats().Commits - before.Commits
	answer := <-r.loader.told
	if done.sent = answer.sent; answer.err != nil {
		return run{}, answer.err
	}
	done.others = neighboursSince(machine, done.ingestCPU+done.dbCPU+done.sent.CPU)
	return done, r.check(ctx, rows, l, before)
}

// check counts the rows and the losses.
func (r *rig) check(ctx context.Context, rows *table, l load, before ingest.Stats) error {
	stored, err := rows.count(ctx)
	if err != nil {
		return err
	}
	now := r.host.Stats()
	if stored != l.Chat || now.Lost != before.Lost || now.Duplicates != before.Duplicates || now.Unrouted != before.Unrouted {
		return fmt.Errorf("%d messages were sent and %d are stored; lost %d, repeated %d, without a lane %d", l.Chat, stored,
			now.Lost-before.Lost, now.Duplicates-before.Duplicates, now.Unrouted-before.Unrouted)
	}
	return nil
}

// throughput sums the runs up.
func throughput(runs []run) Figure {
	var speeds, references []float64
	details := make([]string, 0, len(runs))
	for i, one := range runs {
		speeds, references = append(speeds, one.perSecond()), append(references, one.referencePerSecond())
		micro := func(d time.Duration) string { return number(float64(d.Microseconds()) / float64(one.rows)) }
		details = append(details, fmt.Sprintf("Run %d: %s messages in %s s, %s lines/s, in %d commits of %s rows on average; COPY alone %s rows/s. "+
			"Processor time for each message: load generator %s µs (%s s in all, %s %% of one core), data plane %s µs, Postgres %s µs. %s",
			i+1, number(float64(one.rows)), number(one.took.Seconds()), number(one.perSecond()), one.commits, number(float64(one.eachCommit())),
			number(one.referencePerSecond()), micro(one.sent.CPU), number(one.sent.CPU.Seconds()),
			number(100*one.sent.CPU.Seconds()/one.took.Seconds()), micro(one.ingestCPU), micro(one.dbCPU), one.others))
	}
	return Figure{
		Name: "ingest.lines_per_second", Value: median(speeds), Unit: "lines/s", Target: 20_000,
		Reference: median(references),
		ReferenceIs: "the same rows taken out of the table and copied into it again in the same run by pgx's COPY alone, under the same primary key and " +
			"indexes, in transactions of as many rows as the run's commits had on average, with `synchronous_commit` off as for plain chat. Median.",
		How: fmt.Sprintf("Real Twitch chat with fresh ids and times, spread over %d creators, from the first byte handed to TLS in the load generator's "+
			"process until all of it is committed in Postgres and every queue is empty; then the rows are counted. One connection, one bot account, the "+
			"parts put together as in the ingest role, the triggers that everybody has, durable Postgres settings, an empty table at the beginning. The "+
			"generator stays at most %s messages ahead of what is committed. Only chat messages count; bans and subscriptions between them are sent, too. "+
			"Median of %d runs.", creators, number(ahead), len(runs)),
		Details: details,
	}
}
