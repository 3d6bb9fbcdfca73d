package roles

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/ingest"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/tokens"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

const tiers = `{"tiers": {
	"open": {"features": {
		"triggers": {"enabled": true, "min_cooldown_seconds": 7},
		"clips": {"enabled": true, "max_duration_seconds": 45, "min_cooldown_seconds": 60, "max_concurrent_jobs": 2}}},
	"free": {"features": {
		"triggers": {"enabled": true, "min_cooldown_seconds": 0},
		"clips": {"enabled": true, "max_duration_seconds": 500, "min_cooldown_seconds": 0}}},
	"none": {"features": {"triggers": {"enabled": true, "max_triggers": 1}, "clips": {"enabled": true, "max_concurrent_jobs": 0}}},
	"mute": {"features": {"triggers": {"enabled": false}, "clips": {"enabled": true}}},
	"text": {"features": {"triggers": {"enabled": true}, "clips": {"enabled": false}}}
}}`

// load loads a configuration with the tiers above, Twitch on, and one account.
func load(t *testing.T, documents map[string]string) *config.Config {
	t.Helper()
	dir := t.TempDir()
	all := map[string]string{
		"tiers.json": tiers, "ratelimits.json": `{}`, "system.json": `{}`,
		"platforms.json": `{"platforms": [{"name": "twitch", "enabled": true}]}`,
	}
	for name, text := range documents {
		all[name] = text
	}
	folder := filepath.Join(dir, "shared", "config")
	require.NoError(t, os.MkdirAll(folder, 0o755))
	for name, text := range all {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644))
	}
	variables := map[string]string{config.OptTwitchToken: "token", config.OptTwitchNick: "LanternBot"}
	cfg, problems, err := config.Load(t.Context(), config.Options{
		StateDir: dir, WorkDir: dir, Env: func(name string) (string, bool) { v, ok := variables[name]; return v, ok },
	})
	require.NoError(t, err)
	require.Empty(t, problems.Broken())
	return cfg
}

// only is the one creator of that tier whom creators.json describes.
func only(t *testing.T, tier, system string) trigger.Settings {
	t.Helper()
	cfg := load(t, map[string]string{
		"system.json":   system,
		"creators.json": `{"creators": [{"creator_id": "Ab3dE9", "display_name": "Harbor", "tier": "` + tier + `", "platforms": {"twitch": true}, "twitch_channel": "harborlights"}]}`,
	})
	creators := newRoster(cfg, nil).Creators()
	require.Len(t, creators, 1)
	return creators[0].Settings
}

func TestTheTiersLimitsBecomeTheRulesSettings(t *testing.T) {
	t.Parallel()
	s := only(t, "open", `{"clips": {"seconds": 20, "post_roll_seconds": 4, "latency_seconds": 2.5, "coalesce_seconds": 7, "user_cooldown_seconds": 11, "per_hour": 6}, "capture": {"buffer_seconds": 200}}`)
	require.Equal(t, "Ab3dE9", s.CreatorID)
	require.Equal(t, "Harbor", s.Creator)
	require.Equal(t, []string{"lanternbot"}, s.IgnoredLogins, "the bot does not answer itself")
	require.True(t, s.Clip.Enabled)
	require.Equal(t, 20*time.Second, s.Clip.DefaultLength)
	require.Equal(t, 5*time.Second, s.Clip.MinLength)
	require.Equal(t, 45*time.Second, s.Clip.MaxLength)
	require.Equal(t, 4*time.Second, s.Clip.PostRoll)
	require.Equal(t, 2500*time.Millisecond, s.Clip.LatencyOffset)
	require.Equal(t, 7*time.Second, s.Clip.Coalesce)
	require.Equal(t, 11*time.Second, s.Clip.UserCooldown)
	require.Equal(t, time.Minute, s.Clip.GlobalCooldown)
	require.Equal(t, 6, s.Clip.PerHour)
	require.Equal(t, 2, s.Clip.MaxActive)
	require.Equal(t, 200*time.Second, s.Clip.Buffer)
	require.Equal(t, []string{"folder"}, s.Clip.Destinations)
	require.True(t, s.Ping.Enabled)
	require.Equal(t, 7*time.Second, s.Ping.GlobalCooldown, "the tier's shortest cooldown holds for every trigger")
	_, err := trigger.Compile(s, nil)
	require.NoError(t, err)
}

func TestWhatATierDoesNotLimitIsBoundedByTheSystem(t *testing.T) {
	t.Parallel()
	s := only(t, "free", `{"capture": {"buffer_seconds": 100}}`)
	require.Equal(t, 100*time.Second, s.Clip.MaxLength, "no clip is longer than the buffer")
	require.Zero(t, s.Clip.GlobalCooldown)
	require.Equal(t, trigger.DefaultSettings("", "").Ping.GlobalCooldown, s.Ping.GlobalCooldown)
	require.Equal(t, trigger.LongestClip, only(t, "free", `{}`).Clip.MaxLength)
}

func TestATierCanSwitchThingsOff(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tier, system string
		clip, ping   bool
	}{
		"clips":                     {"text", `{}`, false, true},
		"triggers":                  {"mute", `{}`, false, false},
		"clips at once":             {"none", `{}`, false, true},
		"nothing, system.json does": {"open", `{"system": {"jobs": {"clips": false}}}`, false, true},
		"nothing":                   {"open", `{}`, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := only(t, c.tier, c.system)
			require.Equal(t, c.clip, s.Clip.Enabled)
			require.Equal(t, c.ping, s.Ping.Enabled)
			_, err := trigger.Compile(s, nil)
			require.NoError(t, err)
		})
	}
}

func TestTheRosterHoldsWhoIsEnabledAndTheChannelsThatAreRead(t *testing.T) {
	t.Parallel()
	creators := `{"creators": [
		{"creator_id": "Second", "platforms": {"twitch": true}, "twitch_channel": "#Other_One", "twitch_account": "SECOND"},
		{"creator_id": "Ab3dE9", "platforms": {"twitch": true}, "twitch_channel": "harborlights"},
		{"creator_id": "Silent", "platforms": {"twitch": false}},
		{"creator_id": "Absent", "enabled": false, "platforms": {"twitch": true}}]}`
	r := newRoster(load(t, map[string]string{"creators.json": creators}), nil)
	require.Equal(t, []string{"Ab3dE9", "Second", "Silent"}, r.IDs())
	channels := map[string][]ingest.Channel{}
	for _, c := range r.Creators() {
		channels[c.ID] = c.Channels
	}
	require.Equal(t, map[string][]ingest.Channel{
		"Ab3dE9": {{Platform: chat.Twitch, Name: "harborlights", Account: "twitch"}},
		"Second": {{Platform: chat.Twitch, Name: "other_one", Account: "twitch:SECOND"}},
		"Silent": nil,
	}, channels)
	select {
	case <-r.Changed():
		require.Fail(t, "a configuration that is loaded once never changes")
	default:
	}

	off := newRoster(load(t, map[string]string{
		"creators.json": creators, "system.json": `{"system": {"platform_polling_enabled": false}}`,
	}), nil)
	for _, c := range off.Creators() {
		require.Empty(t, c.Channels)
	}
}

func TestWhatABotThatLoggedInSaysIsNoRequestOnItsPlatform(t *testing.T) {
	t.Parallel()
	creators := `{"creators": [{"creator_id": "Ab3dE9", "platforms": {"twitch": true, "youtube": true, "kick": true}, "twitch_channel": "harborlights",
		"youtube_channel": "@harborlights", "kick_channel": "harborlights", "kick_account": "SECOND", "ignored_logins": ["moobot"]}]}`
	cfg := load(t, map[string]string{"creators.json": creators, "platforms.json": `{"platforms": [{"name": "twitch", "enabled": true},
		{"name": "youtube", "enabled": true}, {"name": "kick", "enabled": true}]}`})
	r := newRoster(cfg, nil)
	require.Equal(t, []string{"lanternbot", "moobot"}, r.Creators()[0].Settings.IgnoredLogins)
	changed := r.Changed()
	in := func(p chat.Platform, label, login, id string) tokens.Status {
		return tokens.Status{Account: tokens.Account{Platform: string(p), Label: label}, Owner: tokens.Owner{Login: login, AccountID: id}}
	}
	logins := []tokens.Status{
		in(chat.Kick, "", "someoneelse", "1"), in(chat.Kick, "SECOND", "LanternBot", "77"), in(chat.Twitch, "", "lanternbot", "500000001"),
		in(chat.YouTube, "", "@lanternbot", "UClanternbot"),
	}
	moved, others := r.take(cfg, logins)
	require.True(t, moved, "a login is taken in while the creator is held")
	require.False(t, others)
	<-changed
	require.Equal(t, []string{
		"lanternbot", "moobot", "kick:LanternBot", "kick:77", "twitch:lanternbot", "twitch:500000001", "youtube:lanternbot", "youtube:UClanternbot",
	}, r.Creators()[0].Settings.IgnoredLogins)
	moved, _ = r.take(cfg, logins)
	require.False(t, moved)
}
