package kick

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	platform "github.com/streamsuites/streamsuites/internal/platform/kick"
)

// keys gives a key that can change.
type keys struct{ current *rsa.PrivateKey }

func (k *keys) PublicKey(context.Context) (*rsa.PublicKey, error) {
	if k.current == nil {
		return nil, errors.New("unreachable")
	}
	return &k.current.PublicKey, nil
}

func call(t *testing.T, hook http.Handler, key *rsa.PrivateKey, id, event, body string, at time.Time) int {
	t.Helper()
	stamp := at.UTC().Format(time.RFC3339)
	digest := sha256.Sum256([]byte(id + "." + stamp + "." + body))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	require.NoError(t, err)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/webhooks/kick", bytes.NewReader([]byte(body)))
	for name, value := range map[string]string{
		"Message-Id": id, "Subscription-Id": "s", "Signature": base64.StdEncoding.EncodeToString(signature),
		"Message-Timestamp": stamp, "Type": event, "Version": "1",
	} {
		r.Header.Set("Kick-Event-"+name, value)
	}
	rec := httptest.NewRecorder()
	hook.ServeHTTP(rec, r)
	return rec.Code
}

const hookedHello = `{"message_id":"m1","broadcaster":{"user_id":7000002,"username":"HarborLights","channel_slug":"harborlights"},
 "sender":{"user_id":5,"username":"Bob","channel_slug":"bob","identity":{"badges":[{"type":"og"}]}},"content":"!clip","created_at":"2000-01-01T00:00:05Z"}`

func TestAWebhookIsBelievedOnlyWithThePlatformsSignatureAndInTime(t *testing.T) {
	signer, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	play(t, nil, func(t *testing.T, w *world) {
		w.join()
		source := &keys{signer}
		hook := platform.NewWebhooks(platform.WebhooksConfig{Keys: source, Deliver: w.client.Deliver, Log: zerolog.Nop()})
		now := time.Now()
		require.Equal(t, http.StatusUnauthorized, call(t, hook, stranger, "a", hookMessage, hookedHello, now))
		require.Equal(t, http.StatusBadRequest, call(t, hook, signer, "a", hookMessage, hookedHello, now.Add(-time.Hour)))
		require.Equal(t, http.StatusRequestEntityTooLarge, call(t, hook, signer, "a", hookMessage, strings.Repeat(" ", 300<<10), now))
		require.Empty(t, w.ids())
		require.Equal(t, http.StatusOK, call(t, hook, signer, "a", hookMessage, hookedHello, now))
		require.Equal(t, http.StatusOK, call(t, hook, signer, "a", hookMessage, hookedHello, now), "a repeated delivery is answered like the first")
		require.Equal(t, []string{"m1"}, w.ids())
		require.Equal(t, platform.WebhookStats{Accepted: 1, Duplicates: 1, BadSignature: 1, Old: 1, Malformed: 1}, hook.Stats())

		source.current = stranger
		require.Equal(t, http.StatusUnauthorized, call(t, hook, stranger, "b", hookMessage, hookedHello, now), "the key is asked for seldom")
		pass(6 * time.Minute)
		require.Equal(t, http.StatusOK, call(t, hook, stranger, "b", hookMessage, hookedHello, time.Now()), "the platform has a new key")
		require.EqualValues(t, 1, w.client.Stats().Duplicates, "the same message by another delivery")
	})
}

func TestWithoutThePlatformsKeyAWebhookIsAskedToComeBack(t *testing.T) {
	t.Parallel()
	signer, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	hook := platform.NewWebhooks(platform.WebhooksConfig{Keys: &keys{}, Deliver: func(platform.Delivery) {}, Log: zerolog.Nop()})
	require.Equal(t, http.StatusServiceUnavailable, call(t, hook, signer, "a", hookMessage, hookedHello, time.Now()))
	require.EqualValues(t, 1, hook.Stats().Unjudged)
}

func TestALateWebhookIsHandedOnWithThePlatformsTimeAndCounted(t *testing.T) {
	signer, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	play(t, nil, func(t *testing.T, w *world) {
		w.join()
		hook := platform.NewWebhooks(platform.WebhooksConfig{Keys: &keys{signer}, Deliver: w.client.Deliver, Log: zerolog.Nop()})
		pass(3 * time.Minute)
		require.Equal(t, http.StatusOK, call(t, hook, signer, "late", hookMessage, hookedHello, time.Now()))
		e := w.last(t)
		require.Equal(t, time.Date(2000, 1, 1, 0, 0, 5, 0, time.UTC), e.SentAt)
		require.Greater(t, e.ReceivedAt.Sub(e.SentAt), time.Minute)
		require.EqualValues(t, 1, w.client.Stats().Late)
		require.EqualValues(t, 1, w.client.Stats().LateHooks)
		require.Equal(t, []string{"subscriber"}, e.Author.Roles.Names())
	})
}
