package budget_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/budget"
)

var noon = time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)

func TestARefusalTellsWhenEnoughHasLeftTheWindow(t *testing.T) {
	t.Parallel()
	c := budget.Claim{Account: budget.OfCreator("c", "twitch"), Bucket: budget.Messages, Tokens: 2, Limit: 5, Window: time.Minute}
	granted := []budget.Grant{{1, noon.Add(-50 * time.Second)}, {2, noon.Add(-20 * time.Second)}}
	require.Nil(t, c.Decide(granted, noon))
	granted = append(granted, budget.Grant{1, noon.Add(-time.Second)})
	refused := c.Decide(granted, noon)
	require.Equal(t, &budget.RefusedError{Claim: c, Used: 4, Wait: 10 * time.Second, Until: noon.Add(10 * time.Second)}, refused)
	require.EqualError(t, refused, "the limit chat_messages_per_minute of creator:twitch:c is reached: 4 of 5 in 1m0s, again at 2026-02-01T12:00:10Z")
	c.Tokens = 4
	require.Equal(t, 40*time.Second, c.Decide(granted, noon).Wait)
}

func TestALimitOfZeroAllowsNothing(t *testing.T) {
	t.Parallel()
	refused := budget.PerMinute("a", budget.Calls, 0).Decide(nil, noon)
	require.Equal(t, time.Minute, refused.Wait)
	require.Zero(t, refused.Used)
}

func TestAGrantThatIsOverAlreadyIsNoWaitOfZero(t *testing.T) {
	t.Parallel()
	refused := budget.PerMinute("a", budget.Calls, 1).Decide([]budget.Grant{{1, noon.Add(-time.Hour)}}, noon)
	require.Equal(t, time.Microsecond, refused.Wait)
}
