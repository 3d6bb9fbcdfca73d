package roles

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	platform "github.com/streamsuites/streamsuites/internal/platform/kick"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

func TestWhatBecameOfWebhooksIsKeptForOtherProcesses(t *testing.T) {
	t.Parallel()
	_, s := storetest.New(t)
	hook := platform.NewWebhooks(platform.WebhooksConfig{Log: zerolog.Nop()})
	w := webhooks{hook: hook, log: zerolog.Nop(), counts: webhookCounts{
		host: "h1", save: s.SaveWebhookCounts, read: func() (map[string]int64, int64) { return hook.Stats().Outcomes(), 3 },
	}}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- w.serve(ctx, listener) }()
	call := func(at time.Time) int {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+listener.Addr().String()+kickWebhookPath, http.NoBody)
		require.NoError(t, err)
		request.Header.Set("Kick-Event-Message-Id", "m")
		request.Header.Set("Kick-Event-Type", "chat.message.sent")
		request.Header.Set("Kick-Event-Signature", "none")
		request.Header.Set("Kick-Event-Message-Timestamp", at.Format(time.RFC3339))
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		return answer.StatusCode
	}
	require.Equal(t, http.StatusBadRequest, call(time.Now().Add(-time.Hour)))
	require.Equal(t, http.StatusBadRequest, call(time.Now().Add(time.Hour)))
	stop()
	require.NoError(t, <-served)
	all, err := s.WebhookCounts(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, "h1", all[0].Host)
	require.Equal(t, chat.Kick, all[0].Platform)
	require.Equal(t, map[string]int64{
		"accepted": 0, "duplicate": 0, "bad_signature": 0, "old": 2, "malformed": 0, "no_key": 0, "late": 3,
	}, all[0].Counts, "also what happened since the last look")
}
