package roles

import (
	"time"

	"github.com/streamsuites/streamsuites/ingest"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// roster serves the creators of one loaded configuration to the data plane.
type roster struct {
	creators []ingest.Creator
	changed  chan struct{}
}

func newRoster(cfg *config.Config) *roster {
	r := &roster{changed: make(chan struct{})}
	for i := range cfg.Creators {
		creator := &cfg.Creators[i]
		if !creator.Enabled {
			continue
		}
		r.creators = append(r.creators, ingest.Creator{
			ID:       creator.ID,
			Settings: settingsOf(cfg, creator),
			Channels: channelsOf(cfg, creator),
		})
	}
	return r
}

// Creators implements ingest.Roster.
func (r *roster) Creators() []ingest.Creator { return r.creators }

// Changed implements ingest.Roster. A configuration is loaded once, at start.
func (r *roster) Changed() <-chan struct{} { return r.changed }

// IDs lists the creators for the supervisor.
func (r *roster) IDs() []string {
	ids := make([]string, len(r.creators))
	for i, c := range r.creators {
		ids[i] = c.ID
	}
	return ids
}

func channelsOf(cfg *config.Config, creator *config.Creator) []ingest.Channel {
	if !creator.On(chat.Twitch) || !cfg.Polls(chat.Twitch) {
		return nil
	}
	return []ingest.Channel{{
		Platform: chat.Twitch,
		Name:     creator.TwitchChannel,
		Account:  accountName(creator.TwitchAccount),
	}}
}

// accountName is the name under which the data plane knows a Twitch account.
func accountName(label string) string {
	if label == "" {
		return "twitch"
	}
	return "twitch:" + label
}

// settingsOf turns what configuration says about a creator into the rules'
// settings.
func settingsOf(cfg *config.Config, creator *config.Creator) trigger.Settings {
	limits, bounds := cfg.ClipLimits(creator), cfg.TriggerLimits(creator)
	s := trigger.DefaultSettings(creator.ID, creator.DisplayName)
	// No clips at once is not what the rules mean by 0, which is no limit.
	s.Clip.Enabled = limits.Enabled && bounds.Enabled && limits.MaxConcurrent > 0
	s.Clip.DefaultLength = seconds(limits.Seconds)
	s.Clip.MinLength = seconds(limits.MinSeconds)
	s.Clip.MaxLength = seconds(limits.MaxSeconds)
	s.Clip.PostRoll = limits.PostRoll
	s.Clip.LatencyOffset = limits.Latency
	s.Clip.UserCooldown = limits.UserCooldown
	s.Clip.GlobalCooldown = max(limits.GlobalCooldown, bounds.MinCooldown)
	s.Clip.PerHour = limits.PerHour
	s.Clip.MaxActive = limits.MaxConcurrent
	s.Clip.Buffer = limits.Buffer
	s.Clip.Destinations = limits.Destinations
	s.Ping.Enabled = bounds.Enabled
	s.Ping.GlobalCooldown = max(s.Ping.GlobalCooldown, bounds.MinCooldown)
	if account, ok := cfg.Twitch[creator.TwitchAccount]; ok && account.Nick != "" {
		s.IgnoredLogins = append(s.IgnoredLogins, account.Nick)
	}
	return s
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
