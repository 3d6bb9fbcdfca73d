package main

import (
	"context"
	"fmt"
	"time"
)

// peerRun is what one load showed of the bot on tmi.js.
type peerRun struct {
	rows     int
	took     time.Duration
	sent     sent
	cpu      time.Duration
	dbCPU    time.Duration
	resident float64 // at most, in megabytes
	counts   peerCounts
	others   neighbours
}

func (r peerRun) perSecond() float64 { return float64(r.rows) / r.took.Seconds() }

// drivePeer empties the table, sends a load to the bot, waits until it has stored all
// of it, and counts the rows.
func (r *rig) drivePeer(ctx context.Context, rows *table, to *peer, l load) (one peerRun, err error) {
	ctx, cancel := context.WithTimeout(ctx, ingestWithin)
	defer cancel()
	if err := rows.clear(ctx); err != nil {
		return one, err
	}
	before, err := to.counts(ctx)
	if err != nil {
		return one, err
	}
	pid := to.child.PID()
	if err := resetPeak(pid); err != nil {
		return one, err
	}
	stored, cpu, db := to.stored, treeCPU(pid), treeCPU(r.postgres.PID())
	began, machine := time.Now(), machineUsage()
	if err := to.loader.send(l); err != nil {
		return one, err
	}
	for to.stored-stored < l.Chat {
		if _, err := to.next(ctx); err != nil {
			return one, err
		}
		if err := to.loader.committed(to.stored - stored); err != nil {
			return one, err
		}
	}
	one = peerRun{rows: l.Chat, took: time.Since(began), cpu: treeCPU(pid) - cpu, dbCPU: treeCPU(r.postgres.PID()) - db, resident: peakOf(pid)}
	answer := <-to.loader.told
	if one.sent = answer.sent; answer.err != nil {
		return one, answer.err
	}
	one.others = neighboursSince(machine, one.cpu+one.dbCPU+one.sent.CPU)
	return one, r.checkPeer(ctx, rows, to, &one, before)
}

// checkPeer counts rows and matches.
func (r *rig) checkPeer(ctx context.Context, rows *table, to *peer, one *peerRun, before peerCounts) error {
	there, err := rows.count(ctx)
	if err != nil {
		return err
	}
	now, err := to.counts(ctx)
	if err != nil {
		return err
	}
	one.counts = peerCounts{Matched: now.Matched - before.Matched, Fired: now.Fired - before.Fired}
	if there != one.rows || one.counts.Matched != one.sent.Triggering {
		return fmt.Errorf("%d messages were sent to the bot on tmi.js, %d of them matching a trigger; it stored %d, and %d matched",
			one.rows, one.sent.Triggering, there, one.counts.Matched)
	}
	return nil
}

// peerRatio is the throughput beside that of the bot on tmi.js.
func peerRatio(turns []turn, versions string) Figure {
	var ratios []float64
	var details []string
	for i, p := range turns {
		ratios = append(ratios, p.own.perSecond()/p.peer.perSecond())
		one := p.peer
		micro := func(d time.Duration) string { return number(float64(d.Nanoseconds()) / 1000 / float64(one.rows)) }
		details = append(details, fmt.Sprintf("Run %d: %s lines/s; StreamSuites just before %s lines/s. Processor time for each message: load generator %s µs, bot %s µs (%s %% of one core), "+
			"Postgres %s µs. At most %s MB resident. %s messages matched a trigger, %s fired. %s", i+1, number(one.perSecond()), number(p.own.perSecond()),
			micro(one.sent.CPU), micro(one.cpu), number(100*one.cpu.Seconds()/one.took.Seconds()), micro(one.dbCPU), number(one.resident),
			orZero(one.counts.Matched), orZero(one.counts.Fired), one.others))
	}
	return Figure{
		Name: "ingest.ratio_to_tmijs", Value: median(ratios), Unit: "×", Target: 1.2,
		How: "Lines/s of the data plane divided by lines/s of a bot as people build it today (`bench/tmijs`: " + versions + "), each in turn with the same lines, as many, from the same generator over " +
			"TLS, into the same table with the same columns; rows are counted afterwards (it leaves subscriptions and bans out). tmi.js speaks IRC over WebSocket, so it gets the lines in text messages of up to 16 KiB, whole lines " +
			"each. It matches the same triggers in its own idiom (a `Map` for commands, one combined `RegExp` for all keywords, one for all patterns that says no at once, before each pattern is tried), keeps " +
			"cooldowns and counts in memory only, answers with `client.say` within the same allowance, and stores with `pg`: a prepared INSERT for 500 rows, an array for each column, at most four at a time with " +
			"`synchronous_commit` off, during which it pauses the socket. So it promises less: decisions, cooldowns, answers and duplicates are forgotten when it ends. Median of the turns.",
		Details: details,
	}
}
