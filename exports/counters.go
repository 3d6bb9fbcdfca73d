package exports

import (
	"context"
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/store"
)

// FileCounters is the document of the counters that chat shows and changes.
const FileCounters = "counters.json"

// maxCounterName is the longest name of a counter in characters.
const maxCounterName = 200

// counterSource is where the rows of counters.json come from.
type counterSource interface {
	// AllChatCounters returns the counters of every creator, by creator and name: as
	// they stood at a past moment, or as they stand now for the zero time.
	AllChatCounters(ctx context.Context, at time.Time) ([]store.NamedCounter, error)
}

// CountersInput is what counters.json is made of.
type CountersInput struct {
	Counters []store.NamedCounter // by creator and name
	Creators map[string]string    // names as shown
	Since    time.Time            // stamp of a document without any counter
}

type countersDocument struct {
	SchemaVersion string            `json:"schema_version"`
	GeneratedAt   instant           `json:"generated_at"`
	Meta          meta              `json:"meta"`
	Counters      []namedCounterRow `json:"counters"`
}

type namedCounterRow struct {
	CreatorID string  `json:"creator_id"`
	Creator   string  `json:"creator"`
	Name      string  `json:"name"`
	Value     int32   `json:"value"`
	UpdatedAt instant `json:"updated_at"`
}

// BuildCounters builds counters.json. Its stamps are those of the newest change.
func BuildCounters(in CountersInput) (Document, error) {
	rows := make([]namedCounterRow, 0, len(in.Counters))
	var changed time.Time
	for _, c := range in.Counters {
		rows = append(rows, namedCounterRow{
			CreatorID: c.CreatorID, Creator: or(plain(in.Creators[c.CreatorID], maxName), c.CreatorID),
			Name: or(plain(c.Name, maxCounterName), "unknown"), Value: score32(c.Value), UpdatedAt: instant(c.UpdatedAt),
		})
		changed = newest(changed, c.UpdatedAt)
	}
	at := instant(orElse(changed, in.Since))
	data, err := encode(FileCounters, countersDocument{"v1", at, newMeta(at, DashboardOnly, "counters"), rows})
	if err != nil {
		return Document{}, err
	}
	return Document{File: FileCounters, Visibility: DashboardOnly, Data: data}, nil
}

func buildCounters(ctx context.Context, c *collector, s Settings) ([]byte, error) {
	counters, err := c.source.AllChatCounters(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	doc, err := BuildCounters(CountersInput{counters, namesOf(s), s.Since})
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", FileCounters, err)
	}
	return doc.Data, nil
}
