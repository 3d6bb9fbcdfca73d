package exports

import (
	"context"
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/store"
)

// Names of the telemetry documents.
const (
	FileEvents = "telemetry/events.json"
	FileErrors = "telemetry/errors.json"
	FileRates  = "telemetry/rates.json"
)

// What telemetry looks at: enough for a page, and bounded whatever happens.
const (
	// maxTelemetry is how many rows the readers take of events and of errors.
	maxTelemetry = 200
	// eventsForErrors is among how many of the newest events errors are looked for.
	// What lasts longer than they reach back stands in rows of its own.
	eventsForErrors = 1000
	// failuresForErrors is how many failed clips are looked at.
	failuresForErrors = 500
)

// telemetrySource is what telemetry needs beside counters and states.
type telemetrySource interface {
	// LatestRuntimeEvents returns the newest events, the oldest of them first.
	LatestRuntimeEvents(ctx context.Context, limit int) ([]store.RuntimeEvent, error)
	// ClipFailures returns the clips requested since that are failed now.
	ClipFailures(ctx context.Context, after time.Time, limit int) ([]store.ClipFailure, error)
}

func buildEvents(ctx context.Context, c *collector, _ Settings) ([]byte, error) {
	events, err := c.source.LatestRuntimeEvents(ctx, maxTelemetry)
	if err != nil {
		return nil, fmt.Errorf("read the events: %w", err)
	}
	doc, err := BuildEvents(EventsInput{c.clock(), events})
	return doc.Data, err
}

func buildErrors(ctx context.Context, c *collector, s Settings) ([]byte, error) {
	events, err := c.source.LatestRuntimeEvents(ctx, eventsForErrors)
	if err != nil {
		return nil, fmt.Errorf("read the events: %w", err)
	}
	failures, err := c.source.ClipFailures(ctx, c.clock().Add(-retryable), failuresForErrors)
	if err != nil {
		return nil, fmt.Errorf("read the failed clips: %w", err)
	}
	var statuses []store.PlatformStatus
	if !s.Final { // else nothing is connected any more
		if statuses, err = c.statuses(ctx); err != nil {
			return nil, err
		}
	}
	doc, err := BuildErrors(ErrorsInput{c.clock(), events, statuses, failures})
	return doc.Data, err
}

func buildRates(ctx context.Context, c *collector, s Settings) ([]byte, error) {
	counters, err := c.counters(ctx)
	if err != nil {
		return nil, err
	}
	now := c.clock()
	c.grown.look(counters, now)
	in := RatesInput{Now: now, Minute: c.grown.within(now, minuteWindow), FiveMinutes: c.grown.within(now, longestWindow)}
	for _, p := range s.Platforms {
		in.Platforms = append(in.Platforms, p.Name)
	}
	doc, err := BuildRates(in)
	return doc.Data, err
}
