package tokens_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/tokens"
)

func TestAnEndThatOnlyALoginPreventsIsAnnouncedOnceForEachNotice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := time.Now().Truncate(time.Second)
	clock := func(o *tokens.Options) { o.Clock = func() time.Time { return now } }
	v, other := w.host(clock), w.host(clock)
	ends := now.Add(30 * 24 * time.Hour)
	g := w.platform.login()
	g.ConsentEnds = ends
	require.NoError(t, v.Keep(t.Context(), account, tokens.Owner{Login: "lanternbot"}, g, tokens.Seed{}))
	told := func() int {
		require.NoError(t, v.Announce(t.Context()))
		require.NoError(t, other.Announce(t.Context()))
		events, err := w.store.LatestRuntimeEvents(t.Context(), 100)
		require.NoError(t, err)
		return len(events)
	}
	state := func() tokens.State {
		all, err := v.Statuses(t.Context())
		require.NoError(t, err)
		return all[0].State
	}
	require.Zero(t, told())
	require.Equal(t, tokens.StateReady, state())
	for i, before := range []time.Duration{6 * 24 * time.Hour, 50 * time.Hour, 20 * time.Hour, 30 * time.Minute, -time.Minute} {
		now = ends.Add(-before)
		require.Equal(t, i+1, told(), before)
		require.Equal(t, i+1, told(), "once")
	}
	require.Equal(t, tokens.StateNeedsLogin, state())
	events, err := w.store.LatestRuntimeEvents(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, "The access of kick account lanternbot has ended; run streamsuites auth login kick --account MAIN", events[0].Message)
	w.loggedIn(v)
	require.Equal(t, 5, told())
	require.Equal(t, tokens.StateReady, state())
}

func TestARefusedAccountIsAnnounced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.host(nil)
	w.loggedIn(v)
	require.NoError(t, w.store.RequireLogin(t.Context(), account, 1, "it was taken back"))
	require.NoError(t, v.Announce(t.Context()))
	events, err := w.store.LatestRuntimeEvents(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, events, 1)
	require.Contains(t, events[0].Message, "it was taken back")
}

func TestWhoseConfiguredTokensAreIsAskedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.host(nil)
	_, err := v.Import(t.Context(), account, tokens.Seed{Access: "generated"})
	require.NoError(t, err)
	asked := 0
	ask := func(_ context.Context, g tokens.Grant) (tokens.Owner, tokens.Grant, error) {
		asked++
		require.Equal(t, "generated", g.Access)
		g.Scopes, g.Expires = []string{"chat:read"}, time.Now().Add(time.Hour)
		return tokens.Owner{AccountID: "7", Login: "lanternbot"}, g, nil
	}
	for range 2 {
		require.NoError(t, v.Identify(t.Context(), account, ask))
	}
	require.Equal(t, 1, asked)
	row := w.row()
	require.Equal(t, "lanternbot", row.Login)
	require.Equal(t, []string{"chat:read"}, row.Scopes)
	require.False(t, row.Expires.IsZero())
	require.Equal(t, row.Expires, tokens.Ends(row), "it cannot be refreshed")
}
