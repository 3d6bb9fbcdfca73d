package config

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// bySetting are settings by name.
func bySetting(settings []Setting) map[string]Setting {
	found := map[string]Setting{}
	for _, s := range settings {
		found[s.Name] = s
	}
	return found
}

func inForce(c *Config, name string) map[string]Setting {
	for _, d := range c.Effective() {
		if d.Document == name {
			return bySetting(d.Settings)
		}
	}
	return nil
}

func TestEveryValueInForceNamesWhereItComesFrom(t *testing.T) {
	t.Parallel()
	s := newState(t, map[string]string{
		"system.json":             `{"clips": {"seconds": 20}, "http": {"address": "127.0.0.1:1"}}`,
		"platforms.json":          `{"platforms": [{"name": "twitch", "enabled": true, "endpoints": {"irc": "127.0.0.1:2"}}, {"name": "kick", "state": "paused"}]}`,
		"platform_overrides.json": `{"youtube": true}`,
		"creators.json": `{"creators": [{"creator_id": "otter1", "tier": "pro", "platforms": ["twitch"], "twitch_channel": "otter", "clips": {"latency_seconds": 3},
			"capture": {"command": ["streamlink", "--token", "hunter22"]}}]}`,
		"discord.json": `{"discord": {"guilds": {"12": {"logging": {"enabled": true}}}}}`,
	})
	s.env[OptHTTPAddress] = "127.0.0.1:9"
	delete(s.env, "TWITCH_OAUTH_TOKEN")
	s.env["TWITCH_OAUTH_TOKEN_MAIN"] = "oauth:secret-token"
	c, _ := s.mustLoad()

	system := inForce(c, "system")
	require.Equal(t, "shared/config/system.json", system["clips.seconds"].Source)
	require.Equal(t, OptHTTPAddress, system["http.address"].Source)
	require.Equal(t, "default", system["clips.per_hour"].Source)

	platforms := inForce(c, "platforms")
	require.Equal(t, Setting{Name: "twitch.state", Value: "active", Source: "shared/config/platforms.json"}, platforms["twitch.state"])
	require.Equal(t, "shared/config/platforms.json", platforms["twitch.endpoints.irc"].Source)
	require.Equal(t, "default", platforms["twitch.endpoints.helix"].Source)
	require.Equal(t, "default", platforms["kick.paused_reason"].Source)
	require.Equal(t, Setting{Name: "youtube.state", Value: "active", Source: "shared/config/platform_overrides.json"}, platforms["youtube.state"])
	require.Equal(t, "default", platforms["rumble.state"].Source)

	creator := bySetting(c.CreatorSettings(c.Creator("otter1")))
	for name, want := range map[string]Setting{
		"tier":                      {Value: "pro", Source: "shared/config/creators.json"},
		"display_name":              {Value: "otter1", Source: "default"},
		"platforms.twitch":          {Value: true, Source: "shared/config/creators.json"},
		"platforms.kick":            {Value: false, Source: "default"},
		"clips.latency_seconds":     {Value: 3.0, Source: "shared/config/creators.json"},
		"clips.seconds":             {Value: 20, Source: "shared/config/system.json"},
		"clips.youtube.privacy":     {Value: "unlisted", Source: "default"},
		"twitch_account":            {Value: "MAIN", Source: "TWITCH_OAUTH_TOKEN_MAIN"},
		"time_zone":                 {Value: "UTC", Source: "default"},
		"capture.command":           {Value: []string{"streamlink", "[redacted]"}, Source: "shared/config/creators.json"},
		"chat.prefix":               {Value: "!", Source: "default"},
		"clips.youtube.category_id": {Value: "20", Source: "default"},
	} {
		want.Name = name
		require.Equal(t, want, creator[name])
	}
	require.Equal(t, "shared/config/tiers.json", inForce(c, "tiers")["tiers.open.label"].Source)
	require.Equal(t, true, inForce(c, "discord")["guilds.12.logging.enabled"].Value)
	require.Equal(t, "pro", inForce(c, "creators")["otter1.tier"].Value)
}

func TestWhatIsInForceHoldsNoSecret(t *testing.T) {
	t.Parallel()
	s := newState(t, map[string]string{
		"system.json":   `{"chat": {"synthetic": {"creator_token": "hunter22"}}, "clips": {"youtube": {"title": "hunter22 {title}"}}}`,
		"creators.json": `{"creators": [{"creator_id": "otter1", "notes": "the token is test-token", "capture": {"url": "https://me:pass1@host.example.com/live.m3u8?key=k3y1"}}]}`,
	})
	s.env[OptPublicBase] = "https://u:pass2@clips.example.com"
	c, _ := s.mustLoad()
	data, err := json.Marshal(c.Effective())
	require.NoError(t, err)
	for _, secret := range []string{"hunter22", "test-token", "pass1", "k3y1", "pass2"} {
		require.NotContains(t, string(data), secret)
	}
	require.Equal(t, "https://[redacted]@host.example.com/live.m3u8?[redacted]", bySetting(c.CreatorSettings(c.Creator("otter1")))["capture.url"].Value)
}

func TestALimitShowsTheLayersThatItWinsOver(t *testing.T) {
	t.Parallel()
	c, _ := newState(t, map[string]string{
		"ratelimits.json": `{"global": {"max_triggers": 7}, "platforms": {"twitch": {"max_triggers": null}}}`,
		"creators.json":   `{"creators": [{"creator_id": "otter1", "platforms": {"twitch": true}, "twitch_channel": "otter", "limits": {"max_triggers": 3}}]}`,
	}).mustLoad()
	creator := c.Creator("otter1")
	for _, l := range c.LayeredLimits(creator) {
		require.Equal(t, c.Limits(creator)[l.Name], l.Limit, l.Name)
		if l.Name == LimitTriggers {
			require.Equal(t, "creators.json otter1", l.Source)
			require.Equal(t, []Limit{{nil, "ratelimits.json platforms.twitch"}, {json.Number("7"), "ratelimits.json global"}, {10.0, "tier open"}, {10.0, "default"}}, normal(l.Under))
		}
	}
}

// normal are limits whose whole numbers are of one kind.
func normal(limits []Limit) []Limit {
	for i, l := range limits {
		if l.Value == 7.0 {
			limits[i].Value = json.Number("7")
		}
	}
	return limits
}
