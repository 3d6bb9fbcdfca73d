package exports

import (
	"slices"
	"strconv"
	"time"

	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/definition"
)

// MaxCatalogued is how many triggers the snapshot's catalogue holds: the snapshot is
// written and fetched every few seconds. The complete list is admin/chat_triggers.json.
const MaxCatalogued = 500

// snapshotTriggers is the dashboard's catalogue of triggers.
type snapshotTriggers struct {
	Source      string            `json:"source"`
	Schema      string            `json:"schema"`
	GeneratedAt instant           `json:"generated_at"`
	Actions     []catalogAction   `json:"actions"`
	Creators    []catalogTriggers `json:"creators"`
}

type catalogAction struct {
	ID          string `json:"id"`
	Label       string `json:"label"`
	Description string `json:"description"`
}

type catalogTriggers struct {
	CreatorID   string           `json:"creator_id"`
	DisplayName string           `json:"display_name"`
	Triggers    []catalogTrigger `json:"triggers"`
}

type catalogTrigger struct {
	ID        string `json:"id"`
	Match     string `json:"match"`
	MatchMode string `json:"match_mode"`
	Action    string `json:"action"`
	Enabled   bool   `json:"enabled"`
	Notes     string `json:"notes"`
}

// The ways to match that the dashboard knows.
const (
	equalsIgnoringCase   = "equals_icase"
	containsIgnoringCase = "contains_icase"
)

func snapshotTriggersOf(in SnapshotInput) snapshotTriggers {
	doc := snapshotTriggers{
		Source: or(in.Settings.TriggerSource, string(config.FromShared)), Schema: "streamsuites.triggers.admin.v1", GeneratedAt: instant(in.Now),
		Actions: []catalogAction{
			{actClip, "Create clip", "Queue a clip"},
			{actCounter, "Change counter", "Count something and say it"},
			{actManage, "Manage commands", "Show or change commands and counters"},
			{actPing, "Answer", "Show that the bot is listening"},
			{actReply, "Reply", "Say something in chat"},
		},
		Creators: []catalogTriggers{},
	}
	room := MaxCatalogued
	for _, t := range in.Triggers {
		if room == 0 {
			break
		}
		list := catalogTriggers{t.Creator.ID, shownName(t.Creator), []catalogTrigger{}}
		for _, info := range t.Triggers {
			entries := catalogued(info)
			entries = entries[:min(len(entries), room)]
			list.Triggers, room = append(list.Triggers, entries...), room-len(entries)
		}
		doc.Creators = append(doc.Creators, list)
	}
	return doc
}

// catalogued says a trigger in the dashboard's form, one entry for each keyword.
func catalogued(info TriggerInForce) (list []catalogTrigger) {
	if info.Match == "" {
		return nil
	}
	entry := catalogTrigger{
		ID: ident(info.ID), MatchMode: info.Match, Action: info.Act, Enabled: info.Enabled, Notes: plain(info.Description, 300),
	}
	switch info.Type {
	case definition.Command:
		entry.Match = plain(info.Phrase, 100)
		list = append(list, entry)
	case definition.Keyword:
		for n, word := range info.Keywords {
			if n > 0 {
				entry.ID = ident(info.ID, strconv.Itoa(n+1))
			}
			entry.Match = plain(word, 100)
			list = append(list, entry)
		}
	}
	return slices.DeleteFunc(list, func(t catalogTrigger) bool { return t.Match == "" })
}

// replayable are the platforms whose names the readers know.
var replayable = []string{"discord", "kick", "pilled", "rumble", "twitch", "youtube"}

// snapshotReplayOf says what of chat can be shown again: the recorded texts of
// creators who have them recorded. A lane's log is in order and whole by
// construction, so overlays can show whatever there is.
func snapshotReplayOf(in SnapshotInput) snapshotReplay {
	doc := snapshotReplay{Platforms: []string{}}
	creators := in.Settings.Tables.recorded()
	var events int64
	var last time.Time
	for _, r := range in.Recorded {
		name := string(r.Platform)
		if r.Texts <= 0 || !slices.Contains(creators, r.CreatorID) || !slices.Contains(replayable, name) {
			continue
		}
		events += r.Texts
		last = newest(last, r.Last)
		if !slices.Contains(doc.Platforms, name) {
			doc.Platforms = append(doc.Platforms, name)
		}
	}
	slices.Sort(doc.Platforms)
	doc.EventCount = count32(events)
	doc.Available = doc.EventCount > 0
	doc.OverlaySafe = doc.Available
	doc.LastEventAt = notAfter(last, in.Now)
	doc.LastEventTimestamp = doc.LastEventAt
	return doc
}
