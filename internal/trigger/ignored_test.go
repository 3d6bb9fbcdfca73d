package trigger

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
)

func TestWhoIsIgnoredOnOnePlatformIsSomebodyElseElsewhere(t *testing.T) {
	t.Parallel()
	s := DefaultSettings("Ab3dE9", "Nova")
	s.IgnoredLogins = []string{"Moobot", "twitch:LanternBot", OnPlatform(chat.YouTube, "UCAbc"), "odd:name", "kick:"}
	rules, err := Compile(s, nil)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		platform  chat.Platform
		login, id string
		ignored   bool
	}{
		"everywhere":                   {chat.Kick, "moobot", "1", true},
		"there":                        {chat.Twitch, "lanternbot", "1", true},
		"elsewhere":                    {chat.Kick, "lanternbot", "1", false},
		"by the id":                    {chat.YouTube, "", "UCAbc", true},
		"an id in another case":        {chat.YouTube, "", "UCABC", false},
		"the same id elsewhere":        {chat.Twitch, "", "UCAbc", false},
		"what is no platform":          {chat.Twitch, "odd:name", "", true},
		"nobody in particular":         {chat.Kick, "", "", false},
		"a platform without an author": {chat.Kick, "kick:", "", true},
	} {
		e := chat.Event{Kind: chat.Message, Platform: c.platform, Author: chat.Author{Login: c.login, ID: c.id}}
		require.Equal(t, c.ignored, rules.ignores(&e), name)
	}
}

func TestATriggerThatListensToTheOwnAccountHearsItAlthoughBotsAreIgnored(t *testing.T) {
	t.Parallel()
	s := DefaultSettings("Ab3dE9", "Nova")
	s.IgnoredLogins = []string{"lanternbot"}
	rules, err := Compile(s, nil)
	require.NoError(t, err)
	own := chat.Event{Kind: chat.Message, Platform: chat.Twitch, Author: chat.Author{Login: "lanternbot"}, Self: true}
	require.True(t, rules.ignores(&own), "no trigger listens")
	rules.index.self = true
	require.False(t, rules.ignores(&own))
	own.Self = false
	require.True(t, rules.ignores(&own))
}
