package exports

import (
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/store"
)

// EventsInput is what telemetry/events.json is made of.
type EventsInput struct {
	Now    time.Time
	Events []store.RuntimeEvent // the newest
}

type eventsDocument struct {
	SchemaVersion string     `json:"schema_version"`
	GeneratedAt   instant    `json:"generated_at"`
	Events        []eventRow `json:"events"`
}

type eventRow struct {
	Timestamp instant        `json:"timestamp"`
	Source    string         `json:"source"`
	Severity  store.Severity `json:"severity"`
	Message   string         `json:"message"`
}

// maxMessage is the longest message in characters.
const maxMessage = 500

// BuildEvents builds telemetry/events.json with the newest 200 of the events,
// the oldest of them first. Everybody may read it, so it has the public form of
// their messages.
func BuildEvents(in EventsInput) (Document, error) {
	rows := make([]eventRow, 0, min(len(in.Events), maxTelemetry))
	for _, e := range in.Events {
		message := plain(e.PublicMessage(), maxMessage)
		if message == "" {
			continue // the readers need one, and there is nothing to tell
		}
		rows = append(rows, eventRow{instant(earlier(e.At, in.Now)), or(plain(e.Source, maxMessage), "system"), severityOf(e), message})
	}
	// Hosts' clocks differ, and some events are written later than they happened.
	slices.SortStableFunc(rows, func(a, b eventRow) int { return time.Time(a.Timestamp).Compare(time.Time(b.Timestamp)) })
	rows = rows[max(0, len(rows)-maxTelemetry):]
	data, err := encode(FileEvents, eventsDocument{"v1", instant(in.Now), rows})
	if err != nil {
		return Document{}, err
	}
	return Document{File: FileEvents, Visibility: Public, Heartbeat: true, Data: data}, nil
}

// severityOf keeps to the words that the readers know.
func severityOf(e store.RuntimeEvent) store.Severity {
	switch e.Severity {
	case store.SeverityWarning, store.SeverityError:
		return e.Severity
	}
	return store.SeverityInfo
}
