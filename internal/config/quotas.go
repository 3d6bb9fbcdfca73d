package config

import "github.com/streamsuites/streamsuites/internal/quota"

// Quotas holds the settings of quotas that hold for every creator.
type Quotas struct {
	WarnAt       []float64   // fractions of a day's maximum that are worth a warning
	YouTubeUnits quota.Costs // of one call, by method
}

// rawQuotas is the section of system.json as it is written.
type rawQuotas struct {
	WarnAt       []float64        `json:"warn_at"`
	YouTubeUnits map[string]whole `json:"youtube_units"`
}

func defaultQuotas() rawQuotas { return rawQuotas{WarnAt: []float64{0.8, 0.95}} }

func (r rawQuotas) quotas() Quotas {
	own := quota.Costs{}
	for method, units := range r.YouTubeUnits {
		own[method] = int64(units)
	}
	return Quotas{WarnAt: r.WarnAt, YouTubeUnits: quota.YouTubeCosts().With(own)}
}

// YouTubeQuota returns what holds for a creator's calls to YouTube. The platform's
// usual allowance holds where no layer of the limits says anything.
func (c *Config) YouTubeQuota(creator *Creator) quota.Terms {
	limits := c.Limits(creator)
	return quota.Terms{
		Credential: creator.YouTubeAccount,
		Limits: quota.Limits{
			Max:    int64(limits.count(LimitYouTubeUnits, quota.DefaultYouTubeUnits, quota.Unlimited)),
			Buffer: int64(limits.count(LimitYouTubeReserve, 0, 0)),
		},
		Costs:  c.System.Quotas.YouTubeUnits,
		WarnAt: c.System.Quotas.WarnAt,
	}
}
