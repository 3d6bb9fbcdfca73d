package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestABudgetIsNeverOverspentByManyTakers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var granted atomic.Int64
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			now := noon.Add(time.Duration(i) * time.Millisecond) // hosts' clocks differ
			wait, err := b.store.TakeBudget(t.Context(), "bot", "join", 1, 20, 10*time.Second, now)
			assert.NoError(t, err)
			if wait == 0 {
				granted.Add(1)
			}
			assert.LessOrEqual(t, wait, 11*time.Second)
		})
	}
	wg.Wait()
	require.Equal(t, int64(20), granted.Load())
}

func TestABudgetTellsHowLongToWaitAndThenGrants(t *testing.T) {
	t.Parallel()
	b := setup(t)
	take := func(tokens int, at time.Duration) time.Duration {
		wait, err := b.store.TakeBudget(t.Context(), "bot", "send", tokens, 5, 30*time.Second, noon.Add(at))
		require.NoError(t, err)
		return wait
	}
	require.Zero(t, take(2, 0))
	require.Zero(t, take(3, 10*time.Second))
	require.Equal(t, 15*time.Second, take(1, 15*time.Second), "until the first two leave the window")
	require.Equal(t, 25*time.Second, take(4, 15*time.Second), "until all five have left it")
	require.Equal(t, time.Nanosecond*1000, take(1, 30*time.Second-time.Microsecond))
	require.Zero(t, take(2, 30*time.Second))
	require.Equal(t, 10*time.Second, take(1, 30*time.Second))
}

func TestBudgetsOfOtherAccountsAndBucketsAreApart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, name := range [][2]string{{"bot", "join"}, {"bot", "send"}, {"other", "join"}} {
		wait, err := b.store.TakeBudget(t.Context(), name[0], name[1], 1, 1, time.Minute, noon)
		require.NoError(t, err)
		require.Zero(t, wait, name)
	}
}

func TestMoreThanABudgetEverHoldsIsAnError(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.store.TakeBudget(t.Context(), "bot", "join", 21, 20, time.Minute, noon)
	require.ErrorContains(t, err, "never holds more than 20")
}
