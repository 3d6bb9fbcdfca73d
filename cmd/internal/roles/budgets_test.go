package roles

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

var _ budgetStore = (*store.Store)(nil)

// limited is a configuration with limits of all kinds.
func limited() *config.Config {
	return &config.Config{
		Creators: []config.Creator{
			{ID: "A", Enabled: true, Platforms: map[string]bool{"twitch": true, "youtube": true},
				Clips: config.CreatorClips{Destinations: []string{"youtube"}}},
			{ID: "B", Enabled: true, Platforms: map[string]bool{"twitch": true}, Limits: map[string]any{config.LimitChatMessages: nil}},
			{ID: "off", Platforms: map[string]bool{"twitch": true}},
		},
		Platforms: []config.Platform{{Name: "twitch", State: config.Active}, {Name: "youtube", State: config.Active}},
		System: config.System{PlatformPolling: true, Platforms: map[string]bool{"twitch": true, "youtube": true},
			Quotas: config.Quotas{CallsPerMinute: map[string]int{"youtube": 3}}},
		RateLimits: config.RateLimits{
			Global:    map[string]any{config.LimitChatMessages: 2.0},
			Platforms: map[string]map[string]any{"youtube": {config.LimitChatMessages: 1.0, config.LimitAPIRequests: 2.0}},
			Creators: map[string]struct {
				Overrides map[string]any `json:"overrides"`
			}{"A": {Overrides: map[string]any{config.LimitResponses: 1.0}}},
		},
		YouTube: map[string]config.YouTubeAccount{"": {
			ClientID: "x", ClientSecret: config.NewSecret("a-secret"), RefreshToken: config.NewSecret("b-secret"),
		}},
	}
}

type governed struct {
	governor
	t     *testing.T
	count map[string]int // of refusals
}

func governing(t *testing.T, cfg *config.Config) *governed {
	_, s := storetest.New(t)
	g := &governed{t: t, count: map[string]int{}}
	noon := time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)
	g.governor = governor{s, func() *config.Config { return cfg }, func() time.Time { return noon }, func(bucket string) { g.count[bucket]++ }}
	return g
}

func (g *governed) refused(err error, bucket string) {
	g.t.Helper()
	var refused *budget.RefusedError
	require.ErrorAs(g.t, err, &refused)
	require.Equal(g.t, bucket, refused.Bucket)
	require.Equal(g.t, time.Minute, refused.Wait)
}

func TestWhatIsSaidIsHeldToTheLimitsOfItsCreatorAndPlatform(t *testing.T) {
	t.Parallel()
	g := governing(t, limited())
	say := func(creator string, p chat.Platform, answer bool) error {
		return g.TakeMessage(t.Context(), creator, p, answer)
	}
	require.NoError(t, say("A", chat.Twitch, true))
	g.refused(say("A", chat.Twitch, true), budget.Responses)
	require.NoError(t, say("A", chat.Twitch, false), "the refusal took nothing, and no answer is no response")
	g.refused(say("A", chat.Twitch, false), budget.Messages)
	require.NoError(t, say("A", chat.YouTube, true), "every platform has limits of its own")
	g.refused(say("A", chat.YouTube, false), budget.Messages)
	for range 5 {
		require.NoError(t, say("B", chat.Twitch, true), "null is no limit")
		require.NoError(t, say("nobody", chat.Twitch, true))
	}
	require.Equal(t, map[string]int{budget.Responses: 1, budget.Messages: 2}, g.count)
}

func TestCallsAreHeldToTheLimitsOfTheCreatorAndOfTheCredential(t *testing.T) {
	t.Parallel()
	g := governing(t, limited())
	call := func(creator string) error {
		return creatorCalls{g.governor, chat.YouTube}.TakeCall(t.Context(), creator, "")
	}
	require.NoError(t, call("A"))
	require.NoError(t, call("A"))
	g.refused(call("A"), budget.Requests)
	require.NoError(t, call("B"))
	g.refused(call("B"), budget.Calls)
	g.refused(platformCalls{g.governor, chat.YouTube}.TakeCall(t.Context(), ""), budget.Calls)
	require.NoError(t, platformCalls{g.governor, chat.YouTube}.TakeCall(t.Context(), "OTHER"))
	for range 5 {
		require.NoError(t, platformCalls{g.governor, chat.Twitch}.TakeCall(context.Background(), "twitch"), "no limit is configured")
	}
}

func TestLimitsThatCallsAreHeldToAreShownAndNoOthers(t *testing.T) {
	t.Parallel()
	var shown []string
	for _, b := range sharedLimits(limited()) {
		shown = append(shown, b.Account+" "+b.Bucket+" "+b.Creator)
		require.Equal(t, time.Minute, b.Window)
	}
	require.Equal(t, []string{
		"creator:twitch:A chat_messages_per_minute A", "creator:twitch:A trigger_responses_per_minute A",
		"creator:youtube:A api_requests_per_minute A", "creator:youtube:A chat_messages_per_minute A", "creator:youtube:A trigger_responses_per_minute A",
		"credential:youtube: api_calls_per_minute ",
	}, shown)
}
