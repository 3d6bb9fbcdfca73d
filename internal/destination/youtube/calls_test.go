package youtube_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/destination"
)

// calls refuses that often before each call.
type calls struct {
	refusals int
	wait     time.Duration
	taken    int
	refused  int
}

func (c *calls) TakeCall(context.Context, string, string) error {
	if c.refused < c.refusals {
		c.refused++
		return &budget.RefusedError{Claim: budget.PerMinute("credential:youtube:", budget.Calls, 1), Wait: c.wait}
	}
	c.refused = 0
	c.taken++
	return nil
}

func TestEveryCallWaitsForRoomInTheLimitsAMinute(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		b.metered(10_000)
		shared := &calls{refusals: 2, wait: 10 * time.Millisecond}
		b.calls = shared
		published, err := b.publish()
		b.requireOne(published, err)
		require.Equal(t, b.count(askOpen)+b.count(askChannels)+b.count(askPlaylist)+b.count(askVideos), shared.taken)
	})
}

func TestAnUploadThatFindsNoRoomForLongIsTriedAgainLater(t *testing.T) {
	within(t, func(t *testing.T, b *bench) {
		q := b.metered(10_000)
		b.calls = &calls{refusals: 1000, wait: time.Millisecond}
		_, err := b.publish()
		refused := b.requireKind(err, destination.Retry)
		require.Equal(t, time.Millisecond, refused.After)
		require.Zero(t, b.count(askOpen))
		require.Empty(t, q.open)
	})
}
