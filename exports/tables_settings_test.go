package exports

import (
	"testing"

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
			{ID: "C", Enabled: true, Platforms: map[string]bool{"twitch": true, "youtube": true}, TwitchAccount: "TWO", YouTubeAccount: "MAIN", Limits: map[string]any{config.LimitJobs: 3.0}},
		},
		Platforms:  []config.Platform{{Name: "twitch", State: config.Active}, {Name: "youtube", State: config.Active}},
		System:     config.System{PlatformPolling: true, Clips: config.ClipSystem{PerHour: 7, Destinations: []string{"folder"}}},
		RateLimits: config.RateLimits{Global: map[string]any{config.LimitChatMessages: 20.0}},
		Twitch: map[string]config.TwitchAccount{
			"TWO": {Label: "TWO", Nick: "two"}, "": {Nick: "one", Token: config.NewSecret("secret-token")},
		},
		YouTube: map[string]config.YouTubeAccount{"": {ClientID: "x"}, "MAIN": {APIKey: config.NewSecret("secret-key")}},
	}
	require.Equal(t, Tables{
		ClipsPerHour: 7,
		Creators: []CreatorDetails{
			{ID: "A", Notes: "n", Admin: true, Record: true, ClipsPerMinute: config.Unlimited},
			{ID: "B", ClipsPerMinute: config.Unlimited},
			{ID: "C", ClipsPerMinute: 3},
		},
		Accounts: []AccountSettings{
			{Platform: "twitch", Login: "one", Purpose: "chat", Complete: true, On: true, Creators: []string{"A"}},
			{Platform: "twitch", Label: "TWO", Login: "two", Purpose: "chat", On: true, Creators: []string{"C"}},
			{Platform: "youtube", Purpose: "publishing", On: true, Creators: []string{"A"}},
			{Platform: "youtube", Label: "MAIN", Purpose: "publishing", On: true, Creators: []string{}},
			{Platform: "youtube", Label: "MAIN", Purpose: "chat", Complete: true, On: true, Creators: []string{"C"}},
		},
		Announcers:   []AnnouncerSettings{{Name: "discord"}, {Name: "x"}},
		Destinations: []DestinationSettings{{"folder", []string{"A", "C"}}},
	}, tablesFrom(c))
	require.Equal(t, []string{"A"}, tablesFrom(c).recorded())
}
