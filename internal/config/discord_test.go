package config

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDiscordHasOneMeaningInAllItsForms(t *testing.T) {
	t.Parallel()
	guild := `{"logging": {"enabled": true, "channel_id": "11"}, "notifications": {"enabled": true, "general": {"channel_id": "12"}, "clips": {"rumble": {"channel_id": "13"}}}}`
	for name, text := range map[string]string{
		"the normal form":        `{"discord": {"admins": ["9", "10"], "guilds": {"1": ` + guild + `}}}`,
		"at the root":            `{"admins": ["9", "10"], "guilds": {"1": ` + guild + `}}`,
		"numbers":                `{"discord": {"admins": [9, 10, 9], "guilds": {"1": {"logging": {"enabled": true, "channel_id": 11}, "notifications": {"enabled": true, "general": 12, "rumble_clips": 13}}}}}`,
		"flat":                   `{"discord": {"admins": ["10", "9"], "guilds": {"1": {"logging_enabled": true, "logging_channel_id": "11", "notifications": {"enabled": true}, "notifications_general": "12", "notifications_rumble_clips": 13}}}}`,
		"discord is no object":   `{"discord": true, "admins": ["9", "10"], "guilds": {"1": ` + guild + `}}`,
		"a bad channel is none":  `{"discord": {"admins": ["9", "10", "me"], "guilds": {"1": {"logging": {"enabled": true, "channel_id": "11"}, "notifications": {"enabled": true, "general": "12", "kick_clips": "#general", "rumble_clips": "13"}}}}}`,
		"the normal form counts": `{"discord": {"admins": ["9", "10"], "guilds": {"1": {"logging": {"enabled": true, "channel_id": "11"}, "logging_enabled": false, "logging_channel_id": "99", "notifications": {"enabled": true, "general": {"channel_id": "12"}, "clips": {"rumble": {"channel_id": "13"}}, "rumble_clips": "98"}, "notifications_general": "97"}}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := newState(t, map[string]string{"discord.json": text}).mustLoad()
			require.Equal(t, []string{"10", "9"}, c.Discord.Admins)
			require.Len(t, c.Discord.Guilds, 1)
			g := c.Discord.Guilds["1"]
			require.Equal(t, ChannelID("11"), g.Logging.Target())
			require.Equal(t, ChannelID("12"), g.Notifications.GeneralTarget())
			require.Equal(t, ChannelID("13"), g.Notifications.ClipsTarget("rumble"))
			require.Empty(t, g.Notifications.ClipsTarget("kick"))
			require.Len(t, g.Notifications.Clips, 5)

			normal, err := json.Marshal(map[string]any{"discord": c.Discord})
			require.NoError(t, err)
			again, problems := newState(t, map[string]string{"discord.json": string(normal)}).mustLoad()
			require.Empty(t, problems)
			require.Equal(t, c.Discord, again.Discord, "the normal form says the same")
		})
	}
}

func TestWithoutDiscordEverythingIsOff(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "{}", `{"discord": {}}`, `{"discord": {"guilds": {"1": {}}}}`} {
		c, problems := newState(t, map[string]string{"discord.json": text}).mustLoad()
		require.Empty(t, problems, text)
		require.Empty(t, c.Administrators())
		require.NotNil(t, c.Discord.Guilds)
		require.Empty(t, c.Discord.Guilds["1"].Logging.Target())
		require.Empty(t, c.Discord.Guilds["1"].Notifications.GeneralTarget())
	}
	c, problems := newState(t, map[string]string{"discord.json": "nope"}).mustLoad()
	require.Contains(t, lines(problems), "warning: shared/config/discord.json: line 1, column 2")
	require.Empty(t, c.Discord.Guilds)
}

func TestASwitchThatIsNotThereIsNotOff(t *testing.T) {
	t.Parallel()
	c, _ := newState(t, map[string]string{"discord.json": `{"discord": {"guilds": {"1": {"notifications": {"general": "5"}}, "2": {"notifications": {"enabled": false, "general": "5"}}}}}`}).mustLoad()
	require.Nil(t, c.Discord.Guilds["1"].Notifications.Enabled)
	require.False(t, *c.Discord.Guilds["2"].Notifications.Enabled)
	require.Empty(t, c.Discord.Guilds["1"].Notifications.GeneralTarget())
}

func TestAdministratorsComeFromThreePlaces(t *testing.T) {
	t.Parallel()
	c, _ := newState(t, map[string]string{
		"discord.json": `{"discord": {"admins": ["3", "1"]}}`,
		"creators.json": `{"discord_admins": [4, "1"], "creators": [{"creator_id": "otter1", "discord_user_id": 2, "is_admin": true},
			{"creator_id": "marmot", "discord_user_id": "7"}, {"creator_id": "nobody", "is_admin": true}]}`,
	}).mustLoad()
	require.Equal(t, []string{"1", "2", "3", "4"}, c.Administrators())
}
