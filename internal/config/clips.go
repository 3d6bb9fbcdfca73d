package config

import (
	"math"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// MinClipSeconds and MaxClipSeconds bound the length of every clip, whatever a
// tier allows.
const (
	MinClipSeconds = 5
	MaxClipSeconds = 240
)

// Unlimited stands for "no limit" in counts.
const Unlimited = math.MaxInt32

// ClipLimits is everything that decides about a creator's clips, as plain data.
type ClipLimits struct {
	Enabled        bool          // the tier has clips and the job type is on
	Seconds        int           // default length
	MinSeconds     int           // shorter requests are lengthened
	MaxSeconds     int           // longer requests are shortened
	PostRoll       time.Duration // after the request
	Latency        time.Duration // how far viewers are behind the source, on platforms that LatencyOn does not name
	LatencyOn      map[chat.Platform]time.Duration
	UserCooldown   time.Duration // between two clips of one viewer
	GlobalCooldown time.Duration // between two clips of the creator
	MaxConcurrent  int           // clips in work at once; Unlimited for no limit
	PerHour        int           // clips an hour
	PerMinute      int           // clips a minute (jobs_per_minute); Unlimited for no limit
	Coalesce       time.Duration // requests said this close together share a clip; 0 for never
	PublishDelay   time.Duration // between encoded and uploading
	Destinations   []string      // at least one; the first one's address is the clip's
	ChannelURL     string        // of the default destination; may be empty
	Buffer         time.Duration
}

// ClipLimits returns what holds for a creator's clips.
func (c *Config) ClipLimits(creator *Creator) ClipLimits {
	limits, system := c.Limits(creator), c.System.Clips
	_, _, hasClips := limits.Number(LimitClipSeconds)
	longest := min(MaxClipSeconds, max(MinClipSeconds, limits.count(LimitClipSeconds, 30, MaxClipSeconds)))
	// A clip can only come from what the buffer still holds once its end is there.
	longest = min(longest, max(MinClipSeconds, c.System.BufferSeconds))
	pause, _, _ := limits.Number(LimitClipCooldown)
	own := creator.Clips
	latency := own.latency(system)
	return ClipLimits{
		Enabled:        c.Tiers[creator.Tier].Features.Clips.Enabled && hasClips && c.System.JobOn("clip"),
		Seconds:        min(longest, int(or(own.Seconds, whole(system.Seconds)))),
		MinSeconds:     MinClipSeconds,
		MaxSeconds:     longest,
		PostRoll:       seconds(or(own.PostRollSeconds, system.PostRollSeconds)),
		Latency:        seconds(or(latency.Default, 0)),
		LatencyOn:      latency.byPlatform(),
		UserCooldown:   seconds(system.UserCooldownSeconds),
		GlobalCooldown: seconds(pause),
		MaxConcurrent:  limits.count(LimitClipJobs, 1, Unlimited),
		PerHour:        system.PerHour,
		PerMinute:      limits.count(LimitJobs, Unlimited, Unlimited),
		Coalesce:       seconds(or(own.CoalesceSeconds, system.CoalesceSeconds)),
		PublishDelay:   seconds(system.PublishDelaySeconds),
		Destinations:   own.destinations(system),
		ChannelURL:     system.ChannelURL,
		Buffer:         time.Duration(c.System.BufferSeconds) * time.Second,
	}
}

// TriggerLimits is what bounds a creator's triggers, as plain data.
type TriggerLimits struct {
	Enabled            bool
	Max                int           // number of triggers; Unlimited for no limit
	MinCooldown        time.Duration // the shortest cooldown a trigger may have
	ResponsesPerMinute int           // answers; Unlimited for no limit
	MessagesPerMinute  int           // messages sent to chat; Unlimited for no limit
}

// TriggerLimits returns what bounds a creator's triggers.
func (c *Config) TriggerLimits(creator *Creator) TriggerLimits {
	limits := c.Limits(creator)
	pause, _, _ := limits.Number(LimitTriggerPause)
	return TriggerLimits{
		Enabled:            c.Tiers[creator.Tier].Features.Triggers.Enabled,
		Max:                limits.count(LimitTriggers, 10, Unlimited),
		MinCooldown:        seconds(pause),
		ResponsesPerMinute: limits.count(LimitResponses, Unlimited, Unlimited),
		MessagesPerMinute:  limits.count(LimitChatMessages, Unlimited, Unlimited),
	}
}

func or[T any](own *T, fallback T) T {
	if own != nil {
		return *own
	}
	return fallback
}

func seconds(s float64) time.Duration {
	return time.Duration(min(s, 1e9) * float64(time.Second))
}
