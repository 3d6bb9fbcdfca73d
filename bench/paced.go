package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	pace    = 10_000 // messages a second
	paceFor = 10 * time.Second
)

// measurePaced measures how long messages take while they come at an even pace.
func (r *rig) measurePaced(ctx context.Context, rows *table) (Figure, error) {
	watched, err := sampleWaits(ctx, r.url)
	if err != nil {
		return Figure{}, err
	}
	r.observed.note()
	one, err := r.drive(ctx, rows, load{Chat: pace * int(paceFor.Seconds()), PerSecond: pace, Ahead: 10 * ahead})
	found := r.observed.noted()
	waited, waitErr := watched.end()
	if err := errors.Join(err, waitErr); err != nil {
		return Figure{}, err
	}
	if len(found.lags) != one.sent.Stored {
		return Figure{}, fmt.Errorf("the times of %d of %d messages were noted", len(found.lags), one.sent.Stored)
	}
	reference, err := rows.copyAgain(ctx, one.eachCommit())
	if err != nil {
		return Figure{}, err
	}
	figure := pacedFigure(one, found, reference, waited)
	for _, detail := range figure.Details {
		r.say("paced: %s", detail)
	}
	return figure, nil
}

func pacedFigure(one run, found notes, reference []time.Duration, waited string) Figure {
	ms := func(values []time.Duration, p float64) string { return number(milliseconds(percentile(values, p))) }
	core := func(d time.Duration) string { return number(100 * d.Seconds() / one.took.Seconds()) }
	return Figure{
		Name: "ingest.commit_p99_ms", Value: milliseconds(percentile(found.lags, 99)), Unit: "ms", Target: 250, Lower: true,
		Reference: milliseconds(percentile(reference, 99)),
		ReferenceIs: fmt.Sprintf("99th percentile of COPY alone, with the same rows in %d transactions of %d rows, which is what a commit had on average.",
			len(reference), one.eachCommit()),
		How: fmt.Sprintf("At %s messages a second for %s: from the time that the load generator wrote into the line (`tmi-sent-ts`, in whole milliseconds, rounded "+
			"down) just before it went to TLS, until the commit that holds it has returned. Measured for every message, not sampled, by a committer that wraps the real one. Triggers and "+
			"load as for `ingest.lines_per_second`.",
			number(pace), paceFor),
		Details: []string{
			fmt.Sprintf("Wire to committed: median %s ms, 90th percentile %s ms, 99.9th percentile %s ms, longest %s ms. Of that a commit waits up to 20 ms for more.",
				ms(found.lags, 50), ms(found.lags, 90), ms(found.lags, 99.9), ms(found.lags, 100)),
			fmt.Sprintf("%d commits, %d of them failed: median %s ms, 99th percentile %s ms, longest %s ms. COPY alone: median %s ms, longest %s ms.",
				len(found.commits), found.failed, ms(found.commits, 50), ms(found.commits, 99), ms(found.commits, 100), ms(reference, 50), ms(reference, 100)),
			waited,
			fmt.Sprintf("Processor time: data plane %s %% and Postgres %s %% of one core. %s", core(one.ingestCPU), core(one.dbCPU), one.others),
		},
	}
}
