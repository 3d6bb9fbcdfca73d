package roles

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/streamsuites/streamsuites/exports"
	"github.com/streamsuites/streamsuites/internal/config"
)

// health is a Temporal that a test steers.
type health struct {
	looks int
	err   error
}

func (h *health) CheckHealth(context.Context, *client.CheckHealthRequest) (*client.CheckHealthResponse, error) {
	h.looks++
	return &client.CheckHealthResponse{}, h.err
}

func TestServicesAreLookedAtNowAndThen(t *testing.T) {
	t.Parallel()
	h := &health{}
	w := newServiceWatch(h)
	now := time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)
	w.clock = func() time.Time { return now }
	up := []exports.ServiceState{{ID: "temporal", Provider: "temporal", Type: "workflows", Connected: true, Looked: now}}
	require.Equal(t, up, w.states())
	h.err = errors.New("away")
	require.Equal(t, up, w.states(), "as it was a moment ago")
	require.Equal(t, 1, h.looks)
	now = now.Add(serviceLook)
	require.False(t, w.states()[0].Connected)
}

func TestTheLimitsOfAccountsWithTokensAreShown(t *testing.T) {
	t.Parallel()
	cfg := &config.Config{Twitch: map[string]config.TwitchAccount{
		"": {Nick: "bot", Token: config.NewSecret("x")}, "B": {Label: "B", Nick: "other"},
	}}
	var scopes []string
	for _, b := range sharedLimits(cfg) {
		require.Equal(t, "twitch:bot", b.Account)
		require.Positive(t, b.Limit)
		require.Positive(t, b.Window)
		scopes = append(scopes, b.Scope)
	}
	require.Equal(t, []string{"twitch.chat.join", "twitch.chat.login", "twitch.chat.send", "twitch.chat.send.moderator"}, scopes)
}
