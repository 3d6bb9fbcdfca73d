package exports

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/store"
)

// dirScoreSnapshots is where each creator with scores of viewers has a document.
const dirScoreSnapshots = "scoreboards/snapshots"

var creatorFile = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\.json$`)

// ScoreSnapshot is the name of the document with the scores of a creator's viewers.
func ScoreSnapshot(creatorID string) string { return dirScoreSnapshots + "/" + creatorID + ".json" }

func isScoreSnapshot(file string) bool {
	folder, name := path.Split(file)
	return folder == dirScoreSnapshots+"/" && creatorFile.MatchString(name)
}

// ScoreSnapshotInput is what a creator's document of scores is made of.
type ScoreSnapshotInput struct {
	CreatorID   string
	Scoreboards []store.Scoreboard // of the creator
}

type scoreSnapshotDocument struct {
	SchemaVersion string               `json:"schema_version"`
	GeneratedAt   instant              `json:"generated_at"`
	CreatorID     string               `json:"creator_id"`
	Entries       []scoreSnapshotEntry `json:"entries"`
}

type scoreSnapshotEntry struct {
	ModuleID    string       `json:"module_id"`
	UserID      string       `json:"user_id"`
	DisplayName string       `json:"display_name"`
	ScoreValue  int32        `json:"score_value"`
	Metadata    scoreOfBoard `json:"metadata"`
	LastEventAt instant      `json:"last_event_at"`
}

// scoreOfBoard says which scoreboard a score is from.
type scoreOfBoard struct {
	ScoreboardID string `json:"scoreboard_id"`
}

// BuildScoreSnapshot builds the document of a creator's viewers' scores: the
// scoreboards by id, in each the best first. Teams are in scoreboards.json only.
// Its stamp is that of the newest change among the scoreboards.
func BuildScoreSnapshot(in ScoreSnapshotInput) (Document, error) {
	doc := scoreSnapshotDocument{SchemaVersion: "v1", CreatorID: in.CreatorID, Entries: []scoreSnapshotEntry{}}
	boards := slices.SortedFunc(slices.Values(in.Scoreboards), func(a, b store.Scoreboard) int { return cmp.Compare(a.ID, b.ID) })
	var changed time.Time
	for _, b := range boards {
		changed = newest(changed, b.UpdatedAt, b.CreatedAt)
		for _, e := range byScore(b.Entries) {
			if e.UserID == "" {
				continue
			}
			doc.Entries = append(doc.Entries, scoreSnapshotEntry{
				ModuleID: or(plain(b.ModuleID, maxName), b.ID), UserID: or(plain(e.UserID, maxName), "unknown"), DisplayName: entryLabel(e),
				ScoreValue: score32(e.Score), Metadata: scoreOfBoard{b.ID}, LastEventAt: instant(e.ScoredAt),
			})
		}
	}
	doc.GeneratedAt = instant(changed)
	file := ScoreSnapshot(in.CreatorID)
	data, err := encode(file, doc)
	if err != nil {
		return Document{}, err
	}
	return Document{File: file, Visibility: DashboardOnly, Data: data}, nil
}

// BuildScoreSnapshots builds the documents of all creators who have scores of
// viewers, by creator.
func BuildScoreSnapshots(boards []store.Scoreboard) ([]Document, error) {
	byCreator := map[string][]store.Scoreboard{}
	for _, b := range boards {
		if hasViewers(b) {
			byCreator[b.CreatorID] = append(byCreator[b.CreatorID], b)
		}
	}
	var docs []Document
	for _, creatorID := range slices.Sorted(maps.Keys(byCreator)) {
		doc, err := BuildScoreSnapshot(ScoreSnapshotInput{creatorID, byCreator[creatorID]})
		if err != nil {
			return nil, err
		}
		docs = append(docs, doc)
	}
	return docs, nil
}

func hasViewers(b store.Scoreboard) bool {
	return slices.ContainsFunc(b.Entries, func(e store.ScoreEntry) bool { return e.UserID != "" })
}

func readScoreSnapshots(ctx context.Context, c *collector, _ Settings, _ bool) (part, error) {
	boards, err := c.source.Scoreboards(ctx, store.BoardFilter{Private: true})
	if err != nil {
		return part{}, fmt.Errorf("read the scores of viewers: %w", err)
	}
	p := part{whole: true}
	for _, b := range boards {
		if hasViewers(b) {
			p.listed = newest(p.listed, b.CreatedAt)
		}
	}
	p.docs, err = BuildScoreSnapshots(boards)
	return p, err
}
