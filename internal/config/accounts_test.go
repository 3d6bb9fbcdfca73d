package config

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
)

const (
	everywhere = `{"platforms": [{"name": "twitch", "enabled": true}, {"name": "youtube", "enabled": true}, {"name": "kick", "enabled": true}]}`
	kickOn     = `{"system": {"platforms": {"kick": true}}}`
)

func TestACreatorHasChannelsOnYouTubeAndKick(t *testing.T) {
	t.Parallel()
	for name, entry := range map[string]string{
		"fields of their own": `"platforms": ["youtube", "kick"], "youtube_channel": "@harborlights", "kick_channel": "@Harbor-Lights"`,
		"the dashboard's form": `"platforms": {"youtube": {"enabled": true, "channel": "@harborlights"},
			"kick": {"enabled": true, "channel": "Harbor-Lights"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newState(t, map[string]string{"platforms.json": everywhere, "system.json": kickOn,
				"creators.json": `{"creators": [{"creator_id": "Marmot", ` + entry + `, "kick_chatroom_id": 4711, "youtube_video": "abcdefghijk"}]}`})
			s.env["KICK_CLIENT_ID"], s.env["KICK_CLIENT_SECRET"], s.env["YOUTUBE_API_KEY"] = "app", "sesame-kick", "key-of-us"
			c, problems := s.mustLoad()
			require.Empty(t, problems.Broken())
			creator := c.Creator("Marmot")
			require.Equal(t, "@harborlights", creator.YouTubeChannel)
			require.Equal(t, "abcdefghijk", creator.YouTubeVideo)
			require.Equal(t, "harbor-lights", creator.KickChannel)
			require.Equal(t, "4711", creator.KickChatroomID)
			require.True(t, c.Polls(chat.Kick) && c.Polls(chat.YouTube))
			require.Equal(t, "sesame-kick", c.KickAccount("").ClientSecret.Reveal())
			require.Equal(t, "key-of-us", c.YouTubeAccount(creator).APIKey.Reveal())
			values := map[string]any{}
			for _, v := range c.CreatorSettings(creator) {
				values[v.Name] = v.Value
			}
			require.Equal(t, "harbor-lights", values["kick_channel"])
			require.Equal(t, "4711", values["kick_chatroom_id"])
		})
	}
}

func TestACreatorWithoutAChannelIsNotServedThere(t *testing.T) {
	t.Parallel()
	docs := map[string]string{"platforms.json": everywhere, "system.json": kickOn,
		"creators.json": `{"creators": [{"creator_id": "Marmot", "platforms": ["youtube", "kick"]}]}`}
	c, problems := newState(t, docs).mustLoad()
	require.False(t, c.Creator("Marmot").On(chat.YouTube))
	require.False(t, c.Creator("Marmot").On(chat.Kick))
	require.Contains(t, lines(problems), `$.creators[?(@.creator_id=="Marmot")].youtube_channel: found nothing`)
	require.Contains(t, lines(problems), `$.creators[?(@.creator_id=="Marmot")].kick_channel: found nothing`)

	delete(docs, "platforms.json")
	_, problems = newState(t, docs).mustLoad()
	require.NotContains(t, lines(problems), "_channel: found nothing", "the platforms are off anyway")
}

func TestChannelsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	for field, bad := range map[string]string{
		"youtube_channel": `"harborlights"`, "youtube_video": `"https://youtu.be/abcdefghijk"`, "kick_channel": `"https://kick.com/harbor"`,
		"kick_chatroom_id": `"chatrooms.1.v2"`, "kick_account": `"small"`,
	} {
		s := newState(t, map[string]string{"creators.json": `{"creators": [{"creator_id": "Marmot", "` + field + `": ` + bad + `}]}`})
		_, problems := s.mustLoad()
		require.Contains(t, lines(problems), "$.creators[0]."+field, field)
	}
}

func TestMissingCredentialsAreSaidWithTheWayToGetThem(t *testing.T) {
	t.Parallel()
	docs := map[string]string{"platforms.json": everywhere, "system.json": kickOn, "creators.json": `{"creators": [{"creator_id": "Marmot",
		"platforms": ["twitch", "youtube", "kick"], "twitch_channel": "harbor", "youtube_channel": "@harbor", "kick_channel": "harbor", "kick_account": "SIDE"}]}`}
	for name, c := range map[string]struct {
		env    map[string]string
		want   []string
		errors map[chat.Platform]string
	}{
		"nothing at all": {
			want: []string{
				"warning: TWITCH_OAUTH_TOKEN: found nothing", "set TWITCH_CLIENT_ID and run `streamsuites auth login twitch`",
				"warning: YOUTUBE_API_KEY: found nothing", "set YOUTUBE_CLIENT_ID and run `streamsuites auth login youtube`",
				"warning: KICK_CLIENT_ID_SIDE: found nothing", "run `streamsuites auth login kick --account SIDE`",
			},
			errors: map[chat.Platform]string{chat.Twitch: "missing credentials: TWITCH_OAUTH_TOKEN", chat.YouTube: "missing credentials: YOUTUBE_API_KEY"},
		},
		"applications": {
			env: map[string]string{"TWITCH_CLIENT_ID": "t", "YOUTUBE_CLIENT_ID": "y", "YOUTUBE_CLIENT_SECRET": "ys", "KICK_CLIENT_ID": "k", "KICK_CLIENT_SECRET_SIDE": "ks"},
			want: []string{
				"info: TWITCH_OAUTH_TOKEN: found nothing", "info: YOUTUBE_REFRESH_TOKEN: found nothing", "neither read nor written: `streamsuites auth login youtube`",
				"info: KICK_REFRESH_TOKEN_SIDE: found nothing",
			},
		},
		"an API key": {
			env:    map[string]string{"YOUTUBE_API_KEY": "key"},
			want:   []string{"info: YOUTUBE_CLIENT_ID: found nothing", "YouTube chat is only read"},
			errors: map[chat.Platform]string{chat.Twitch: "missing credentials: TWITCH_OAUTH_TOKEN"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newState(t, docs)
			s.env = map[string]string{}
			for k, v := range c.env {
				s.env[k] = v
			}
			loaded, problems := s.mustLoad()
			for _, want := range c.want {
				require.Contains(t, lines(problems), want)
			}
			for _, p := range []chat.Platform{chat.Twitch, chat.YouTube, chat.Kick} {
				require.Equal(t, c.errors[p], loaded.Platform(p).Error, p)
			}
			require.Empty(t, problems.Broken())
		})
	}
}

func TestAnAccountThatNobodyUsesYetHasTheSharedApplication(t *testing.T) {
	t.Parallel()
	s := newState(t, nil)
	for _, p := range []string{"TWITCH", "YOUTUBE", "KICK"} {
		s.env[p+"_CLIENT_ID"], s.env[p+"_CLIENT_SECRET"] = "ours", "sesame"
		s.env[p+"_CLIENT_ID_MAIN"] = "mains"
	}
	c, _ := s.mustLoad()
	require.Equal(t, "mains", c.TwitchAccount("MAIN").ClientID)
	require.Equal(t, "ours", c.TwitchAccount("OTHER").ClientID)
	require.Equal(t, "mains", c.YouTubeAccountOf("MAIN").ClientID)
	require.Equal(t, "sesame", c.YouTubeAccountOf("OTHER").ClientSecret.Reveal())
	require.True(t, c.KickAccount("MAIN").HasApplication())
	require.Equal(t, "ours", c.KickAccount("").ClientID)
}

func TestKickIsWhereTheConfigurationSays(t *testing.T) {
	t.Parallel()
	c, _ := newState(t, nil).mustLoad()
	require.Equal(t, KickEndpoints{API: "https://api.kick.com", OAuth: "https://id.kick.com",
		Pusher: "wss://ws-us2.pusher.com/app/32cbd69e4b950bf97679", Site: "https://kick.com"}, c.Platform(chat.Kick).Kick)

	s := newState(t, map[string]string{"system.json": kickOn, "platforms.json": `{"platforms": [{"name": "kick", "enabled": true, "endpoints":
		{"api": "http://127.0.0.1:1/", "oauth": "http://127.0.0.1:2", "pusher": "ws://127.0.0.1:3/app/key", "site": "http://127.0.0.1:4", "ca_file": "ca.pem"}}]}`})
	after, problems := s.mustLoad()
	require.Empty(t, problems.Broken())
	e := after.Platform(chat.Kick).Kick
	require.Equal(t, "http://127.0.0.1:1", e.API)
	require.Equal(t, "ws://127.0.0.1:3/app/key", e.Pusher)
	require.Contains(t, e.CAFile, s.dir)
	require.Equal(t, map[string][]string{SectionPlatforms: {"endpoints of kick", "kick is on"}}, c.NeedsRestart(after))
}

func TestKickCallsOnlyWhereTheConfigurationListens(t *testing.T) {
	t.Parallel()
	c, _ := newState(t, nil).mustLoad()
	require.Empty(t, c.Platform(chat.Kick).KickWebhooks.Listen)

	listening := `{"platforms": [{"name": "kick", "enabled": true, "webhooks": {"listen": "127.0.0.1:8211"}},
		{"name": "twitch", "enabled": true, "webhooks": {"listen": "127.0.0.1:8212"}}]}`
	s := newState(t, map[string]string{"system.json": kickOn, "platforms.json": strings.ReplaceAll(listening, ":8211", ":8210")})
	before, problems := s.mustLoad()
	require.Empty(t, problems.Broken())
	s.write("shared/config/platforms.json", listening)
	after, _ := s.mustLoad()
	require.Equal(t, "127.0.0.1:8211", after.Platform(chat.Kick).KickWebhooks.Listen)
	require.Empty(t, after.Platform(chat.Twitch).KickWebhooks.Listen)
	require.Equal(t, map[string][]string{SectionPlatforms: {"webhooks of kick"}}, before.NeedsRestart(after))
}

func TestTwitchMessagesGoThroughTheAPIWhereThatIsAskedFor(t *testing.T) {
	t.Parallel()
	c, _ := newState(t, nil).mustLoad()
	require.Empty(t, c.Platform(chat.Twitch).SendThrough)

	creators := `{"creators": [{"creator_id": "Marmot", "platforms": ["twitch"], "twitch_channel": "harbor"}]}`
	s := newState(t, map[string]string{"creators.json": creators,
		"platforms.json": `{"platforms": [{"name": "twitch", "enabled": true}]}`})
	before, _ := s.mustLoad()
	s.write("shared/config/platforms.json", `{"platforms": [{"name": "twitch", "enabled": true, "send_through": "api"},
		{"name": "kick", "enabled": true, "send_through": "api"}]}`)
	after, problems := s.mustLoad()
	require.Equal(t, ThroughAPI, after.Platform(chat.Twitch).SendThrough)
	require.Empty(t, after.Platform(chat.Kick).SendThrough)
	require.Empty(t, before.NeedsRestart(after), "it is taken in by the running process")
	require.Contains(t, lines(problems), "messages of this account go through the chat connection")

	s.write("shared/config/platforms.json", `{"platforms": [{"name": "twitch", "enabled": true, "send_through": "pigeon"}]}`)
	wrong, problems := s.mustLoad()
	require.Empty(t, wrong.Platform(chat.Twitch).SendThrough)
	require.Contains(t, lines(problems), "chat or api")
}

func TestKickStaysOffUntilSystemSaysSo(t *testing.T) {
	t.Parallel()
	s := newState(t, map[string]string{"platforms.json": everywhere,
		"creators.json": `{"creators": [{"creator_id": "Marmot", "platforms": ["kick"], "kick_channel": "harbor"}]}`})
	c, problems := s.mustLoad()
	require.False(t, c.Polls(chat.Kick))
	require.Contains(t, lines(problems), "info: shared/config/system.json: $.system.platforms.kick: found false")
}

func TestTheKeyOfTheTokensIsCheckedAndNeverShown(t *testing.T) {
	t.Parallel()
	one, two := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32))), base64.StdEncoding.EncodeToString([]byte(strings.Repeat("o", 32)))
	s := newState(t, nil)
	s.env[OptTokenKey] = one + ", " + two
	c, problems := s.mustLoad()
	require.Empty(t, problems.Broken())
	require.Equal(t, one+", "+two, c.TokenKey.Reveal())
	require.NotContains(t, fmt.Sprint(c.Environment, c.Effective()), one)
	require.NotContains(t, c.PlainText("key "+two), two)

	for _, bad := range []string{"short", one + ",", one + ",!", base64.StdEncoding.EncodeToString([]byte("sixteen bytes....")), "," + one} {
		s.env[OptTokenKey] = bad
		_, problems := s.mustLoad()
		require.Len(t, problems.Broken(), 1, bad)
		require.Contains(t, lines(problems), "STREAMSUITES_TOKEN_KEY: found a value that is not 32 bytes in base64")
		require.NotContains(t, lines(problems), one)
	}
}

func TestASampleHasCreatorsOnEveryPlatform(t *testing.T) {
	t.Parallel()
	s := newState(t, map[string]string{"creators.json": "", "platforms.json": "", "system.json": ""})
	_, err := WriteSample(s.dir+"/shared/config", Sample{
		Creators: []SampleCreator{{ID: "Marmot", TwitchChannel: "harbor", YouTubeChannel: "@harbor", KickChannel: "harbor", KickChatroomID: "7"}},
		YouTube:  &YouTubeEndpoints{API: "http://127.0.0.1:1", OAuth: "http://127.0.0.1:1/token", Authorize: "http://127.0.0.1:1/auth", Device: "http://127.0.0.1:1/device"},
		Kick:     &KickEndpoints{API: "http://127.0.0.1:2", OAuth: "http://127.0.0.1:2", Pusher: "ws://127.0.0.1:2/app/k", Site: "http://127.0.0.1:2"},
	})
	require.NoError(t, err)
	c, problems := s.mustLoad()
	require.Empty(t, problems.Broken())
	for _, p := range []chat.Platform{chat.Twitch, chat.YouTube, chat.Kick} {
		require.True(t, c.Polls(p), p)
		require.True(t, c.Creator("Marmot").On(p), p)
	}
	require.Equal(t, "http://127.0.0.1:1/device", c.Platform(chat.YouTube).YouTube.Device)
	require.Equal(t, "ws://127.0.0.1:2/app/k", c.Platform(chat.Kick).Kick.Pusher)
}
