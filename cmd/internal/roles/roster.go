package roles

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/ingest"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/tokens"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// roster serves the creators of the configuration in force to the data plane.
type roster struct {
	mu       sync.Mutex
	creators []ingest.Creator
	changed  chan struct{}
}

func newRoster(cfg *config.Config, logins []tokens.Status) *roster {
	return &roster{creators: creatorsOf(cfg, logins), changed: make(chan struct{})}
}

func creatorsOf(cfg *config.Config, logins []tokens.Status) []ingest.Creator {
	var creators []ingest.Creator
	for i := range cfg.Creators {
		creator := &cfg.Creators[i]
		if !creator.Enabled {
			continue
		}
		settings := TriggerSettings(cfg, creator)
		settings.IgnoredLogins = append(settings.IgnoredLogins, ownNames(creator, logins)...)
		creators = append(creators, ingest.Creator{
			ID:       creator.ID,
			Settings: settings,
			Channels: channelsOf(cfg, creator),
		})
	}
	return creators
}

// Creators implements ingest.Roster.
func (r *roster) Creators() []ingest.Creator {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.creators
}

// Changed implements ingest.Roster.
func (r *roster) Changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

// take makes a configuration's creators, whose bots are logged in so, the roster's,
// and reports whether that
// changed anything, and whether creators came or went.
func (r *roster) take(cfg *config.Config, logins []tokens.Status) (changed, others bool) {
	creators := creatorsOf(cfg, logins)
	r.mu.Lock()
	defer r.mu.Unlock()
	if reflect.DeepEqual(creators, r.creators) {
		return false, false
	}
	before := idsOf(r.creators)
	r.creators = creators
	close(r.changed)
	r.changed = make(chan struct{})
	return true, !slices.Equal(before, idsOf(creators))
}

// IDs lists the creators for the supervisor.
func (r *roster) IDs() []string { return idsOf(r.Creators()) }

func idsOf(creators []ingest.Creator) []string {
	ids := make([]string, len(creators))
	for i, c := range creators {
		ids[i] = c.ID
	}
	return ids
}

// ownNames are the names and ids of those who are logged in as a creator's bots, by
// platform: what they say is never a request.
func ownNames(creator *config.Creator, logins []tokens.Status) []string {
	var names []string
	for _, s := range logins {
		p := chat.Platform(s.Account.Platform)
		label := map[chat.Platform]string{
			chat.Twitch: creator.TwitchAccount, chat.YouTube: creator.YouTubeAccount, chat.Kick: creator.KickAccount,
		}[p]
		if s.Account.Label != label || !creator.On(p) {
			continue
		}
		for _, name := range []string{strings.TrimPrefix(s.Owner.Login, "@"), s.Owner.AccountID} {
			if name != "" {
				names = append(names, trigger.OnPlatform(p, name))
			}
		}
	}
	return names
}

// channelsOf are the channels whose chat is read for a creator.
func channelsOf(cfg *config.Config, creator *config.Creator) []ingest.Channel {
	var channels []ingest.Channel
	for _, c := range []struct {
		platform      chat.Platform
		name, account string
	}{
		{chat.Twitch, creator.TwitchChannel, creator.TwitchAccount},
		{chat.YouTube, creator.YouTubeChannel, creator.YouTubeAccount},
		{chat.Kick, creator.KickChannel, creator.KickAccount},
	} {
		if c.name != "" && creator.On(c.platform) && cfg.Polls(c.platform) {
			channels = append(channels, ingest.Channel{Platform: c.platform, Name: c.name, Account: accountName(c.platform, c.account)})
		}
	}
	return channels
}

// accountName is the name under which the data plane knows an account.
func accountName(p chat.Platform, label string) string {
	if label == "" {
		return string(p)
	}
	return string(p) + ":" + label
}

// noTriggers stands for none at all where 0 means no limit.
const noTriggers = -1

// TriggerSettings turns what configuration says about a creator into the rules'
// settings.
func TriggerSettings(cfg *config.Config, creator *config.Creator) trigger.Settings {
	limits, bounds := cfg.ClipLimits(creator), cfg.TriggerLimits(creator)
	s := trigger.DefaultSettings(creator.ID, creator.DisplayName)
	// No clips at once is not what the rules mean by 0, which is no limit.
	s.Clip.Enabled = limits.Enabled && bounds.Enabled && limits.MaxConcurrent > 0 && limits.PerMinute > 0
	s.Clip.DefaultLength = seconds(limits.Seconds)
	s.Clip.MinLength = seconds(limits.MinSeconds)
	s.Clip.MaxLength = seconds(limits.MaxSeconds)
	s.Clip.PostRoll = limits.PostRoll
	s.Clip.LatencyOffset, s.Clip.LatencyOn = limits.Latency, limits.LatencyOn
	s.Clip.Coalesce = limits.Coalesce
	s.Clip.UserCooldown = limits.UserCooldown
	s.Clip.GlobalCooldown = max(limits.GlobalCooldown, bounds.MinCooldown)
	s.Clip.PerHour = limits.PerHour
	if limits.PerMinute < config.Unlimited {
		s.Clip.PerMinute = limits.PerMinute
	}
	s.Clip.MaxActive = limits.MaxConcurrent
	s.Clip.Buffer = limits.Buffer
	s.Clip.Destinations = limits.Destinations
	s.Ping.Enabled = bounds.Enabled
	s.Ping.GlobalCooldown = max(s.Ping.GlobalCooldown, bounds.MinCooldown)
	if account, ok := cfg.Twitch[creator.TwitchAccount]; ok && account.Nick != "" {
		s.IgnoredLogins = append(s.IgnoredLogins, account.Nick)
	}
	s.IgnoredLogins = append(s.IgnoredLogins, creator.IgnoredLogins...)
	if creator.Chat.Prefix != "" {
		s.Prefix = creator.Chat.Prefix
	}
	s.Triggers = triggersOf(cfg, creator, bounds)
	s.MaxTriggers = maxTriggers(bounds)
	s.MaxScans = cfg.System.MaxScans
	s.LongTexts = trigger.LongTexts(cfg.System.LongTexts)
	if own := creator.Chat.LongTexts; own != "" {
		s.LongTexts = trigger.LongTexts(own)
	}
	s.NumberParts = cfg.System.NumberParts
	if own := creator.Chat.NumberParts; own != nil {
		s.NumberParts = *own
	}
	s.MinCooldown = bounds.MinCooldown
	s.StartPoints = int64(creator.Points.Start)
	s.TimeZone = creator.TimeZone
	s.RecordTexts = creator.Chat.Record
	return s
}

// triggersOf are the creator's triggers; where the tier has none, the built-in
// ones are switched off as well.
func triggersOf(cfg *config.Config, creator *config.Creator, bounds config.TriggerLimits) []definition.Definition {
	if bounds.Enabled {
		return cfg.Triggers(creator)
	}
	off := false
	var silent []definition.Definition
	for _, id := range definition.BuiltIns() {
		silent = append(silent, definition.Definition{ID: id, Type: definition.Command, Enabled: &off})
	}
	return silent
}

// maxTriggers says in the rules' words how many triggers there may be.
func maxTriggers(bounds config.TriggerLimits) int {
	switch {
	case !bounds.Enabled || bounds.Max <= 0:
		return noTriggers
	case bounds.Max >= config.Unlimited:
		return 0
	}
	return bounds.Max
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
