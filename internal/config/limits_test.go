package config

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLaterLayersOfLimitsWinKeyByKey(t *testing.T) {
	t.Parallel()
	c, problems := newState(t, map[string]string{
		"creators.json": `{"creators": [{"creator_id": "otter1", "platforms": ["twitch"], "twitch_channel": "o", "limits": {"jobs_per_minute": 4}}]}`,
		"ratelimits.json": `{
			"global": {"chat_messages_per_minute": 1, "trigger_responses_per_minute": 1, "api_requests_per_minute": 1, "jobs_per_minute": 1, "max_triggers": 3},
			"platforms": {"twitch": {"trigger_responses_per_minute": 2, "api_requests_per_minute": 2, "jobs_per_minute": 2}, "youtube": {"chat_messages_per_minute": 99}},
			"creators": {"otter1": {"overrides": {"api_requests_per_minute": null, "jobs_per_minute": 3}}}}`,
	}).mustLoad()
	require.Empty(t, problems)
	limits := c.Limits(c.Creator("otter1"))
	require.Equal(t, Limit{1.0, "ratelimits.json global"}, limits[LimitChatMessages])
	require.Equal(t, Limit{2.0, "ratelimits.json platforms.twitch"}, limits[LimitResponses])
	require.Equal(t, Limit{nil, "ratelimits.json creators.otter1"}, limits[LimitAPIRequests], "null means no limit")
	require.Equal(t, Limit{4.0, "creators.json otter1"}, limits[LimitJobs])
	require.Equal(t, Limit{3.0, "ratelimits.json global"}, limits[LimitTriggers])
	require.Equal(t, Limit{30.0, "tier open"}, limits[LimitClipSeconds])
	triggers := c.TriggerLimits(c.Creator("otter1"))
	require.Equal(t, TriggerLimits{true, 3, 2 * time.Second, 2, 1}, triggers)
}

func TestAFeatureThatATierLeavesOpenHasFallbacks(t *testing.T) {
	t.Parallel()
	c, _ := newState(t, map[string]string{
		"tiers.json":    `{"tiers": {"open": {"features": {"clips": {"enabled": true}, "triggers": {"enabled": false}}}}}`,
		"creators.json": `{"creators": [{"creator_id": "otter1"}]}`,
	}).mustLoad()
	limits := c.Limits(&c.Creators[0])
	require.Equal(t, Limit{30.0, "default"}, limits[LimitClipSeconds])
	require.Equal(t, Limit{120.0, "default"}, limits[LimitClipCooldown])
	require.NotContains(t, limits, LimitTriggers, "a feature that is off leaves no limits")
	require.False(t, c.TriggerLimits(&c.Creators[0]).Enabled)
}

func TestClipLimitsComeFromTierSystemAndCreator(t *testing.T) {
	t.Parallel()
	c, problems := newState(t, map[string]string{
		"system.json": `{"clips": {"seconds": 45, "latency_seconds": 2, "publish_delay_seconds": 1.5, "per_hour": 7, "default_destination": {"platform": "folder", "channel_url": "https://example.com/c"}}}`,
		"creators.json": `{"creators": [
			{"creator_id": "plain1"}, {"creator_id": "prooo1", "tier": "pro", "clips": {"seconds": 90, "post_roll_seconds": 0, "latency_seconds": 3.5}},
			{"creator_id": "huge01", "tier": "pro", "limits": {"clip_max_duration_seconds": 9999, "max_concurrent_clip_jobs": null}},
			{"creator_id": "tiny01", "limits": {"clip_max_duration_seconds": 1}}]}`,
	}).mustLoad()
	require.Empty(t, problems)
	plain := c.ClipLimits(c.Creator("plain1"))
	require.Equal(t, ClipLimits{
		Enabled: true, Seconds: 30, MinSeconds: 5, MaxSeconds: 30, PostRoll: 5 * time.Second, Latency: 2 * time.Second, Coalesce: 20 * time.Second,
		UserCooldown: 30 * time.Second, GlobalCooldown: 120 * time.Second, MaxConcurrent: 1, PerHour: 7, PerMinute: Unlimited, PublishDelay: 1500 * time.Millisecond,
		Destinations: []string{"folder"}, ChannelURL: "https://example.com/c", Buffer: 300 * time.Second,
	}, plain)
	pro := c.ClipLimits(c.Creator("prooo1"))
	require.Equal(t, []any{90, 120, time.Duration(0), 3500 * time.Millisecond, time.Duration(0), 5},
		[]any{pro.Seconds, pro.MaxSeconds, pro.PostRoll, pro.Latency, pro.GlobalCooldown, pro.MaxConcurrent})
	huge := c.ClipLimits(c.Creator("huge01"))
	require.Equal(t, MaxClipSeconds, huge.MaxSeconds)
	require.Equal(t, Unlimited, huge.MaxConcurrent)
	tiny := c.ClipLimits(c.Creator("tiny01"))
	require.Equal(t, []int{5, 5}, []int{tiny.Seconds, tiny.MaxSeconds})
}

func TestClipsCanBeOffInTheTierAndInTheSystem(t *testing.T) {
	t.Parallel()
	off, _ := newState(t, map[string]string{
		"tiers.json":    `{"tiers": {"open": {"features": {"clips": {"enabled": false, "max_duration_seconds": 30}}}}}`,
		"creators.json": `{"creators": [{"creator_id": "otter1"}]}`,
	}).mustLoad()
	require.False(t, off.ClipLimits(&off.Creators[0]).Enabled)
	for system, want := range map[string]bool{`{}`: true, `{"system": {"jobs": {"clips": false}}}`: false, `{"system": {"jobs": {"clip": {"enabled": false}}}}`: false} {
		c, _ := newState(t, map[string]string{"system.json": system, "creators.json": `{"creators": [{"creator_id": "otter1"}]}`}).mustLoad()
		require.Equal(t, want, c.ClipLimits(&c.Creators[0]).Enabled, system)
	}
}

func TestAClipIsNoLongerThanTheBuffer(t *testing.T) {
	t.Parallel()
	c, _ := newState(t, map[string]string{
		"system.json":   `{"capture": {"buffer_seconds": 40}}`,
		"creators.json": `{"creators": [{"creator_id": "otter1", "tier": "pro"}]}`,
	}).mustLoad()
	require.Equal(t, 40, c.ClipLimits(&c.Creators[0]).MaxSeconds)
}
