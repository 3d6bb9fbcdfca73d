package youtube

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/platform/youtube"
	"github.com/streamsuites/streamsuites/internal/quota"
)

// at stops the clock so long before midnight in Los Angeles.
func at(before time.Duration) func() time.Time {
	ends := quota.DayOf("youtube", time.Date(2026, 7, 1, 18, 0, 0, 0, time.UTC)).Ends
	return func() time.Time { return ends.Add(-before) }
}

func TestWhatIsLeftIsSpreadOverTheTimeToTheReset(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		left   int64
		before time.Duration
		load   Load
		want   Pace
	}{
		"one chat, a whole day":       {10_500, 24 * time.Hour, Load{Polling: 1}, Pace{Read: 10_800 * time.Millisecond}},
		"two chats are twice as slow": {10_500, 24 * time.Hour, Load{Polling: 1, Streaming: 1}, Pace{Read: 21_600 * time.Millisecond}},
		"the last hour":               {1_000, time.Hour, Load{Polling: 1}, Pace{Read: 36 * time.Second}},
		"the last minute":             {1_000, time.Minute, Load{Polling: 1}, Pace{Read: 600 * time.Millisecond}},
		"only looking":                {10_500, 24 * time.Hour, Load{Round: 10}, Pace{Detect: 21_600 * time.Millisecond}},
		"looking and reading":         {10_500, 24 * time.Hour, Load{Round: 10, Polling: 1}, Pace{Read: 14_400 * time.Millisecond, Detect: 86_400 * time.Millisecond}},
		"little is left":              {510, 24 * time.Hour, Load{Polling: 1}, Pace{Read: 3 * time.Hour}},
		"the reserve is left":         {500, 24 * time.Hour, Load{Polling: 1}, Pace{Starved: true}},
		"nothing is left":             {0, time.Hour, Load{Round: 1}, Pace{Starved: true}},
		"nothing is to be done":       {0, time.Hour, Load{}, Pace{}},
		"no limit":                    {quota.Unlimited, time.Hour, Load{Polling: 1}, Pace{Read: 8382 * time.Nanosecond}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := at(c.before)
			c.want.Until = clock().Add(c.before)
			require.Equal(t, c.want, NewPlanner(Plan{}, quota.YouTubeCosts(), clock).Pace(c.left, c.load))
		})
	}
}

func TestUnitsNeverRunOutBeforeTheDayDoes(t *testing.T) {
	t.Parallel()
	for _, units := range []int64{2_000, 10_000} {
		for _, chats := range []int{1, 3, 40} {
			for _, before := range []time.Duration{time.Hour, 8 * time.Hour, 24 * time.Hour} {
				t.Run(fmt.Sprint(units, chats, before), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						begun, clock := time.Now(), at(before)
						now := func() time.Time { return clock().Add(time.Since(begun)) }
						p := NewPlanner(Plan{}, quota.YouTubeCosts(), now)
						left := units
						for calls := 0; time.Since(begun) < before && calls < 5_000; calls++ {
							require.GreaterOrEqual(t, left, p.Plan.Reserve, "the reserve is never touched")
							pace := p.Pace(left, Load{Polling: chats})
							if pace.Starved || !p.May(left, youtube.MethodMessages) {
								require.Less(t, before-time.Since(begun), before/10, "all is used, but not before the end")
								break
							}
							left -= 5
							<-time.NewTimer(max(pace.Read/time.Duration(chats), time.Second)).C
						}
					})
				})
			}
		}
	}
}

func TestReadingSlowsDownAsUnitsDwindle(t *testing.T) {
	t.Parallel()
	p := NewPlanner(Plan{}, quota.YouTubeCosts(), at(12*time.Hour))
	before := time.Duration(0)
	for left := int64(10_000); left > p.Plan.Reserve; left -= 500 {
		pace := p.Pace(left, Load{Polling: 1, Round: 1}).Read
		require.Greater(t, pace, before)
		before = pace
	}
	require.True(t, p.May(505, youtube.MethodMessages))
	require.False(t, p.May(504, youtube.MethodMessages))
	require.True(t, p.May(0, youtube.MethodSearch), "searches have an allowance of their own")
}

func TestAnEveningOfPollingStaysWithinTheQuota(t *testing.T) {
	play(t, polled, func(s *stage) {
		s.join()
		s.pass(6 * time.Hour)
		left, err := s.client.cfg.Meter.Left(s.Context())
		require.NoError(t, err)
		require.GreaterOrEqual(t, left, int64(500))
		require.NotContains(t, s.rec.path(), StateQuota)
		pages := s.requests(polls, time.Time{})
		require.Less(t, pages[1].at.Sub(pages[0].at), 20*time.Second)
		require.Greater(t, len(pages), 1000)
	})
}

func TestWhenOnlyTheReserveIsLeftReadingWaitsAndSendingGoesOn(t *testing.T) {
	play(t, func(_ *stage, cfg *Config) {
		cfg.PollOnly = true
		cfg.Meter = NewLocalMeter(520, quota.YouTubeCosts(), clock)
	}, func(s *stage) {
		require.NoError(t, s.client.Join(harbor, "h"))
		s.pass(7 * time.Hour)
		s.pass(7 * time.Hour)
		require.Equal(t, StateQuota, s.status().State)
		require.NoError(t, s.client.Send(s.Context(), harbor, "still here", ""))
		s.pass(18 * time.Hour)
		require.Contains(t, s.rec.texts(), "still here", "the next day")
	})
}

func TestALocalMeterCountsADay(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 1, 18, 0, 0, 0, time.UTC)
	m := NewLocalMeter(10, quota.YouTubeCosts(), func() time.Time { return now })
	left := func() int64 {
		n, err := m.Left(t.Context())
		require.NoError(t, err)
		return n
	}
	settle, err := m.Reserve(t.Context(), youtube.MethodMessages)
	require.NoError(t, err)
	require.Equal(t, int64(5), left())
	settle(t.Context(), false)
	settle(t.Context(), false)
	require.Equal(t, int64(10), left(), "a call that was not made costs nothing, once")
	for range 2 {
		_, err = m.Reserve(t.Context(), youtube.MethodMessages)
		require.NoError(t, err)
	}
	_, err = m.Reserve(t.Context(), youtube.MethodMessages)
	var refused *quota.ExhaustedError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, time.Date(2026, 7, 2, 7, 0, 0, 0, time.UTC), refused.Until)
	now = refused.Until
	require.Equal(t, int64(10), left())
	require.NoError(t, m.Exhausted(t.Context(), youtube.MethodMessages))
	require.Zero(t, left())
	_, err = m.Reserve(t.Context(), youtube.MethodVideos)
	require.ErrorAs(t, err, &refused)
	require.True(t, refused.ByPlatform)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = m.Reserve(ended, youtube.MethodVideos)
	require.ErrorIs(t, err, context.Canceled)
}
