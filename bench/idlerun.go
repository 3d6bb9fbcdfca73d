package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/statedir"
)

const (
	// idleReadyWithin bounds how long it takes until every channel is known: accounts
	// may enter so many channels in a while and no more.
	idleReadyWithin = 15 * time.Minute
	// idleSettle is how long nothing has to change before it is measured.
	idleSettle = 30 * time.Second
)

// idleTurn is what a standalone with so many offline creators takes.
type idleTurn struct {
	creators int
	ready    time.Duration // from the start until every channel was read or known to be offline
	memory   holding       // at the end
	first    float64       // MB at the beginning of the watch
	watched  time.Duration
	runtime  time.Duration // processor time meanwhile
	postgres time.Duration
	channels map[string]int // by platform and state
}

// cpu is the processor time of all.
func (t idleTurn) cpu() time.Duration { return t.runtime + t.postgres }

// percent is that as a part of one core.
func (t idleTurn) percent() float64 { return 100 * t.cpu().Seconds() / t.watched.Seconds() }

// measureTurn runs a standalone with so many offline creators.
func measureTurn(ctx context.Context, b bench, creators int) (t idleTurn, err error) {
	world, err := startPlatforms(ctx, b, creators)
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, world.stop(ctx)) }()
	dir := statedir.Dir(filepath.Join(b.dir, fmt.Sprintf("idle-%d", creators)))
	if err := configureIdle(dir, world.at, creators); err != nil {
		return t, err
	}
	began := time.Now()
	s, err := launch(ctx, b, dir)
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, s.stop(ctx)) }()
	t.creators = creators
	if t.channels, err = s.awaitIdle(ctx, b, creators); err != nil {
		return t, err
	}
	t.ready = time.Since(began)
	b.say("%d creators: ready after %s s", creators, number(t.ready.Seconds()))
	if err := pause(ctx, idleSettle); err != nil {
		return t, err
	}
	return t, t.watch(ctx, s, b.idle)
}

// watch measures what the standalone takes for a while.
func (t *idleTurn) watch(ctx context.Context, s *standalone, for_ time.Duration) error {
	before, err := holdingOf(s.child.PID())
	if err != nil {
		return err
	}
	t.first = before.own()
	began, runtime, postgres := time.Now(), time.Duration(0), time.Duration(0)
	runtime, postgres = spentBy(s.child.PID())
	if err := pause(ctx, for_); err != nil {
		return err
	}
	t.runtime, t.postgres = spentBy(s.child.PID())
	t.runtime, t.postgres, t.watched = t.runtime-runtime, t.postgres-postgres, time.Since(began)
	t.memory, err = holdingOf(s.child.PID())
	return err
}

// spentBy is the processor time that a standalone and its Postgres have used so far.
// A child that has ended counts for its parent.
func spentBy(root int) (runtime, postgres time.Duration) {
	for _, p := range descendants(root) {
		if kindOf(p, root, false, nil) == postgresKind {
			postgres += p.cpu
			continue
		}
		runtime += p.cpu
	}
	return runtime, postgres
}

// settled are the states of a channel of which nothing more comes: its chat is read,
// or there is none while the creator is offline.
var settled = []string{"live", "silent", "inactive"}

// awaitIdle waits until the standalone has found out about every channel, and counts
// the channels by platform and state.
func (s *standalone) awaitIdle(ctx context.Context, b bench, creators int) (channels map[string]int, err error) {
	db, err := pgx.Connect(ctx, s.addresses.Database)
	if err != nil {
		return nil, fmt.Errorf("look at the states of channels: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close(context.WithoutCancel(ctx))) }()
	const platforms = 3
	told := time.Now()
	err = await(ctx, idleReadyWithin, time.Second, "every channel is read or known to be offline", func() (bool, error) {
		done := 0
		channels, done, err = countChannels(ctx, db)
		if time.Since(told) > 20*time.Second {
			told = time.Now()
			b.say("%d of %d channels: %v", done, platforms*creators, channels)
		}
		return done == platforms*creators, err
	})
	return channels, err
}

func countChannels(ctx context.Context, db *pgx.Conn) (channels map[string]int, done int, err error) {
	rows, _ := db.Query(ctx, `select platform, state, count(*) from streamsuites.platform_status group by 1, 2`)
	channels = map[string]int{}
	var platform, state string
	var count int
	_, err = pgx.ForEachRow(rows, []any{&platform, &state, &count}, func() error {
		channels[strings.Join([]string{platform, state}, " ")] = count
		if slices.Contains(settled, state) {
			done += count
		}
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("look at the states of channels: %w", err)
	}
	return channels, done, nil
}
