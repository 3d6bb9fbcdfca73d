package exports

import (
	"context"
	"errors"
	"time"

	"github.com/streamsuites/streamsuites/internal/backoff"
	"github.com/streamsuites/streamsuites/internal/durable"
)

const (
	// standby is how often a locked tree is tried again.
	standby = 2 * time.Second
	// passTimeout bounds one look at the rows.
	passTimeout = 30 * time.Second
	// firstRetry and lastRetry bound the wait after a failure.
	firstRetry = time.Second
	lastRetry  = 10 * time.Second
)

// Run keeps the documents in step until ctx ends, and then returns its error. It
// waits for the lock on the tree as long as somebody else has it.
func (e *Exporter) Run(ctx context.Context) error {
	release, err := e.waitForTree(ctx)
	if err != nil {
		return err
	}
	defer release()
	ctx, cancel := context.WithCancel(ctx)
	n := newNews()
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		// It ends with ctx only.
		_ = e.options.Source.Listen(ctx, []string{Channel}, func(_, payload string) { n.hear(payload) })
	}()
	defer func() { cancel(); <-listening }()
	e.loop(ctx, n)
	return context.Cause(ctx)
}

// waitForTree takes the tree for this process. The returned function gives it
// back.
func (e *Exporter) waitForTree(ctx context.Context) (release func(), err error) {
	said := false
	for {
		e.mu.Lock()
		w, unlock, err := e.openWriter()
		if err == nil {
			e.writer, e.collector, e.complete = w, newCollector(e.options), time.Time{}
			e.mu.Unlock()
			return func() {
				e.mu.Lock()
				defer e.mu.Unlock()
				e.writer = nil
				unlock()
			}, nil
		}
		e.mu.Unlock()
		var held *durable.LockedError
		switch {
		case said:
		case errors.As(err, &held):
			e.options.Log.Info().Int("pid", held.PID).Msg("Another process writes these exports; standing by")
		default:
			e.options.Log.Warn().Err(err).Msg("The export folder cannot be opened; trying again")
		}
		said = true
		if backoff.Wait(ctx, standby) != nil {
			return nil, context.Cause(ctx)
		}
	}
}

// task is one of the two things that the loop does again and again.
type task struct {
	what  string
	due   time.Time
	done  time.Time     // when it was done last
	gap   time.Duration // least time between two times
	every time.Duration // most time between two times
	retry time.Duration // wait after the last failure; 0 when all is well
	do    func(context.Context) error
}

func (e *Exporter) loop(ctx context.Context, n *news) {
	o, now := e.options, e.options.Clock()
	documents := task{what: "documents", due: now, gap: o.Debounce, every: o.Refresh, do: func(ctx context.Context) error {
		told := n.take()
		var err error
		// Since the zero time more than that has passed.
		if told.complete || o.Clock().Sub(e.complete) >= o.Refresh {
			told.complete = true
			err = e.writeComplete(ctx, e.writer)
		} else {
			err = e.writeDocuments(ctx, e.writer, told)
		}
		if err != nil {
			told.complete = true // what the rows were like is remembered, but may not have been written
			n.again(told)
		}
		return err
	}}
	snapshot := task{what: "snapshot", due: now, gap: o.SnapshotGap, every: o.Heartbeat, do: func(ctx context.Context) error {
		return e.writeSnapshot(ctx, e.writer, false)
	}}
	tasks := []*task{&documents, &snapshot}
	for ctx.Err() == nil {
		timer := time.NewTimer(earlier(documents.due, snapshot.due).Sub(o.Clock()))
		select {
		case <-ctx.Done():
		case <-n.wake:
			for _, t := range tasks {
				t.change(o.Clock())
			}
		case <-timer.C:
		}
		timer.Stop()
		for _, t := range tasks {
			if ctx.Err() == nil && !o.Clock().Before(t.due) {
				e.pass(ctx, t)
			}
		}
	}
}

// change makes the task due: at once after a quiet time, else as soon as the gap
// to the last time is wide enough. After a failure it is due soon anyway, and no
// sooner than the failure allows.
func (t *task) change(now time.Time) {
	if t.retry == 0 {
		t.due = earlier(t.due, later(now, t.done.Add(t.gap)))
	}
}

// pass does a task that is due and says when it is due again: after a failure the
// later the more often it failed. The first failure of several is logged, and
// their end.
func (e *Exporter) pass(ctx context.Context, t *task) {
	bounded, cancel := context.WithTimeout(ctx, passTimeout)
	defer cancel()
	e.mu.Lock()
	err := t.do(bounded)
	e.mu.Unlock()
	log := e.options.Log.With().Str("what", t.what).Logger()
	switch now := e.options.Clock(); {
	case err == nil:
		if t.retry > 0 {
			log.Info().Msg("Exports are written again")
		}
		t.done, t.due, t.retry = now, now.Add(t.every), 0
	case ctx.Err() != nil: // the end, not a failure
	default:
		if t.retry == 0 {
			log.Warn().Err(err).Bool("disk_full", durable.DiskFull(err)).Msg("Exports cannot be written; trying again")
		}
		t.retry = min(lastRetry, max(firstRetry, 2*t.retry))
		t.due = now.Add(t.retry)
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
