package config

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatOnlyARestartTakesInIsKnownBySection(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file, text string
		want       map[string][]string
	}{
		"another address":                   {"system.json", `{"http": {"address": "127.0.0.1:1"}, "capture": {"buffer_seconds": 60}}`, map[string][]string{"system": {"capture.buffer_seconds", "http"}}},
		"an encoder":                        {"system.json", `{"clips": {"encoding": {"concurrency": 3, "ffmpeg_path": "x"}}}`, map[string][]string{"system": {"clips.encoding.concurrency", "clips.encoding.ffmpeg_path"}}},
		"hot reload itself":                 {"system.json", `{"system": {"hot_reload": {"enabled": true, "interval_seconds": 2}}}`, map[string][]string{"system": {"system.hot_reload.enabled"}}},
		"settings of clips":                 {"system.json", `{"clips": {"seconds": 20, "per_hour": 3, "publish_delay_seconds": 4}, "chat": {"retention_days": 3}}`, map[string][]string{}},
		"Twitch switched off":               {"system.json", `{"system": {"platform_polling_enabled": false}}`, map[string][]string{}},
		"an endpoint":                       {"platforms.json", `{"platforms": [{"name": "twitch", "enabled": true, "endpoints": {"irc": "127.0.0.1:1"}}]}`, map[string][]string{"platforms": {"endpoints of twitch"}}},
		"a paused platform":                 {"platforms.json", `{"platforms": [{"name": "twitch", "enabled": true, "state": "paused"}]}`, map[string][]string{}},
		"a creator":                         {"creators.json", `{"creators": [{"creator_id": "otter1", "platforms": {"twitch": true}, "twitch_channel": "otter"}, {"creator_id": "marmot", "platforms": {"twitch": true}}]}`, map[string][]string{}},
		"another account that is connected": {"creators.json", `{"creators": [{"creator_id": "otter1", "platforms": {"twitch": true}, "twitch_channel": "otter", "twitch_account": "OTHER"}]}`, map[string][]string{}},
		"triggers":                          {"triggers.json", `{"triggers": [{"trigger_id": "a", "type": "keyword", "creator_id": "otter1", "keywords": ["x"]}]}`, map[string][]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newState(t, map[string]string{"creators.json": `{"creators": [{"creator_id": "otter1", "platforms": {"twitch": true}, "twitch_channel": "otter"}]}`})
			s.env["TWITCH_OAUTH_TOKEN_OTHER"] = "oauth:other"
			before, _ := s.mustLoad()
			require.False(t, before.Changed())
			s.write(filepath.Join("shared", "config", c.file), c.text)
			require.True(t, before.Changed())
			after, _, err := before.Reload(t.Context())
			require.NoError(t, err)
			require.False(t, after.Changed())
			require.Equal(t, c.want, before.NeedsRestart(after))
			require.Empty(t, after.NeedsRestart(after))
			for section, pending := range after.Pending() {
				require.False(t, pending, section)
			}
		})
	}
}

func TestAPlatformThatIsSwitchedOnNeedsConnections(t *testing.T) {
	t.Parallel()
	s := newState(t, map[string]string{"platforms.json": `{"platforms": [{"name": "twitch", "state": "paused"}]}`})
	before, _ := s.mustLoad()
	s.write("shared/config/platforms.json", `{"platforms": [{"name": "twitch", "state": "active"}]}`)
	after, _ := s.mustLoad()
	require.Equal(t, map[string][]string{"platforms": {"twitch is on"}}, before.NeedsRestart(after))
}

func TestWhatTheRuntimeWritesIsNeverWatched(t *testing.T) {
	t.Parallel()
	for path, own := range map[string]string{
		"": "shared/config", "shared/config": "shared/config", "runtime/exports": "shared/config", ".": "shared/config", "shared": "shared/config",
		"shared/state/x.json": "shared/config", "reload.json": "reload.json", "shared/config/triggers.json": "shared/config/triggers.json",
	} {
		s := newState(t, nil)
		s.env[OptHotReloadPath] = path
		c, _ := s.mustLoad()
		require.Equal(t, filepath.Join(s.dir, filepath.FromSlash(own)), c.WatchPath(), path)
	}
	s := newState(t, nil)
	s.env[OptConfigDir] = filepath.Join(s.dir, "shared", "config")
	c, _ := s.mustLoad()
	require.Equal(t, c.Dir, c.WatchPath())
}
