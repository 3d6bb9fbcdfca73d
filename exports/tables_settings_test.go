package exports

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/config"
)

func TestTheTablesSayWhatTheConfigurationSays(t *testing.T) {
	t.Parallel()
	c := &config.Config{
		Creators: []config.Creator{
			{ID: "A", Enabled: true, Platforms: map[string]bool{"twitch": true}, Notes: "n", IsAdmin: true, Chat: config.CreatorChat{Record: true},
				Clips: config.CreatorClips{Destinations: []string{"folder", "youtube"}}},
			{ID: "B", Platforms: map[string]bool{"twitch": true}, Limits: map[string]any{config.LimitResponses: 5.0, config.LimitJobs: nil}},
			{ID: "C", Enabled: true, Platforms: map[string]bool{"twitch": true}, TwitchAccount: "TWO"},
		},
		Platforms:  []config.Platform{{Name: "twitch", State: config.Active}},
		System:     config.System{PlatformPolling: true, Clips: config.ClipSystem{PerHour: 7, Destinations: []string{"folder"}}},
		RateLimits: config.RateLimits{Global: map[string]any{config.LimitChatMessages: 20.0}},
		Twitch: map[string]config.TwitchAccount{
			"TWO": {Label: "TWO", Nick: "two"}, "": {Nick: "one", Token: config.NewSecret("secret-token")},
		},
		YouTube: map[string]config.YouTubeAccount{"": {ClientID: "x"}},
	}
	minute := LimitSettings{config.LimitChatMessages, 20, time.Minute}
	require.Equal(t, Tables{
		ClipsPerHour: 7,
		Creators: []CreatorDetails{
			{ID: "A", Notes: "n", Admin: true, Record: true, Limits: []LimitSettings{minute}},
			{ID: "B", Limits: []LimitSettings{minute, {config.LimitResponses, 5, time.Minute}}},
			{ID: "C", Limits: []LimitSettings{minute}},
		},
		Accounts: []AccountSettings{
			{Platform: "twitch", Login: "one", Purpose: "chat", Complete: true, On: true, Creators: []string{"A"}},
			{Platform: "twitch", Label: "TWO", Login: "two", Purpose: "chat", On: true, Creators: []string{"C"}},
			{Platform: "youtube", Purpose: "publishing", On: true, Creators: []string{"A"}},
		},
	}, tablesFrom(c))
	require.Equal(t, []string{"A"}, tablesFrom(c).recorded())
}
