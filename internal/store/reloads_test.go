package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

func TestALookAtTheConfigurationIsSaidOnceForAHost(t *testing.T) {
	t.Parallel()
	_, s := storetest.New(t)
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	started := store.Reload{Host: "h1", At: at, State: store.ReloadStarted, Version: "v1", Seen: "a", Files: []string{}, Restart: []string{}}
	fresh, err := s.SaveReload(t.Context(), started)
	require.NoError(t, err)
	require.True(t, fresh)

	refused := started
	refused.At, refused.State, refused.Seen = at.Add(time.Minute), store.ReloadRefused, "b"
	refused.Files, refused.Problem = []string{"shared/config/triggers.json"}, "one\ntwo\nthree\x00"
	for _, want := range []bool{true, false} { // the second time by another process
		fresh, err = s.SaveReload(t.Context(), refused)
		require.NoError(t, err)
		require.Equal(t, want, fresh)
	}
	taken := refused
	taken.At, taken.State, taken.Version, taken.Seen, taken.Problem = at.Add(2*time.Minute), store.ReloadTaken, "v2", "c", ""
	taken.Restart = []string{"http"}
	_, err = s.SaveReload(t.Context(), taken)
	require.NoError(t, err)

	found, err := s.Reloads(t.Context())
	require.NoError(t, err)
	require.Equal(t, []store.Reload{taken}, found)

	events, err := s.LatestRuntimeEvents(t.Context(), 10)
	require.NoError(t, err)
	var said []string
	for _, e := range events {
		require.Equal(t, "hot_reload", e.Source)
		said = append(said, string(e.Severity)+": "+e.Message)
	}
	require.ElementsMatch(t, []string{
		"error: The changed configuration is not valid and the one before stays in force: shared/config/triggers.json: one (and 2 more)",
		"warning: The changed configuration is in force: shared/config/triggers.json; only a restart takes in http",
	}, said)
}
