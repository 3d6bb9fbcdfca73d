package config

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
)

func TestAPlatformsStateFollowsItsSettings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		entry     string
		platform  chat.Platform
		state     PlatformState
		telemetry bool
	}{
		"enabled":                               {`{"name": "twitch", "enabled": true}`, chat.Twitch, Active, true},
		"not enabled":                           {`{"name": "twitch"}`, chat.Twitch, Disabled, false},
		"the state wins over enabled":           {`{"name": "twitch", "enabled": false, "state": "ACTIVE"}`, chat.Twitch, Active, true},
		"paused counts as enabled":              {`{"name": "twitch", "state": "Paused"}`, chat.Twitch, Paused, true},
		"a boolean state":                       {`{"name": "twitch", "state": true}`, chat.Twitch, Active, true},
		"a false state":                         {`{"name": "twitch", "enabled": true, "state": false}`, chat.Twitch, Disabled, false},
		"rumble is paused unless told":          {`{"name": "rumble", "enabled": true}`, chat.Rumble, Paused, true},
		"pilled is off unless told":             {`{"name": "pilled", "enabled": true}`, chat.Pilled, Disabled, false},
		"telemetry can be off":                  {`{"name": "kick", "enabled": true, "telemetry_enabled": false}`, chat.Kick, Active, false},
		"telemetry is off with the platform":    {`{"name": "kick", "telemetry_enabled": true}`, chat.Kick, Disabled, false},
		"the older spelling of the name":        {`{"platform": "youtube", "enabled": true}`, chat.YouTube, Active, true},
		"an unlisted platform is there and off": {`{"name": "youtube", "enabled": true}`, chat.Twitch, Disabled, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			loaded, _ := newState(t, map[string]string{"platforms.json": `{"platforms": [` + c.entry + `]}`}).mustLoad()
			p := loaded.Platform(c.platform)
			require.Equal(t, c.state, p.State)
			require.Equal(t, c.telemetry, p.Telemetry)
			require.GreaterOrEqual(t, len(loaded.Platforms), len(chat.Platforms))
			require.Equal(t, c.state == Paused, p.PausedReason != "")
		})
	}
}

func TestServicesAreReadOnlyWhenPlatformsYieldNothing(t *testing.T) {
	t.Parallel()
	services := `{"twitch": {"enabled": true, "state": "paused"}, "discord": {"enabled": true}, "x": 5}`
	c, problems := newState(t, map[string]string{"platforms.json": "", "services.json": services}).mustLoad()
	require.Equal(t, Active, c.Platform(chat.Twitch).State, "a state in services.json does not count")
	require.Equal(t, Active, c.Platform("discord").State)
	require.Contains(t, lines(problems), `warning: shared/config/services.json: $.x: found 5`)
	require.Contains(t, lines(problems), "info: shared/config/platforms.json: found no such file")

	c, _ = newState(t, map[string]string{"services.json": services}).mustLoad()
	require.Equal(t, "shared/config/platforms.json", c.Platform(chat.Twitch).Source)
	require.Equal(t, Disabled, c.Platform("discord").State)

	_, problems = newState(t, map[string]string{"platforms.json": ""}).mustLoad()
	require.Contains(t, lines(problems), "warning: shared/config/services.json: found no such file; allowed: a JSON object; every service is off")
}

func TestOverridesOfPlatformsComeLast(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a map":          `{"twitch": false, "kick": true, "rumble": true, "owncast": true}`,
		"objects":        `{"twitch": {"enabled": false}, "kick": {"enabled": true}, "rumble": true, "owncast": true}`,
		"below a key":    `{"platforms": {"twitch": false, "kick": true, "rumble": true, "owncast": true}}`,
		"a list":         `{"platforms": [{"platform_id": "twitch", "enabled": false}, {"platform": "kick", "enabled": true}, {"name": "rumble", "enabled": true}, {"name": "owncast", "enabled": true}]}`,
		"a bad one more": `{"twitch": false, "kick": true, "rumble": true, "owncast": true, "pilled": "x"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := newState(t, map[string]string{"platform_overrides.json": text}).mustLoad()
			require.Equal(t, Disabled, c.Platform(chat.Twitch).State)
			require.Equal(t, Active, c.Platform(chat.Kick).State)
			require.Equal(t, Paused, c.Platform(chat.Rumble).State)
			require.Equal(t, Active, c.Platform("owncast").State)
		})
	}
}

func TestSwitchesInSystemKeepPlatformsFromBeingPolled(t *testing.T) {
	t.Parallel()
	for system, want := range map[string]bool{
		`{}`: true,
		`{"system": {"platforms": {"twitch": false}}}`:              false,
		`{"system": {"platforms": {"twitch": {"enabled": false}}}}`: false,
		`{"system": {"platform_polling_enabled": false}}`:           false,
		`{"system": {"platform_polling_enabled": "no"}}`:            true,
	} {
		c, _ := newState(t, map[string]string{"system.json": system}).mustLoad()
		require.Equal(t, want, c.Polls(chat.Twitch), system)
	}
}

func TestPlatformsOfACreatorHaveManySpellings(t *testing.T) {
	t.Parallel()
	for _, platforms := range []string{
		`"platforms": {"twitch": true, "kick": false}`,
		`"platforms": {"twitch": {"enabled": true, "channel": "otter"}, "kick": {"enabled": false}}`,
		`"platforms": ["twitch"]`,
		`"platforms": [{"name": "twitch"}, {"platform": "kick", "enabled": false}]`,
		`"platforms_enabled": {"twitch": true}`,
	} {
		c, problems := newState(t, map[string]string{"creators.json": `{"creators": [{"creator_id": "otter1", "twitch_channel": "otter", ` + platforms + `}]}`}).mustLoad()
		require.Empty(t, problems, platforms)
		require.True(t, c.Creators[0].On(chat.Twitch), platforms)
		require.False(t, c.Creators[0].On(chat.Kick), platforms)
	}
}

func TestTheTwitchChannelIsFoundWhereItIsWritten(t *testing.T) {
	t.Parallel()
	for entry, want := range map[string]string{
		`"twitch_channel": "#Otter_Live"`:                               "otter_live",
		`"twitch_channel": "@otter"`:                                    "otter",
		`"platforms": {"twitch": {"enabled": true, "channel": "Dash"}}`: "dash",
		`"platforms": {"twitch": true}`:                                 "otter1",
	} {
		c, _ := newState(t, map[string]string{"creators.json": `{"creators": [{"creator_id": "Otter1", ` + entry + `}]}`}).mustLoad()
		require.Equal(t, want, c.Creators[0].TwitchChannel, entry)
	}
	c, problems := newState(t, map[string]string{"creators.json": `{"creators": [{"creator_id": "otter.one", "platforms": ["twitch"]}]}`}).mustLoad()
	require.False(t, c.Creators[0].On(chat.Twitch))
	require.Contains(t, lines(problems), "Twitch is off for this creator")
}

func TestADisabledCreatorStaysListed(t *testing.T) {
	t.Parallel()
	c, _ := newState(t, map[string]string{"creators.json": `{"creators": [{"creator_id": "bbbbb2", "disabled": true}, {"creator_id": "aaaaa1", "enabled": false}]}`}).mustLoad()
	require.Len(t, c.Creators, 2)
	require.Equal(t, "aaaaa1", c.Creators[0].ID)
	for _, creator := range c.Creators {
		require.False(t, creator.Enabled)
	}
}

func TestRumbleNeedsItsAddresses(t *testing.T) {
	t.Parallel()
	active := `{"platforms": [{"name": "rumble", "state": "active"}]}`
	creator := func(more string) string {
		return `{"creators": [{"creator_id": "otter1", "platforms": ["rumble"]` + more + `}]}`
	}
	full := `, "rumble_manual_watch_url": "https://rumble.example.com/v1", "rumble_livestream_api_env_key": "RUMBLE_KEY_MAIN"`
	for name, c := range map[string]struct {
		creators, platforms, key, want string
		kept                           bool
	}{
		"no watch page":                      {creator(""), active, "k3y1", "rumble_manual_watch_url: found nothing", false},
		"no variable":                        {creator(`, "rumble_manual_watch_url": "https://rumble.example.com/v1"`), active, "k3y1", "rumble_livestream_api_env_key: found nothing", false},
		"a variable that is not set":         {creator(full), active, "", "found a variable RUMBLE_KEY_MAIN that is not set", false},
		"everything":                         {creator(full), active, "k3y1", "", true},
		"nothing, while the platform pauses": {creator(""), `{"platforms": [{"name": "rumble", "enabled": true}]}`, "", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newState(t, map[string]string{"platforms.json": c.platforms, "creators.json": c.creators})
			s.env["RUMBLE_KEY_MAIN"] = c.key
			loaded, problems := s.mustLoad()
			require.Equal(t, c.kept, loaded.Creator("otter1") != nil)
			require.Contains(t, lines(problems), c.want)
			require.NotContains(t, lines(problems), "k3y1")
		})
	}
}
