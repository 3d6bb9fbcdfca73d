package exports

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/version"
)

// Settings is what documents say about the configuration, as plain data.
type Settings struct {
	Version, Build string
	// Since is the day of the build, UTC: the stamp of documents without rows.
	Since time.Time

	Polling         bool
	SystemPlatforms map[string]bool
	HotReload       HotReload
	Jobs            map[string]bool // switches by plural name
	Platforms       []PlatformSettings
	Creators        []CreatorSettings
	Tables          Tables // what only the administrators' tables say
	ChannelURL      string // of the default destination; may be empty
	Quotas          []QuotaSettings
	Newest          int    // clips in clips.json and in each page
	TriggerSource   string // shared or dashboard
	Pending         Pending
	Final           bool     // the runtime is ending: nothing is active any more
	Notes           []string // why something waits for a restart, or was not taken in; for people
}

// HotReload is how changed configuration is taken in.
type HotReload struct {
	Enabled         bool
	WatchPath       string
	IntervalSeconds float64
}

// Pending says which sections of the configuration wait for a restart.
type Pending struct{ System, Creators, Triggers, Platforms bool }

// Any reports whether anything waits.
func (p Pending) Any() bool { return p.System || p.Creators || p.Triggers || p.Platforms }

// PlatformSettings is how a platform is configured.
type PlatformSettings struct {
	Name         string
	State        string // active, paused, disabled
	Telemetry    bool
	PausedReason string
	Error        string // why an active platform cannot work
	Replay       bool
	Overlay      bool
}

// CreatorSettings is how a creator is configured.
type CreatorSettings struct {
	ID, DisplayName string
	Enabled         bool
	Platforms       map[string]bool
}

// SettingsFrom takes from the configuration what documents say about it. It
// reads the configuration files to see whether they changed since.
func SettingsFrom(c *config.Config, v version.Info) Settings {
	s := Settings{
		Version: v.Version, Build: v.Build, Since: v.Date,
		Polling:         c.System.PlatformPolling,
		SystemPlatforms: map[string]bool{},
		HotReload:       HotReload(c.System.HotReload),
		Jobs:            maps.Clone(c.System.Jobs),
		ChannelURL:      c.System.Clips.ChannelURL, Newest: c.System.Clips.Newest,
		TriggerSource: string(c.TriggerSource),
		Pending:       PendingOf(c),
	}
	// The names that the desktop console knows.
	for _, name := range []string{"discord", "kick", "rumble", "twitch", "youtube"} {
		s.SystemPlatforms[name] = c.System.PlatformOn(name)
	}
	for _, p := range c.Platforms {
		s.Platforms = append(s.Platforms, platformSettings(p, c.System.PlatformOn(p.Name)))
	}
	if !slices.ContainsFunc(s.Platforms, func(p PlatformSettings) bool { return p.Name == "discord" }) {
		// Without a row the dashboard's card says "unknown".
		s.Platforms = append(s.Platforms, PlatformSettings{Name: "discord", State: string(config.Disabled)})
	}
	for _, creator := range c.Creators {
		s.Creators = append(s.Creators, CreatorSettings{creator.ID, creator.DisplayName, creator.Enabled, maps.Clone(creator.Platforms)})
	}
	s.Tables = tablesFrom(c)
	s.Quotas = quotaSettings(c)
	return s
}

// PendingOf says which sections' files changed since the configuration was read. It
// reads them.
func PendingOf(c *config.Config) Pending {
	pending := c.Pending()
	return Pending{pending[config.SectionSystem], pending[config.SectionCreators],
		pending[config.SectionTriggers], pending[config.SectionPlatforms]}
}

func platformSettings(p config.Platform, on bool) PlatformSettings {
	s := PlatformSettings{
		Name: strings.ToLower(p.Name), State: string(p.State), Telemetry: p.Telemetry, PausedReason: p.PausedReason,
		Error: p.Error, Replay: p.Replay(), Overlay: p.Overlay(),
	}
	if !on {
		s.State, s.Telemetry, s.PausedReason, s.Error = string(config.Disabled), false, "", ""
	}
	return s
}
