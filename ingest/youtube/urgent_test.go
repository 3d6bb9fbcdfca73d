package youtube

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/pacing"
	"github.com/streamsuites/streamsuites/internal/pacing/pacingtest"
	"github.com/streamsuites/streamsuites/internal/quota"
	sim "github.com/streamsuites/streamsuites/internal/sim/youtube"
)

func (s *stage) send(ctx context.Context, text string) error {
	return s.client.Send(ctx, harbor, text, "")
}

func TestAModeratorsAnswerGoesBeforeThoseThatWaitForTheBudget(t *testing.T) {
	play(t, func(_ *stage, cfg *Config) {
		cfg.Budget = pacing.NewWindow(clock)
		cfg.Limits.SendCount, cfg.Limits.SendWindow = 5, time.Minute
	}, func(s *stage) {
		s.join()
		pacingtest.ModeratorsGoFirst(s.T, s.send, s.shown)
	})
}

func TestAMessageThatThePlatformDoesNotAnswerKeepsNoModeratorWaiting(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.join()
		s.fault(sim.TargetChatInsert, "hang", 1)
		var refused *SendError
		require.ErrorAs(s, pacingtest.NobodyWaitsForALostAnswer(s.T, s.send), &refused)
		require.True(s, refused.MaybeSent)
	})
}

func TestTheLastUnitsOfADayAreForModerators(t *testing.T) {
	play(t, func(_ *stage, cfg *Config) {
		cfg.Plan.Reserve = 500
		cfg.Meter = NewLocalMeter(quota.DefaultYouTubeUnits, quota.YouTubeCosts(), clock)
		cfg.Timing.Left = time.Millisecond
	}, func(s *stage) {
		s.join()
		sender := pacingtest.Sender(s.send)
		meter := s.client.cfg.Meter.(*LocalMeter)
		meter.mu.Lock()
		meter.used = meter.limit - 140
		meter.mu.Unlock()
		s.pass(time.Second)
		require.NoError(t, sender.As(s.T, budget.Viewer, "v1"))
		require.NoError(t, sender.As(s.T, budget.Viewer, "v2"))
		var refused *SendError
		require.ErrorAs(t, sender.As(s.T, budget.Viewer, "v3"), &refused)
		require.Equal(t, RefusedQuota, refused.Refusal)
		require.Greater(t, refused.RetryAfter, time.Hour)
		require.NoError(t, sender.As(s.T, budget.Moderator, "m1"))
		require.NoError(t, s.client.Send(context.WithoutCancel(s.Context()), harbor, "whoever", ""), "what has no class leaves nothing")
		require.Equal(t, []string{"v1", "v2", "m1", "whoever"}, s.shown())
	})
}
