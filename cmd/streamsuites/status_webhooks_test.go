package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

func TestStatusTellsWhatBecameOfWebhooks(t *testing.T) {
	t.Parallel()
	v := webhookViewOf(store.WebhookCounts{
		Host: "h1", Platform: chat.Kick, Since: time.Unix(0, 0),
		Counts: map[string]int64{"accepted": 90, "duplicate": 5, "bad_signature": 2, "old": 1, "malformed": 0, "no_key": 0, "late": 7},
	})
	require.Equal(t, []int64{98, 95, 5, 7}, []int64{v.Received, v.Verified, v.Duplicates, v.Late})
	var text strings.Builder
	require.NoError(t, printWebhooks(&text, []webhookView{v}))
	require.Regexp(t, `kick +h1 +.* +98 +95 +5 +7 +2 bad signature, 1 old`, text.String())
	text.Reset()
	require.NoError(t, printWebhooks(&text, nil))
	require.Empty(t, text.String())
	require.Equal(t, "none", webhookView{}.refusals())
}
