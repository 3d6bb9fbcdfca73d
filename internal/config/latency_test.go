package config

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
)

func TestTheLatencyIsOneNumberOrOneForEachPlatform(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, system, own string
		other             time.Duration
		on                map[chat.Platform]time.Duration
		written           string
	}{
		{"nothing", `0`, ``, 0, nil, `0`},
		{"one number", `2.5`, ``, 2500 * time.Millisecond, nil, `2.5`},
		{"by platform", `{"default": 2, "youtube": 9}`, ``, 2 * time.Second, map[chat.Platform]time.Duration{chat.YouTube: 9 * time.Second}, `{"default":2,"youtube":9}`},
		{"the creator's own number counts for all", `{"youtube": 9}`, `4`, 4 * time.Second, nil, `4`},
		{"the creator's own platforms are laid over", `{"default": 2, "youtube": 9, "kick": 5}`, `{"kick": 0}`, 2 * time.Second,
			map[chat.Platform]time.Duration{chat.YouTube: 9 * time.Second, chat.Kick: 0}, `{"default":2,"kick":0,"youtube":9}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var system ClipSystem
			require.NoError(t, json.Unmarshal([]byte(c.system), &system.LatencySeconds))
			var own CreatorClips
			if c.own != "" {
				require.NoError(t, json.Unmarshal([]byte(`{"latency_seconds":`+c.own+`}`), &own))
			}
			latency := own.latency(system)
			require.Equal(t, c.other, seconds(or(latency.Default, 0)))
			require.Equal(t, c.on, latency.byPlatform())
			text, err := json.Marshal(latency)
			require.NoError(t, err)
			require.Equal(t, c.written, string(text))
		})
	}
}

func TestWaysAndPlatformsOfACaptureMayBeOneOrAList(t *testing.T) {
	t.Parallel()
	var one, several Capture
	require.NoError(t, json.Unmarshal([]byte(`{"from": "streamlink", "platform": "kick"}`), &one))
	require.NoError(t, json.Unmarshal([]byte(`{"from": ["platform", "yt-dlp"], "platform": ["kick", "twitch"]}`), &several))
	require.Equal(t, listed[CaptureFrom]{FromStreamlink}, one.From)
	require.Equal(t, listed[CaptureFrom]{FromPlatform, FromYTDLP}, several.From)
	require.True(t, one.IsSet())
	require.False(t, one.Shared())
	require.True(t, several.Outranks(chat.Kick, chat.Twitch))
	require.False(t, several.Outranks(chat.Twitch, chat.Kick))
	require.True(t, several.Outranks(chat.Twitch, chat.YouTube))
	require.False(t, several.Outranks(chat.Rumble, chat.YouTube), "of those that are not named the first stays")
	require.Error(t, json.Unmarshal([]byte(`{"from": 7}`), &one))
}
