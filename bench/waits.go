package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	sampleEvery = 20 * time.Millisecond
	// longCommit is what a commit may take without anybody asking why.
	longCommit = 100 * time.Millisecond
)

// waits samples what Postgres waits for while transactions of the data plane take
// long, which tells a slow disk from slow work.
type waits struct {
	stop  context.CancelFunc
	ended chan error
	found map[string]int // samples by wait event
}

// sampleWaits begins to sample, over a connection of its own.
func sampleWaits(ctx context.Context, url string) (*waits, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("watch Postgres: %w", err)
	}
	sampling, stop := context.WithCancel(ctx)
	w := &waits{stop: stop, ended: make(chan error, 1), found: map[string]int{}}
	go func() {
		err := w.run(sampling, conn)
		w.ended <- errors.Join(err, conn.Close(context.WithoutCancel(ctx)))
	}()
	return w, nil
}

func (w *waits) run(ctx context.Context, conn *pgx.Conn) error {
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		// A query under way is not interrupted: that would break the connection.
		rows, _ := conn.Query(context.WithoutCancel(ctx), `
			select coalesce(wait_event_type || ':' || wait_event, 'nothing, at work') from pg_stat_activity
			where application_name like 'streamsuites%' and state = 'active'
			and clock_timestamp() - xact_start > $1::float8 * interval '1 second'`, longCommit.Seconds())
		events, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return fmt.Errorf("watch Postgres: %w", err)
		}
		for _, event := range events {
			w.found[event]++
		}
	}
}

// end stops the sampling and words what was found.
func (w *waits) end() (string, error) {
	w.stop()
	err := <-w.ended
	if len(w.found) == 0 {
		return fmt.Sprintf("No transaction was seen that had lasted longer than %s.", longCommit), err
	}
	names := slices.SortedFunc(maps.Keys(w.found), func(a, b string) int { return w.found[b] - w.found[a] })
	for i, name := range names {
		names[i] = fmt.Sprintf("%s (%s)", name, time.Duration(w.found[name])*sampleEvery)
	}
	return fmt.Sprintf("What Postgres waited for in transactions that had lasted longer than %s, sampled every %s: %s.",
		longCommit, sampleEvery, strings.Join(names, ", ")), err
}
