package twitch

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/budget"
)

// hosts are the limits that a test's hosts share.
type hosts struct {
	left  map[string]int
	asked int
	err   error
}

func (h *hosts) TakeCall(_ context.Context, credential string) error {
	h.asked++
	if h.err != nil {
		return h.err
	}
	if h.left[credential] == 0 {
		h.left[credential] = 1 // after the wait
		return &budget.RefusedError{Wait: 20 * time.Second}
	}
	h.left[credential]--
	return nil
}

func TestACallWaitsForRoomInWhatAllHostsShare(t *testing.T) {
	script(t, []answer{ok(offline), ok(offline), ok(offline)}, func(t *testing.T, s *service, c *Client) {
		shared := &hosts{left: map[string]int{"bot": 1, "other": 1}}
		c.cfg.Calls = shared
		h := c.Helix("bot", &fixed{})
		_, err := h.Streams(t.Context(), []string{"nova"})
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err = h.Streams(ctx, []string{"nova"})
		var failed *Error
		require.ErrorAs(t, err, &failed)
		require.Equal(t, 20*time.Second, failed.RetryAfter)
		require.Len(t, s.asked, 1)
		shared.left["bot"] = 0
		_, err = h.Streams(t.Context(), []string{"nova"})
		require.NoError(t, err)
		require.Equal(t, 20*time.Second, s.asked[1].at.Sub(s.asked[0].at))
		_, err = c.Helix("other", &fixed{}).Streams(t.Context(), []string{"nova"})
		require.NoError(t, err)
	})
}

func TestWithoutKnowingOfRoomNothingIsCalled(t *testing.T) {
	script(t, nil, func(t *testing.T, s *service, c *Client) {
		away := errors.New("away")
		c.cfg.Calls = &hosts{err: away}
		_, err := c.Helix("bot", &fixed{}).Streams(t.Context(), []string{"nova"})
		var failed *Error
		require.ErrorAs(t, err, &failed)
		require.ErrorIs(t, err, away)
		require.True(t, failed.Retry)
		require.Empty(t, s.asked)
	})
}
