package youtube

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/pacing"
	"github.com/streamsuites/streamsuites/internal/quota"
	sim "github.com/streamsuites/streamsuites/internal/sim/youtube"
)

// sendAs begins to send a message of a class, behind those that were begun before.
func (s *stage) sendAs(c budget.Class, text string) <-chan error {
	sent := make(chan error, 1)
	ctx := budget.WithClass(s.Context(), c)
	go func() { sent <- s.client.Send(ctx, harbor, text, "") }()
	synctest.Wait()
	return sent
}

func TestAModeratorsAnswerGoesBeforeThoseThatWaitForTheBudget(t *testing.T) {
	play(t, func(_ *stage, cfg *Config) {
		cfg.Budget = pacing.NewWindow(clock)
		cfg.Limits.SendCount, cfg.Limits.SendWindow = 5, time.Minute
	}, func(s *stage) {
		s.join()
		for _, text := range []string{"v1", "v2", "v3", "v4"} {
			require.NoError(t, <-s.sendAs(budget.Viewer, text))
		}
		waiting := []<-chan error{s.sendAs(budget.Viewer, "v5"), s.sendAs(budget.Viewer, "v6"), s.sendAs(budget.Notice, "n1")}
		begun := time.Now()
		require.NoError(t, <-s.sendAs(budget.Moderator, "m1"))
		require.Less(t, time.Since(begun), 2*time.Second, "the channel's pace alone")
		for _, sent := range waiting {
			require.NoError(t, <-sent)
		}
		require.Equal(t, []string{"v1", "v2", "v3", "v4", "m1", "v5", "v6", "n1"}, s.shown())
	})
}

func TestAMessageThatThePlatformDoesNotAnswerKeepsNoModeratorWaiting(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.join()
		s.fault(sim.TargetChatInsert, "hang", 1)
		lost := s.sendAs(budget.Viewer, "lost")
		begun := time.Now()
		require.NoError(t, <-s.sendAs(budget.Moderator, "m1"))
		require.Less(t, time.Since(begun), 2*time.Second)
		var refused *SendError
		require.ErrorAs(t, <-lost, &refused)
		require.True(t, refused.MaybeSent)
	})
}

func TestTheLastUnitsOfADayAreForModerators(t *testing.T) {
	play(t, func(_ *stage, cfg *Config) {
		cfg.Plan.Reserve = 500
		cfg.Meter = NewLocalMeter(quota.DefaultYouTubeUnits, quota.YouTubeCosts(), clock)
		cfg.Timing.Left = time.Millisecond
	}, func(s *stage) {
		s.join()
		meter := s.client.cfg.Meter.(*LocalMeter)
		meter.mu.Lock()
		meter.used = meter.limit - 140
		meter.mu.Unlock()
		s.pass(time.Second)
		require.NoError(t, <-s.sendAs(budget.Viewer, "v1"))
		require.NoError(t, <-s.sendAs(budget.Viewer, "v2"))
		var refused *SendError
		require.ErrorAs(t, <-s.sendAs(budget.Viewer, "v3"), &refused)
		require.Equal(t, RefusedQuota, refused.Refusal)
		require.Greater(t, refused.RetryAfter, time.Hour)
		require.NoError(t, <-s.sendAs(budget.Moderator, "m1"))
		require.NoError(t, s.client.Send(context.WithoutCancel(s.Context()), harbor, "whoever", ""), "what has no class leaves nothing")
		require.Equal(t, []string{"v1", "v2", "m1", "whoever"}, s.shown())
	})
}
