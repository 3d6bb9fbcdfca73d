package exports

import (
	"context"
	"time"

	"github.com/streamsuites/streamsuites/internal/store"
)

// FileTallies is the document of the newest tallies.
const FileTallies = "tallies.json"

// TalliesInput is what the documents of tallies are made of.
type TalliesInput struct {
	Tallies []store.Tally // the newest first
	Since   time.Time     // stamp of a document without any tally
}

type talliesDocument struct {
	SchemaVersion string     `json:"schema_version"`
	GeneratedAt   instant    `json:"generated_at"`
	Meta          meta       `json:"meta"`
	Tallies       []tallyRow `json:"tallies"`
}

type tallyRow struct {
	TallyID         string           `json:"tally_id"`
	ID              string           `json:"id"`
	CreatorID       string           `json:"creator_id"`
	Creator         string           `json:"creator"`
	Label           string           `json:"label"`
	Name            string           `json:"name"`
	Count           int32            `json:"count"`
	State           store.TallyState `json:"state"`
	AggregationType string           `json:"aggregation_type"`
	LastUpdatedAt   instant          `json:"last_updated_at"`
	UpdatedAt       instant          `json:"updated_at"`
	CreatedAt       instant          `json:"created_at"`
	Public          bool             `json:"public"`
}

// BuildTallies builds tallies.json or, for older tallies, one of its pages. Its
// stamps are those of the newest change among the tallies.
func BuildTallies(file string, in TalliesInput) (Document, error) {
	rows := make([]tallyRow, 0, len(in.Tallies))
	var changed time.Time
	for _, t := range in.Tallies {
		at := newest(t.UpdatedAt, t.CreatedAt)
		label := or(plain(t.Label, maxLabel), t.ID)
		rows = append(rows, tallyRow{
			TallyID: t.ID, ID: t.ID, CreatorID: t.CreatorID, Creator: or(plain(t.Creator, maxName), t.CreatorID),
			Label: label, Name: label, Count: count32(t.Count), State: t.State, AggregationType: t.Aggregation,
			LastUpdatedAt: instant(at), UpdatedAt: instant(at), CreatedAt: instant(t.CreatedAt), Public: t.Public,
		})
		changed = newest(changed, at)
	}
	at := instant(orElse(changed, in.Since))
	data, err := encodeTwice(file, "tallies", talliesDocument{"v1", at, newMeta(at, Public, "tallies"), rows})
	if err != nil {
		return Document{}, err
	}
	return Document{File: file, Visibility: Public, Data: data}, nil
}

func readTallies(ctx context.Context, c *collector, s Settings, all bool) (part, error) {
	return pagedRows[store.Tally]{
		front: FileTallies,
		list: func(ctx context.Context, limit int) ([]store.Tally, error) {
			return c.source.Tallies(ctx, store.BoardFilter{Limit: limit})
		},
		id: func(t store.Tally) string { return t.ID }, at: func(t store.Tally) time.Time { return t.CreatedAt },
		build: func(file string, tallies []store.Tally) (Document, error) {
			return BuildTallies(file, TalliesInput{tallies, s.Since})
		},
	}.read(ctx, c, s.Newest, all)
}
