package budget_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/budget"
)

func TestOnlyModeratorsMayUseAllOfALimit(t *testing.T) {
	t.Parallel()
	for limit, others := range map[int]int{0: 0, 1: 1, 4: 4, 5: 4, 20: 16, 100: 80} {
		require.Equal(t, others, budget.Viewer.Limit(limit))
		require.Equal(t, others, budget.Notice.Limit(limit))
		require.Equal(t, limit, budget.Moderator.Limit(limit))
		require.Equal(t, others, budget.LimitOf(budget.WithClass(t.Context(), budget.Notice), limit))
		require.Equal(t, limit, budget.LimitOf(budget.WithClass(t.Context(), budget.Moderator), limit))
		require.Equal(t, limit, budget.LimitOf(t.Context(), limit), "what is no message leaves no reserve")
	}
	require.Equal(t, budget.Viewer, budget.ClassOf(t.Context()), "what has no class is anybody's")
	require.Equal(t, budget.Notice, budget.ClassOf(budget.WithClass(t.Context(), budget.Notice)))
	require.Greater(t, budget.Moderator, budget.Viewer)
	require.Greater(t, budget.Viewer, budget.Notice)
	require.Equal(t, "moderator viewer notice", budget.Moderator.String()+" "+budget.Viewer.String()+" "+budget.Notice.String())
}

func TestOthersCannotUseUpWhatIsKeptForModerators(t *testing.T) {
	t.Parallel()
	var granted []budget.Grant
	take := func(c budget.Class) bool {
		claim := budget.PerMinute("bot", "privmsg", c.Limit(20))
		if claim.Decide(granted, noon) != nil {
			return false
		}
		granted = append(granted, budget.Grant{Tokens: 1, At: noon})
		return true
	}
	for range 16 {
		require.True(t, take(budget.Viewer))
	}
	require.False(t, take(budget.Viewer))
	require.False(t, take(budget.Notice))
	for range 4 {
		require.True(t, take(budget.Moderator))
	}
	require.False(t, take(budget.Moderator))
}
