package exports

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/store"
)

// FileScoreboards is the document of the newest scoreboards.
const FileScoreboards = "scoreboards.json"

// ScoreboardsInput is what the documents of scoreboards are made of.
type ScoreboardsInput struct {
	Scoreboards []store.Scoreboard // the newest first
	Since       time.Time          // stamp of a document without any scoreboard
}

type scoreboardsDocument struct {
	SchemaVersion string          `json:"schema_version"`
	GeneratedAt   instant         `json:"generated_at"`
	Meta          meta            `json:"meta"`
	Scoreboards   []scoreboardRow `json:"scoreboards"`
}

type scoreboardRow struct {
	ScoreboardID string                `json:"scoreboard_id"`
	ID           string                `json:"id"`
	CreatorID    string                `json:"creator_id"`
	Creator      string                `json:"creator"`
	Title        string                `json:"title"`
	Name         string                `json:"name"`
	State        store.ScoreboardState `json:"state"`
	Entries      []scoreboardEntry     `json:"entries"`
	FinalizedAt  *instant              `json:"finalized_at"`
	CreatedAt    instant               `json:"created_at"`
	UpdatedAt    instant               `json:"updated_at"`
	Public       bool                  `json:"public"`
}

type scoreboardEntry struct {
	Position int32  `json:"position"`
	Label    string `json:"label"`
	Score    int32  `json:"score"`
}

// BuildScoreboards builds scoreboards.json or, for older scoreboards, one of its
// pages. Its stamps are those of the newest change among the scoreboards. Entries
// with equal scores share a position.
func BuildScoreboards(file string, in ScoreboardsInput) (Document, error) {
	rows := make([]scoreboardRow, 0, len(in.Scoreboards))
	var changed time.Time
	for _, b := range in.Scoreboards {
		title, at := or(plain(b.Title, maxText), b.ID), newest(b.UpdatedAt, b.CreatedAt)
		rows = append(rows, scoreboardRow{
			ScoreboardID: b.ID, ID: b.ID, CreatorID: b.CreatorID, Creator: or(plain(b.Creator, maxName), b.CreatorID),
			Title: title, Name: title, State: b.State, Entries: scoreboardEntries(b.Entries), FinalizedAt: orNull(b.FinalizedAt),
			CreatedAt: instant(b.CreatedAt), UpdatedAt: instant(at), Public: b.Public,
		})
		changed = newest(changed, at)
	}
	at := instant(orElse(changed, in.Since))
	data, err := encodeTwice(file, "scoreboards", scoreboardsDocument{"v1", at, newMeta(at, Public, "scoreboards"), rows})
	if err != nil {
		return Document{}, err
	}
	return Document{File: file, Visibility: Public, Data: data}, nil
}

func scoreboardEntries(entries []store.ScoreEntry) []scoreboardEntry {
	rows := make([]scoreboardEntry, 0, len(entries))
	sorted := byScore(entries)
	for i, e := range sorted {
		position := int32(i + 1)
		if i > 0 && sorted[i-1].Score == e.Score {
			position = rows[i-1].Position
		}
		rows = append(rows, scoreboardEntry{position, entryLabel(e), score32(e.Score)})
	}
	return rows
}

// byScore sorts entries, the best first, and equal ones by their names.
func byScore(entries []store.ScoreEntry) []store.ScoreEntry {
	return slices.SortedFunc(slices.Values(entries), func(a, b store.ScoreEntry) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Label, b.Label), cmp.Compare(a.ID, b.ID))
	})
}

func entryLabel(e store.ScoreEntry) string {
	return or(plain(e.Label, maxLabel), or(plain(e.ID, maxLabel), "unknown"))
}

// score32 clamps a score to what the desktop console can read.
func score32(n int64) int32 { return int32(max(math.MinInt32, min(n, math.MaxInt32))) }

func readScoreboards(ctx context.Context, c *collector, s Settings, all bool) (part, error) {
	return pagedRows[store.Scoreboard]{
		front: FileScoreboards,
		list: func(ctx context.Context, limit int) ([]store.Scoreboard, error) {
			return c.source.Scoreboards(ctx, store.BoardFilter{Limit: limit})
		},
		id: func(b store.Scoreboard) string { return b.ID }, at: func(b store.Scoreboard) time.Time { return b.CreatedAt },
		build: func(file string, boards []store.Scoreboard) (Document, error) {
			return BuildScoreboards(file, ScoreboardsInput{boards, s.Since})
		},
	}.read(ctx, c, s.Newest, all)
}
