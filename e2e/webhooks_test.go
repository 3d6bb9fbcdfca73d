package e2e_test

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// freeAddress is an address where nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return listener.Addr().String()
}

// listenForKick adds a listener of Kick's webhooks to the configuration.
func listenForKick(t *testing.T, dir, address string) {
	t.Helper()
	file := filepath.Join(dir, "shared", "config", "platforms.json")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var document map[string]any
	require.NoError(t, json.Unmarshal(text, &document))
	found := false
	for _, entry := range document["platforms"].([]any) {
		if platform := entry.(map[string]any); platform["name"] == "kick" {
			platform["webhooks"], found = map[string]any{"listen": address}, true
		}
	}
	require.True(t, found, "the demo has Kick")
	text, err = json.Marshal(document)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, text, 0o600))
}

// hear lets somebody write on Kick; via is webhook, pusher, or empty for both.
func (s *standalone) hear(text, via string, ago time.Duration) (id string) {
	s.t.Helper()
	var answer struct{ ID string }
	s.post("/kick/say", map[string]any{"user": "Hooked", "text": text, "via": via, "ago_seconds": ago.Seconds()}, &answer)
	return answer.ID
}

// storedOnce waits until a message on Kick is stored, and holds that it is so once.
func (s *standalone) storedOnce(id string) {
	s.t.Helper()
	s.eventually(time.Minute, "the message is stored", func() bool {
		return s.number(`select count(*) from chat_events where platform = 'kick' and message_id = $1`, id) > 0
	})
	require.Equal(s.t, 1, s.number(`select count(*) from chat_events where platform = 'kick' and message_id = $1`, id))
}

func TestWebhooksOfKickAreStoredOnceHoweverTheyCome(t *testing.T) {
	t.Parallel()
	s := launch(t, filepath.Join(t.TempDir(), "var"), nil, "--demo", "--servers-only")
	s.awaitServers()
	address := freeAddress(t)
	listenForKick(t, s.dir, address)
	worker, ingest := startRole(t, s, "worker"), startRole(t, s, "ingest")
	hook := "http://" + address + "/webhooks/kick"
	s.post("/kick/webhooks", map[string]any{"url": hook}, nil)
	s.eventually(time.Minute, "webhooks are asked for", func() bool {
		var now struct{ Subscriptions []struct{ Event string } }
		s.get(s.addr.Simulators.Control+"/kick/webhooks", &now)
		return len(now.Subscriptions) >= 8
	})

	s.storedOnce(s.hear("by webhook alone", "webhook", 0))
	s.storedOnce(s.hear("by both", "", 0))
	s.fault("kick.webhook", "duplicate", 1)
	s.storedOnce(s.hear("delivered twice", "webhook", 0))
	late := s.hear("said an hour ago", "webhook", time.Hour)
	s.storedOnce(late)
	require.Equal(t, 1, s.number(`select count(*) from chat_events where message_id = $1 and sent_at < now() - interval '50 minutes'`, late),
		"a late message keeps the platform's time")

	// What is badly signed is refused, so that the platform calls again.
	s.fault("kick.webhook", "bad_signature", 1)
	spoiled := s.hear("badly signed at first", "webhook", 0)
	s.struck("kick.webhook")
	s.storedOnce(spoiled)
	forged, err := http.Post(hook, "application/json", strings.NewReader(`{"message_id":"forged","content":"hi","broadcaster":{"channel_slug":"harborlights"}}`))
	require.NoError(t, err)
	require.NoError(t, forged.Body.Close())
	require.Equal(t, http.StatusBadRequest, forged.StatusCode)
	for _, id := range []string{late, spoiled} { // still, after everything came
		s.storedOnce(id)
	}
	require.Zero(t, s.number(`select count(*) from chat_events where message_id = 'forged'`))
	ingest.stop(t)
	worker.stop(t)
}
