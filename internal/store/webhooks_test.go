package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

func TestWebhooksAreCountedForEachHost(t *testing.T) {
	t.Parallel()
	_, s := storetest.New(t)
	counts := store.WebhookCounts{Host: "a", Platform: chat.Kick, Since: noon, Counts: map[string]int64{"accepted": 1}}
	require.NoError(t, s.SaveWebhookCounts(t.Context(), counts))
	counts.Counts = map[string]int64{"accepted": 7, "old": 2}
	require.NoError(t, s.SaveWebhookCounts(t.Context(), counts))
	other := store.WebhookCounts{Host: "b", Platform: chat.Kick, Since: noon.Add(time.Hour), Counts: map[string]int64{}}
	require.NoError(t, s.SaveWebhookCounts(t.Context(), other))
	all, err := s.WebhookCounts(t.Context())
	require.NoError(t, err)
	for i := range all {
		require.False(t, all[i].UpdatedAt.IsZero())
		all[i].UpdatedAt, all[i].Since = time.Time{}, all[i].Since.UTC()
	}
	require.Equal(t, []store.WebhookCounts{counts, other}, all)
}
