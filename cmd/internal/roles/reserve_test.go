package roles

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

func TestAnAccountKeepsRoomForModeratorsOfAllItsCreatorsOnAllHosts(t *testing.T) {
	t.Parallel()
	_, s := storetest.New(t)
	here, there := sharedBudget{s, fixedName("bot")}, sharedBudget{s, fixedName("bot")}
	take := func(b sharedBudget, c budget.Class) bool {
		wait, err := b.Take(budget.WithClass(t.Context(), c), "privmsg", 1, 10, time.Hour)
		require.NoError(t, err)
		return wait == 0
	}
	for i := range 8 {
		require.True(t, take([]sharedBudget{here, there}[i%2], []budget.Class{budget.Viewer, budget.Notice}[i%2]))
	}
	require.False(t, take(here, budget.Viewer))
	require.False(t, take(there, budget.Notice))
	require.True(t, take(there, budget.Moderator))
	require.True(t, take(here, budget.Moderator))
	require.False(t, take(here, budget.Moderator))
}

func TestACreatorsLimitKeepsRoomForModeratorsToo(t *testing.T) {
	t.Parallel()
	cfg := limited()
	cfg.RateLimits.Global[config.LimitChatMessages] = 5.0
	g := governing(t, cfg)
	creator := "A"
	say := func(c budget.Class) error {
		return g.TakeMessage(budget.WithClass(t.Context(), c), creator, chat.Twitch, false)
	}
	for range 4 {
		require.NoError(t, say(budget.Viewer))
	}
	g.refused(say(budget.Viewer), budget.Messages)
	require.NoError(t, say(budget.Moderator))
	g.refused(say(budget.Moderator), budget.Messages)
}
