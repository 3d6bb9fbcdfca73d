package sim

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

func (b Bound) kick(t *testing.T, token, method, path, body string) string {
	t.Helper()
	request, err := http.NewRequest(method, b.Kick+path, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	return text(t, response)
}

func TestAKilledKickGoesOnWithTheSameWorldAndStillDeliversItsWebhooks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	hooks := make(chan string, 8)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		hooks <- string(body)
	}))
	defer receiver.Close()
	first := spawn(t, dir)
	const creator = "simulated-kick-creator-token"
	first.kick(t, creator, http.MethodPost, "/public/v1/events/subscriptions", `{"events":[{"name":"chat.message.sent","version":1}],"method":"webhook"}`)
	first.post(t, "/kick/webhooks", `{"url":"`+receiver.URL+`","delay_seconds":3}`)
	response, err := http.PostForm(first.Kick+"/oauth/token", url.Values{"grant_type": {"refresh_token"},
		"refresh_token": {"simulated-kick-refresh-token"}, "client_id": {"simulated-kick-client"}, "client_secret": {"simulated-kick-secret"}})
	require.NoError(t, err)
	var granted struct {
		Access string `json:"access_token"`
	}
	require.NoError(t, json.Unmarshal([]byte(text(t, response)), &granted))
	sent := first.kick(t, granted.Access, http.MethodPost, "/public/v1/chat", `{"type":"user","broadcaster_user_id":7000002,"content":"the last word"}`)
	require.Contains(t, sent, `"is_sent":true`)
	first.kill()

	second := spawn(t, dir)
	require.Equal(t, first.Bound, second.Bound, "addresses are kept")
	require.Contains(t, fetch(t, second.Control+"/kick/messages"), `"text":"the last word"`)
	require.Contains(t, second.kick(t, granted.Access, http.MethodGet, "/public/v1/users", ""), "LanternBot")
	require.Contains(t, fetch(t, second.Kick+"/api/v2/channels/harborlights"), `"playback_url":"`+second.Playlist+`"`)
	select {
	case hook := <-hooks:
		require.Contains(t, hook, `"content":"the last word"`)
	case <-time.After(30 * time.Second):
		require.Fail(t, "the webhook was lost")
	}
}

func TestConnectionsToPusherEndWithTheSimulators(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := Start(ctx, Options{Dir: t.TempDir(), Log: zerolog.Nop()})
	require.NoError(t, err)
	socket, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(r.Bound.Kick, "http")+"/app/32cbd69e4b950bf97679?protocol=7", nil)
	require.NoError(t, err)
	defer func() { _ = socket.CloseNow() }()
	_, hello, err := socket.Read(t.Context())
	require.NoError(t, err)
	require.Contains(t, string(hello), "pusher:connection_established")
	cancel()
	require.NoError(t, r.Wait())
	_, _, err = socket.Read(t.Context())
	require.Error(t, err)
}
