package call_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/platform/call"
)

func TestALimitIsOfOneName(t *testing.T) {
	t.Parallel()
	var l call.Limits
	late := time.Date(2026, 1, 1, 0, 1, 0, 0, time.UTC)
	require.True(t, l.Until("bot").IsZero())
	l.Learn("bot", late)
	l.Learn("bot", late.Add(-time.Second))
	require.Equal(t, late, l.Until("bot"), "an earlier time takes nothing back")
	require.True(t, l.Until("other").IsZero())
}

func TestAPauseIsMadeOnlyIfItIsShort(t *testing.T) {
	t.Parallel()
	platform(t, func(t *testing.T, c *call.Caller, _ *answers) {
		begun := time.Now()
		require.NoError(t, c.Pause(t.Context(), "read it", -time.Second))
		require.NoError(t, c.Pause(t.Context(), "read it", 20*time.Second))
		require.Equal(t, 20*time.Second, time.Since(begun))

		short, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		for _, err := range []error{c.Pause(t.Context(), "read it", time.Hour), c.Pause(short, "read it", 6*time.Second)} {
			var failed *call.Error
			require.ErrorAs(t, err, &failed)
			require.Equal(t, http.StatusTooManyRequests, failed.Status)
			require.True(t, failed.Retryable())
			require.False(t, failed.Unanswered(), "nothing was asked")
			require.NotZero(t, failed.RetryIn())
		}
		require.Equal(t, 20*time.Second, time.Since(begun), "neither was waited for")
	})
}

func TestAnAddressHasAHostAndNoSlashAtItsEnd(t *testing.T) {
	t.Parallel()
	base, err := call.Base("harbor api", "https://api.test/v1//")
	require.NoError(t, err)
	require.Equal(t, "https://api.test/v1", base)
	for _, wrong := range []string{"", "nonsense", "ftp://api.test", "https://"} {
		_, err := call.Base("harbor api", wrong)
		require.ErrorContains(t, err, "harbor api address")
	}
}
