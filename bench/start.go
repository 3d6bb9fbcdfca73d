package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/standalone/pgserver"
	"github.com/streamsuites/streamsuites/internal/statedir"
)

const warmStarts = 3

// measureStart starts the standalone again in a state directory in which it ran
// before, and Postgres alone as the reference.
func measureStart(ctx context.Context, b bench, dir statedir.Dir) (Figure, error) {
	var starts, chats, references []float64
	for i := range warmStarts {
		began := time.Now()
		s, err := startStandalone(ctx, b, dir)
		if err != nil {
			return Figure{}, err
		}
		err = s.awaitChat(ctx)
		chats = append(chats, time.Since(began).Seconds())
		if err := errors.Join(err, s.stop(ctx)); err != nil {
			return Figure{}, err
		}
		reference, err := startPostgresAlone(ctx, b, dir)
		if err != nil {
			return Figure{}, err
		}
		b.say("warm start %d: %s s, Postgres alone %s s", i+1, number(s.took.Seconds()), number(reference.Seconds()))
		starts, references = append(starts, s.took.Seconds()), append(references, reference.Seconds())
	}
	return Figure{
		Name: "start.warm_s", Value: median(starts), Unit: "s", Target: 10, Lower: true,
		Reference:   median(references),
		ReferenceIs: "the same Postgres cluster started alone, until it answers, after each of these starts. Median. Temporal's server and everything else come after it.",
		How: fmt.Sprintf("From starting `bin/standalone --demo` in a state directory in which it ran and was stopped before, until it writes `standalone.json`, "+
			"which it does when `/readyz` answers. Median of %d.", warmStarts),
		Details: []string{fmt.Sprintf("Starts: %s s; until the bot is back in the chat: %s s; Postgres alone: %s s.",
			list(starts), list(chats), list(references))},
	}, nil
}

// startPostgresAlone returns how long the cluster of a state directory takes to
// start. The standalone does not run.
func startPostgresAlone(ctx context.Context, b bench, dir statedir.Dir) (time.Duration, error) {
	began := time.Now()
	server, err := pgserver.Start(ctx, pgserver.Options{Dir: dir.Postgres(), Registry: b.children, Log: b.log})
	took := time.Since(began)
	if err != nil {
		return 0, err
	}
	return took, server.Stop(ctx)
}

// list writes numbers one after the other.
func list(values []float64) string {
	text := ""
	for i, v := range values {
		if i > 0 {
			text += ", "
		}
		text += number(v)
	}
	return text
}
