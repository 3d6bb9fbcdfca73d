package exports

import (
	"cmp"
	"regexp"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/version"
)

// SnapshotInput is what runtime_snapshot.json is made of.
type SnapshotInput struct {
	Now      time.Time
	Settings Settings
	Statuses []store.PlatformStatus
	Counters []store.Counter
	Recorded []Recorded        // chat with texts
	Triggers []CreatorTriggers // by creator
	// Final says that the runtime is ending: nothing is active any more.
	Final bool
}

type snapshotDocument struct {
	SchemaVersion   string           `json:"schema_version"`
	GeneratedAt     instant          `json:"generated_at"`
	Heartbeat       instant          `json:"heartbeat"`
	Runtime         snapshotRuntime  `json:"runtime"`
	PlatformPolling bool             `json:"platform_polling_enabled"`
	System          snapshotSystem   `json:"system"`
	Jobs            []snapshotJob    `json:"jobs"`
	Platforms       []platformRow    `json:"platforms"`
	Creators        []creatorRow     `json:"creators"`
	Triggers        snapshotTriggers `json:"triggers"`
	RumbleChat      *struct{}        `json:"rumble_chat"`
	Replay          snapshotReplay   `json:"replay"`
	RestartIntent   restartIntent    `json:"restart_intent"`
}

type snapshotRuntime struct {
	Project string `json:"project"`
	Version string `json:"version"`
	Build   string `json:"build"`
}

type snapshotSystem struct {
	PlatformPolling onOff             `json:"platform_polling_enabled"`
	Platforms       map[string]bool   `json:"platforms"`
	HotReload       snapshotHotReload `json:"hot_reload"`
}

// onOff is a switch as the desktop console reads it; a bare boolean makes it
// drop the whole file.
type onOff struct {
	Enabled bool `json:"enabled"`
}

type snapshotHotReload struct {
	Enabled         bool    `json:"enabled"`
	WatchPath       string  `json:"watch_path"`
	IntervalSeconds float64 `json:"interval_seconds"`
}

type snapshotJob struct {
	Name    string  `json:"name"`
	Enabled bool    `json:"enabled"`
	Applied bool    `json:"applied"`
	Reason  *string `json:"reason"`
}

type creatorRow struct {
	CreatorID     string          `json:"creator_id"`
	DisplayName   string          `json:"display_name"`
	Enabled       bool            `json:"enabled"`
	Platforms     map[string]bool `json:"platforms"`
	LastHeartbeat *instant        `json:"last_heartbeat"`
	Error         *string         `json:"error"`
}

type snapshotReplay struct {
	Available          bool     `json:"available"`
	Platforms          []string `json:"platforms"`
	EventCount         int32    `json:"event_count"`
	LastEventTimestamp *instant `json:"last_event_timestamp"`
	LastEventAt        *instant `json:"last_event_at"`
	OverlaySafe        bool     `json:"overlay_safe"`
}

type restartIntent struct {
	Required bool           `json:"required"`
	Pending  restartPending `json:"pending"`
	Notes    []string       `json:"notes"`
}

type restartPending struct {
	System    bool `json:"system"`
	Creators  bool `json:"creators"`
	Triggers  bool `json:"triggers"`
	Platforms bool `json:"platforms"`
}

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// BuildSnapshot builds runtime_snapshot.json. Counters are those since the
// beginning: they are rows, and survive restarts.
func BuildSnapshot(in SnapshotInput) (Document, error) {
	s, now := in.Settings, instant(in.Now)
	doc := snapshotDocument{
		SchemaVersion: "v1", GeneratedAt: now, Heartbeat: now,
		Runtime:         snapshotRuntime{version.Project, s.Version, s.Build},
		PlatformPolling: s.Polling,
		System: snapshotSystem{onOff{s.Polling}, s.SystemPlatforms,
			snapshotHotReload{s.HotReload.Enabled, s.HotReload.WatchPath, max(1, s.HotReload.IntervalSeconds)}},
		Jobs: snapshotJobs(s), Platforms: make([]platformRow, 0, len(s.Platforms)), Creators: make([]creatorRow, 0, len(s.Creators)),
		Triggers:      snapshotTriggersOf(in),
		Replay:        snapshotReplayOf(in),
		RestartIntent: restartIntent{s.Pending.Any(), restartPending(s.Pending), restartNotes(s.Notes)},
	}
	for _, p := range s.Platforms {
		if nameForm.MatchString(p.Name) {
			doc.Platforms = append(doc.Platforms, platformRowOf(p, in))
		}
	}
	slices.SortFunc(doc.Platforms, func(a, b platformRow) int { return cmp.Compare(a.Name, b.Name) })
	statuses := make(map[string][]*store.PlatformStatus, len(s.Creators))
	for i := range in.Statuses {
		st := &in.Statuses[i]
		statuses[st.CreatorID] = append(statuses[st.CreatorID], st)
	}
	for _, c := range s.Creators {
		doc.Creators = append(doc.Creators, creatorRowOf(c, in, statuses[c.ID]))
	}
	slices.SortFunc(doc.Creators, func(a, b creatorRow) int { return cmp.Compare(a.CreatorID, b.CreatorID) })
	data, err := encode(FileSnapshot, doc)
	if err != nil {
		return Document{}, err
	}
	return Document{File: FileSnapshot, Visibility: DashboardOnly, Heartbeat: true, Data: data}, nil
}

// restartNotes are sentences for the settings page, without what a page could
// not show.
func restartNotes(notes []string) []string {
	lines := []string{}
	for _, note := range notes {
		if note = plain(note, 500); note != "" {
			lines = append(lines, note)
		}
	}
	return lines
}

func snapshotJobs(s Settings) []snapshotJob {
	jobs := make([]snapshotJob, 0, len(s.Jobs))
	for name, on := range s.Jobs {
		if nameForm.MatchString(name) {
			jobs = append(jobs, snapshotJob{name, on, !s.Pending.System, switchReason(on, s.Pending.System)})
		}
	}
	slices.SortFunc(jobs, func(a, b snapshotJob) int { return cmp.Compare(a.Name, b.Name) })
	return jobs
}

// creatorRowOf is a creator's row; statuses are those of the creator's connections.
func creatorRowOf(c CreatorSettings, in SnapshotInput, statuses []*store.PlatformStatus) creatorRow {
	row := creatorRow{
		CreatorID: c.ID, DisplayName: or(plain(c.DisplayName, 200), c.ID), Enabled: c.Enabled, Platforms: map[string]bool{},
	}
	for name, on := range c.Platforms {
		row.Platforms[name] = on
	}
	var beat time.Time
	var trouble string
	for _, st := range statuses {
		if !telemetry(in.Settings, string(st.Platform)) {
			continue
		}
		beat = newest(beat, st.LastHeartbeat)
		if st.Error != "" && trouble == "" && c.Enabled && c.Platforms[string(st.Platform)] {
			trouble = string(st.Platform) + ": " + st.Error
		}
	}
	row.LastHeartbeat, row.Error = notAfter(beat, in.Now), textOrNull(plain(trouble, 500))
	return row
}

func telemetry(s Settings, platform string) bool {
	i := slices.IndexFunc(s.Platforms, func(p PlatformSettings) bool { return p.Name == platform })
	return i >= 0 && s.Platforms[i].Telemetry && s.Platforms[i].State != string(config.Disabled)
}
