package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Bounds of waits that take seconds on a quiet machine.
const (
	liveWithin   = 3 * time.Minute
	storedWithin = 2 * time.Minute
)

// reference is when the footprint is taken that the last one is compared with.
const reference = 3 * time.Minute

// soak does everything, prints the figures and judges them. The error says what did
// not hold.
func soak(ctx context.Context, o options) (found report, err error) {
	dir, err := os.MkdirTemp("", "streamsuites-soak-")
	if err != nil {
		return found, fmt.Errorf("make a temporary folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	o.say("SEED=%d repeats what is drawn; %s, %d messages a second", o.seed, o.length, o.rate)
	p, err := openDataPlane(ctx, dir, o)
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, p.close(ctx)) }()
	d, err := openStage(ctx, dir, p.hooks, o, p.children)
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, d.close(ctx)) }()
	if err := p.start(ctx, d.Addresses); err != nil {
		return found, err
	}
	if err := p.awaitLive(ctx); err != nil {
		return found, err
	}
	found, err = p.perform(ctx, d)
	if err != nil {
		return found, err
	}
	o.say("\n%s", found.table())
	if err := found.write(o.json); err != nil {
		return found, err
	}
	return found, found.judge()
}

func (o options) say(format string, args ...any) { _, _ = fmt.Fprintf(o.out, format+"\n", args...) }

// perform runs the load and adds up.
func (p *dataPlane) perform(ctx context.Context, d *director) (r report, err error) {
	if _, err := d.tell(orderBegin); err != nil {
		return r, err
	}
	r = report{Seed: p.seed, Rate: p.rate}
	if err := p.endure(ctx, &r); err != nil {
		return r, err
	}
	if _, err := d.tell(orderCalm); err != nil {
		return r, err
	}
	if err := p.awaitLive(ctx); err != nil {
		return r, err
	}
	last, err := d.tell(orderFarewell)
	if err != nil {
		return r, err
	}
	conn, err := pgx.Connect(ctx, p.url)
	if err != nil {
		return r, fmt.Errorf("open the books: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if err := awaitStored(ctx, conn, last.Farewells); err != nil {
		return r, err
	}
	said, err := d.tell(orderSums)
	if err != nil {
		return r, err
	}
	if err := loadJournal(ctx, conn, d.Journal); err != nil {
		return r, err
	}
	books, err := balance(ctx, conn)
	if err != nil {
		return r, err
	}
	r.settle(p, said, books)
	r.Examples, err = examples(ctx, conn)
	return r, err
}

// endure lets the load go on for as long as it should, and takes footprints.
func (p *dataPlane) endure(ctx context.Context, r *report) error {
	began, used := time.Now(), processorTime()
	window := looks * lookEvery
	at := reference
	r.Judged = p.length > reference+window
	if p.length < reference+time.Minute {
		at = p.length / 2
	}
	if !p.until(ctx, began.Add(at-window)) {
		return p.over(ctx)
	}
	r.Before = measure(ctx)
	r.BeforeAt = time.Since(began).Seconds()
	p.say("after %s: heap %.1f MB, %d goroutines, %d messages committed", time.Since(began).Round(time.Second), megabytes(r.Before.HeapBytes), r.Before.Goroutines, p.host.Stats().Committed)
	if !p.until(ctx, began.Add(p.length-window)) {
		return p.over(ctx)
	}
	r.After = measure(ctx)
	r.Seconds = time.Since(began).Seconds()
	r.CPUPercent = 100 * (processorTime() - used).Seconds() / r.Seconds
	if p.traces != "" {
		if err := writeProfiles(p.traces); err != nil {
			return err
		}
	}
	return p.over(ctx)
}

// tellEvery is how often progress is shown.
const tellEvery = 30 * time.Second

// until waits for a moment and shows progress; false when ctx or the data plane ended.
func (p *dataPlane) until(ctx context.Context, at time.Time) bool {
	for left := time.Until(at); left > 0; left = time.Until(at) {
		if !pause(ctx, min(left, tellEvery)) || p.failure() != nil {
			return false
		}
		s := p.host.Stats()
		p.say("%8d messages committed, %d gaps, %d duplicates in lanes, %d waiting", s.Committed, s.Gaps, s.Duplicates, s.QueueLines)
	}
	return ctx.Err() == nil
}

// over is why nothing goes on, or nil.
func (p *dataPlane) over(ctx context.Context) error { return errors.Join(ctx.Err(), p.failure()) }

// awaitLive waits until every channel is read.
func (p *dataPlane) awaitLive(ctx context.Context) error {
	var others []string
	for began := time.Now(); time.Since(began) < liveWithin; {
		var live int
		if live, others = p.live(); live == creators*len(platforms) {
			return nil
		}
		if err := p.over(ctx); err != nil {
			return err
		}
		pause(ctx, 100*time.Millisecond)
	}
	return fmt.Errorf("not every channel is read after %s: %s", liveWithin, strings.Join(others, ", "))
}

// awaitStored waits until messages with these texts are stored.
func awaitStored(ctx context.Context, conn *pgx.Conn, texts []string) error {
	stored := 0
	for began := time.Now(); time.Since(began) < storedWithin; {
		if err := conn.QueryRow(ctx, `select count(*) from streamsuites.chat_events where text = any($1)`, texts).Scan(&stored); err != nil {
			return fmt.Errorf("look for what was said last: %w", err)
		}
		if stored == len(texts) {
			return nil
		}
		if !pause(ctx, time.Second/2) {
			return ctx.Err()
		}
	}
	return fmt.Errorf("of the last messages, said in calm, %d of %d were stored within %s", stored, len(texts), storedWithin)
}

// writeProfiles writes profiles into a folder.
func writeProfiles(folder string) error {
	for _, name := range []string{"heap", "goroutine"} {
		file, err := os.Create(filepath.Join(folder, name+".pprof"))
		if err != nil {
			return fmt.Errorf("write the profile of the %s: %w", name, err)
		}
		if err := errors.Join(pprof.Lookup(name).WriteTo(file, 0), file.Close()); err != nil {
			return fmt.Errorf("write the profile of the %s: %w", name, err)
		}
	}
	return nil
}
