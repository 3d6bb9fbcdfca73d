package exports

import (
	"context"
	"fmt"

	"github.com/streamsuites/streamsuites/internal/store"
)

// shared are the rows that several documents of one snapshot are made of. They are
// read once, by the first that asks: with a thousand creators they are most of what a
// snapshot reads.
type shared struct {
	statuses []store.PlatformStatus
	counters []store.Counter
	triggers []CreatorTriggers
	read     struct{ statuses, counters, triggers bool }
}

// together runs build with rows that are read once for all documents of it.
func (c *collector) together(build func()) {
	c.shared = &shared{}
	defer func() { c.shared = nil }()
	build()
}

// statuses are the states of all connections.
func (c *collector) statuses(ctx context.Context) ([]store.PlatformStatus, error) {
	if c.shared != nil && c.shared.read.statuses {
		return c.shared.statuses, nil
	}
	statuses, err := c.source.PlatformStatuses(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the platforms' states: %w", err)
	}
	if c.shared != nil {
		c.shared.statuses, c.shared.read.statuses = statuses, true
	}
	return statuses, nil
}

// counters are what was counted since the beginning.
func (c *collector) counters(ctx context.Context) ([]store.Counter, error) {
	if c.shared != nil && c.shared.read.counters {
		return c.shared.counters, nil
	}
	counters, err := c.source.Counters(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the counters: %w", err)
	}
	if c.shared != nil {
		c.shared.counters, c.shared.read.counters = counters, true
	}
	return counters, nil
}

// triggers are the triggers in force of all creators that are served, by id. Within a
// snapshot the settings are the same for all documents.
func (c *collector) triggers(ctx context.Context, s Settings) ([]CreatorTriggers, error) {
	if c.shared != nil && c.shared.read.triggers {
		return c.shared.triggers, nil
	}
	triggers, err := c.readTriggers(ctx, s)
	if err != nil {
		return nil, err
	}
	if c.shared != nil {
		c.shared.triggers, c.shared.read.triggers = triggers, true
	}
	return triggers, nil
}
