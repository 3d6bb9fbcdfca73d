package seen_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/seen"
)

func TestTheNewestAreRecognisedAndTheOldestForgotten(t *testing.T) {
	t.Parallel()
	const limit = 10
	n := seen.NewNumbers(limit)
	for i := range uint64(100) {
		require.True(t, n.Add(i))
		for j := range min(i, limit-1) {
			require.False(t, n.Add(i-j), "one of the newest")
		}
	}
	require.True(t, n.Add(0), "long ago")
	require.False(t, n.Add(99))
	n.Clear()
	require.True(t, n.Add(99))
}

func TestAnIDIsRecognisedInItsScope(t *testing.T) {
	t.Parallel()
	s := seen.NewIDs(100)
	for i := range 100 {
		id := strconv.Itoa(i)
		require.True(t, s.Add("twitch", id))
		require.True(t, s.Add("kick", id))
		require.False(t, s.Add("twitch", id))
	}
	require.True(t, s.Add("a", "b"))
	require.True(t, s.Add("b", "a"), "id and scope are not the same")
	s.Clear()
	require.True(t, s.Add("a", "b"))
}
