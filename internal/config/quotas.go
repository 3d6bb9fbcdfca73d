package config

import (
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/quota"
)

// Quotas holds the settings of quotas that hold for every creator.
type Quotas struct {
	WarnAt       []float64   // fractions of a day's maximum that are worth a warning
	YouTubeUnits quota.Costs // of one call, by method
	// CallsPerMinute is how many calls of a platform's API one credential makes in a
	// minute at most, by platform; a platform that is not listed has no limit.
	CallsPerMinute map[string]int
}

// rawQuotas is the section of system.json as it is written.
type rawQuotas struct {
	WarnAt       []float64        `json:"warn_at"`
	YouTubeUnits map[string]whole `json:"youtube_units"`
	Calls        map[string]whole `json:"calls_per_minute"`
}

func defaultQuotas() rawQuotas { return rawQuotas{WarnAt: []float64{0.8, 0.95}} }

// callsPerMinute are the limits of credentials unless the configuration says
// otherwise: Twitch's own (dev.twitch.tv/docs/api/guide, rate limits: 800 points a
// minute, of which a call takes one), and for the others one of ours, far below what
// the platforms allow, against a fault that would call without end.
func callsPerMinute() map[string]int {
	return map[string]int{string(chat.Twitch): 800, string(chat.YouTube): 600, string(chat.Kick): 600}
}

func (r rawQuotas) quotas() Quotas {
	own := quota.Costs{}
	for method, units := range r.YouTubeUnits {
		own[method] = int64(units)
	}
	calls := callsPerMinute()
	for platform, limit := range r.Calls {
		calls[platform] = int(limit)
	}
	return Quotas{WarnAt: r.WarnAt, YouTubeUnits: quota.YouTubeCosts().With(own), CallsPerMinute: calls}
}

// YouTubeQuota returns what holds for a creator's calls to YouTube. The platform's
// usual allowance holds where no layer of the limits says anything.
func (c *Config) YouTubeQuota(creator *Creator) quota.Terms {
	return c.YouTubeProjects().Terms(creator)
}

// youtubeLimits are what a creator may use of YouTube in a day.
func (c *Config) youtubeLimits(creator *Creator) quota.Limits {
	limits := c.Limits(creator)
	return quota.Limits{
		Max:    int64(limits.count(LimitYouTubeUnits, quota.DefaultYouTubeUnits, quota.Unlimited)),
		Buffer: int64(limits.count(LimitYouTubeReserve, 0, 0)),
	}
}
