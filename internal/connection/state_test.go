package connection_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/connection"
)

func TestOnlyTheWordsOfTheSetAreStates(t *testing.T) {
	t.Parallel()
	seen := map[connection.State]bool{}
	for _, s := range connection.States {
		require.True(t, s.Known())
		require.False(t, seen[s], "%s is listed twice", s)
		seen[s] = true
	}
	require.Len(t, seen, 9)
	require.False(t, connection.State("").Known())
	require.False(t, connection.State("LIVE").Known())
}

func TestWhateverIsWrongHasAnAdvice(t *testing.T) {
	t.Parallel()
	for _, s := range connection.States {
		advice := s.Advice(chat.YouTube, "")
		if s.Troubled() {
			require.NotEmpty(t, advice, s)
		}
		require.False(t, s.Reads() && s != connection.Silent && advice != "", s)
	}
	require.Equal(t, "run: streamsuites auth login youtube", connection.NeedsLogin.Advice(chat.YouTube, "refused"))
	require.Equal(t, "run: streamsuites auth login twitch --account SIDE",
		connection.NeedsLogin.Advice(chat.Twitch, "the platform refuses it: run streamsuites auth login twitch --account SIDE; then wait"), "which account it is")
}
