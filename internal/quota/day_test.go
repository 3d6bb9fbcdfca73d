package quota_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/quota"
)

func TestTheDaysQuotaEndsAtMidnightInLosAngeles(t *testing.T) {
	t.Parallel()
	for now, want := range map[string]string{
		"2026-01-15T12:00:00Z": "2026-01-16T08:00:00Z",
		"2026-01-15T07:59:59Z": "2026-01-15T08:00:00Z",
		"2026-01-15T08:00:00Z": "2026-01-16T08:00:00Z",
		"2026-07-15T12:00:00Z": "2026-07-16T07:00:00Z",
		"2026-12-31T20:00:00Z": "2027-01-01T08:00:00Z",
		// Clocks go forward on 8 March 2026 at two o'clock: that day has 23 hours.
		"2026-03-07T20:00:00Z": "2026-03-08T08:00:00Z",
		"2026-03-08T09:59:59Z": "2026-03-09T07:00:00Z",
		"2026-03-08T10:00:00Z": "2026-03-09T07:00:00Z",
		"2026-03-09T06:59:59Z": "2026-03-09T07:00:00Z",
		// And back on 1 November: that day has 25.
		"2026-10-31T20:00:00Z": "2026-11-01T07:00:00Z",
		"2026-11-01T08:30:00Z": "2026-11-02T08:00:00Z",
		"2026-11-01T09:30:00Z": "2026-11-02T08:00:00Z",
		"2026-11-02T07:59:59Z": "2026-11-02T08:00:00Z",
	} {
		at, err := time.Parse(time.RFC3339, now)
		require.NoError(t, err)
		require.Equal(t, want, quota.DayOf("youtube", at).Ends.Format(time.RFC3339), fmt.Sprint("at ", now))
	}
}

func TestADayIsThatOfThePlatformsOwnZone(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 7, 59, 0, 0, time.UTC)
	require.Equal(t, quota.Day{
		Date: "2026-11-21", Begins: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC), Ends: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC),
	}, quota.DayOf("youtube", at))
	require.Equal(t, quota.Day{
		Date: "2026-11-22", Begins: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Ends: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
	}, quota.DayOf("twitch", at))
}
