package config

import (
	"math"
	"slices"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// Names of the limits.
const (
	LimitClipJobs       = "max_concurrent_clip_jobs"
	LimitClipSeconds    = "clip_max_duration_seconds"
	LimitClipCooldown   = "clip_min_cooldown_seconds"
	LimitTriggers       = "max_triggers"
	LimitTriggerPause   = "trigger_min_cooldown_seconds"
	LimitPolls          = "max_active_polls"
	LimitPollOptions    = "max_poll_options"
	LimitBackupManual   = "backup_manual_export"
	LimitBackupAuto     = "backup_automated"
	LimitBackupDays     = "backup_retention_days"
	LimitBackupHours    = "backup_interval_hours"
	LimitChatMessages   = "chat_messages_per_minute"
	LimitResponses      = "trigger_responses_per_minute"
	LimitAPIRequests    = "api_requests_per_minute"
	LimitJobs           = "jobs_per_minute"
	LimitYouTubeUnits   = "youtube_daily_units_max"
	LimitYouTubeReserve = "youtube_daily_units_buffer"
)

// Limit is one effective limit of a creator.
type Limit struct {
	Value  any    `json:"value"`  // a number (float64), true, false, text, or nil for "no limit"
	Source string `json:"source"` // the layer that set it, such as "tier open"
}

// Limits are the effective limits of a creator, by name.
type Limits map[string]Limit

// Number returns a limit that is a number. known is false when no layer sets it;
// unlimited is true when a layer says that there is no limit.
func (ls Limits) Number(name string) (n float64, unlimited, known bool) {
	limit, ok := ls[name]
	if !ok {
		return 0, false, false
	}
	n, isNumber := limit.Value.(float64)
	return n, !isNumber, true
}

// RateLimits is ratelimits.json.
type RateLimits struct {
	Global    map[string]any            `json:"global"`
	Platforms map[string]map[string]any `json:"platforms"`
	Creators  map[string]struct {
		Overrides map[string]any `json:"overrides"`
	} `json:"creators"`
}

// loadRateLimits reads ratelimits.json, or the file under its old name.
func (l *loader) loadRateLimits() (RateLimits, document) {
	p := policy{Warning, Fatal, Warning, "no rate limits are laid over the tiers"}
	d := l.readOptional("ratelimits", "ratelimits.json", p)
	if !d.present {
		if d = l.readOptional("ratelimits", "ratelimits.schema.json", p); !d.present {
			d = l.read("ratelimits", "ratelimits.json", p)
		}
	}
	var limits RateLimits
	l.decode(d, &limits)
	return limits, d
}

// Limits returns the effective limits of a creator: the tier's features, then the
// rate limits for everybody, for the creator's first platform and for the
// creator, then the creator's own; later layers win key by key.
func (c *Config) Limits(creator *Creator) Limits { return merged(c.LimitLayers(creator)) }

// LimitsOn returns the limits of what is done for a creator on one platform: like
// Limits, with the rate limits of that platform in place of the first one's.
func (c *Config) LimitsOn(creator *Creator, platform chat.Platform) Limits {
	return merged(c.limitLayers(creator, string(platform)))
}

func merged(layers []Layer) Limits {
	limits := Limits{}
	for _, layer := range layers {
		for name, v := range layer.Limits {
			limits[name] = Limit{v, layer.Source}
		}
	}
	return limits
}

// PerMinute returns a limit that is a count a minute; limited is false when no layer
// sets it or one says that there is none.
func (ls Limits) PerMinute(name string) (count int, limited bool) {
	n, unlimited, known := ls.Number(name)
	if !known || unlimited || n > math.MaxInt32 {
		return 0, false
	}
	return max(0, int(n)), true
}

// firstPlatform is the one platform whose rate limits count.
func (c *Creator) firstPlatform() string {
	order := []chat.Platform{chat.YouTube, chat.Twitch, chat.Rumble}
	if i := slices.IndexFunc(order, c.On); i >= 0 {
		return string(order[i])
	}
	return ""
}

// fallbacks are the limits of features that the tier enables and says nothing
// more about.
func (t Tier) fallbacks() map[string]any {
	limits := map[string]any{LimitBackupManual: false, LimitBackupAuto: false, LimitBackupDays: 0.0, LimitBackupHours: nil}
	if t.Features.Clips.Enabled {
		limits[LimitClipJobs], limits[LimitClipSeconds], limits[LimitClipCooldown] = 1.0, 30.0, 120.0
	}
	if t.Features.Triggers.Enabled {
		limits[LimitTriggers], limits[LimitTriggerPause] = 10.0, 2.0
	}
	if t.Features.Polls.Enabled {
		limits[LimitPolls], limits[LimitPollOptions] = 1.0, 4.0
	}
	return limits
}

// limits compiles the tier's features.
func (t Tier) limits() map[string]any {
	limits := map[string]any{}
	f := t.Features
	if f.Clips.Enabled {
		set(limits, LimitClipJobs, f.Clips.MaxJobs)
		set(limits, LimitClipSeconds, f.Clips.MaxDuration)
		set(limits, LimitClipCooldown, f.Clips.MinCooldown)
	}
	if f.Triggers.Enabled {
		set(limits, LimitTriggers, f.Triggers.MaxTriggers)
		set(limits, LimitTriggerPause, f.Triggers.MinCooldown)
	}
	if f.Polls.Enabled {
		set(limits, LimitPolls, f.Polls.MaxActive)
		set(limits, LimitPollOptions, f.Polls.MaxOptions)
	}
	set(limits, LimitBackupManual, f.Backups.ManualExport)
	set(limits, LimitBackupAuto, f.Backups.Automated)
	set(limits, LimitBackupDays, f.Backups.RetentionDays)
	set(limits, LimitBackupHours, f.Backups.IntervalHours)
	return limits
}

func set[T any](limits map[string]any, name string, value *T) {
	if value != nil {
		limits[name] = *value
	}
}

// count returns a limit as a whole number, fallback when no layer sets it and
// none when there is no limit.
func (ls Limits) count(name string, fallback, none int) int {
	n, unlimited, known := ls.Number(name)
	switch {
	case !known:
		return fallback
	case unlimited || n > math.MaxInt32:
		return none
	}
	return int(n)
}
