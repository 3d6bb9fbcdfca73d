package exports

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/store"
)

// ErrorsInput is what telemetry/errors.json is made of.
type ErrorsInput struct {
	Now      time.Time
	Events   []store.RuntimeEvent   // the newest, in their order
	Statuses []store.PlatformStatus // none when the runtime is ending
	Failures []store.ClipFailure    // clips that are failed and can be retried
}

type errorsDocument struct {
	SchemaVersion string     `json:"schema_version"`
	GeneratedAt   instant    `json:"generated_at"`
	Errors        []errorRow `json:"errors"`
}

type errorRow struct {
	Timestamp instant `json:"timestamp"`
	LastSeen  instant `json:"last_seen"`
	Subsystem string  `json:"subsystem"`
	ErrorType string  `json:"error_type"`
	Source    string  `json:"source"`
	Message   string  `json:"message"`
	// Severity is that of active errors alone: readers take "error" for being
	// active.
	Severity store.Severity `json:"severity,omitempty"`
	Active   bool           `json:"active"`
}

// group is everything of one subsystem, type and source.
type group struct {
	row   errorRow
	at    time.Time
	seen  time.Time
	times int
}

type groupKey struct{ subsystem, kind, source string }

// BuildErrors builds telemetry/errors.json: one row for each subsystem, type and
// source, with the newest message and how often it happened, in the order in
// which they happened last, the newest 200.
func BuildErrors(in ErrorsInput) (Document, error) {
	groups := map[groupKey]*group{}
	for _, t := range troubles(in) {
		t.at, t.seen = earlier(t.at, in.Now), earlier(t.seen, in.Now)
		if t.message = plain(t.message, maxMessage); t.message == "" {
			continue
		}
		key := groupKey{or(plain(t.subsystem, maxMessage), "system"), or(plain(t.kind, maxMessage), "runtime"), or(plain(t.source, maxMessage), "system")}
		if groups[key] == nil {
			groups[key] = &group{row: errorRow{Subsystem: key.subsystem, ErrorType: key.kind, Source: key.source}}
		}
		groups[key].add(t)
	}
	rows := make([]errorRow, 0, len(groups))
	for _, g := range groups {
		rows = append(rows, g.finished())
	}
	slices.SortFunc(rows, func(a, b errorRow) int {
		return cmp.Or(time.Time(a.Timestamp).Compare(time.Time(b.Timestamp)),
			cmp.Compare(a.Subsystem, b.Subsystem), cmp.Compare(a.ErrorType, b.ErrorType), cmp.Compare(a.Source, b.Source))
	})
	rows = rows[max(0, len(rows)-maxTelemetry):]
	data, err := encode(FileErrors, errorsDocument{"v1", instant(in.Now), rows})
	if err != nil {
		return Document{}, err
	}
	return Document{File: FileErrors, Visibility: Public, Heartbeat: true, Data: data}, nil
}

func (g *group) add(t trouble) {
	if g.row.Message == "" || !t.at.Before(g.at) {
		g.at, g.row.Message = t.at, t.message
	}
	g.seen = newest(g.seen, t.seen)
	g.times += t.times
	g.row.Active = g.row.Active || t.active
	if t.active && g.row.Severity != store.SeverityError {
		g.row.Severity = t.severity
	}
}

func (g *group) finished() errorRow {
	row := g.row
	row.Timestamp, row.LastSeen = instant(g.at), instant(newest(g.at, g.seen))
	if g.times > 1 {
		row.Message = fmt.Sprintf("%s (%d times)", row.Message, g.times)
	}
	return row
}
