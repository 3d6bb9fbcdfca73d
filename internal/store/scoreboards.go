package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// MaxScoreEntries is how many entries of a scoreboard are read, the best ones.
const MaxScoreEntries = 100

// ScoreboardState is where a scoreboard stands, as the export contract spells it.
type ScoreboardState string

// The states of scoreboards.
const (
	ScoreboardActive ScoreboardState = "active"
	ScoreboardPaused ScoreboardState = "paused"
	ScoreboardFinal  ScoreboardState = "final"
)

// Scoreboard is a table of scores.
type Scoreboard struct {
	ID          string
	CreatorID   string
	Creator     string // as shown
	Title       string
	ModuleID    string // of what keeps the scores; may be empty
	State       ScoreboardState
	Public      bool
	CreatedAt   time.Time
	UpdatedAt   time.Time // the newest change of definition, state or scores
	FinalizedAt time.Time // zero until it is final
	Entries     []ScoreEntry
}

// ScoreEntry is a viewer or a team with a score.
type ScoreEntry struct {
	ID       string
	UserID   string // the platform's own id of a viewer; empty for a team
	Label    string // as shown, by the newest event
	Score    int64
	ScoredAt time.Time // of the newest event
}

const chooseScoreboards = `
	(select * from scoreboards where (public or $2) and created_at <= %s order by created_at desc, scoreboard_id limit nullif($1, 0)) b`

// The lists of a board's best entries e, which are in order already.
const listEntries = `
		select array_agg(entry_id) as ids, array_agg(user_id) as users, array_agg(label) as labels, array_agg(score) as scores,
			array_agg(scored_at) as stamps
		from e`

var scoreboardsNow = `
	select b.scoreboard_id, creator_id, creator, title, module_id, state, public, created_at,
		greatest(updated_at, (select max(scored_at) from score_entries e where e.scoreboard_id = b.scoreboard_id)),
		finalized_at, ids, users, labels, scores, stamps
	from ` + fmt.Sprintf(chooseScoreboards, "'infinity'") + `
	cross join lateral (
		with e as (select * from score_entries e where e.scoreboard_id = b.scoreboard_id
			order by score desc, label collate "C", entry_id limit ` + fmt.Sprint(MaxScoreEntries) + `)` + listEntries + `) e
	order by created_at desc, b.scoreboard_id`

var scoreboardsThen = `
	select b.scoreboard_id, creator_id, creator, title, module_id, coalesce(state.state, 'active'), public, created_at,
		greatest(created_at, case when updated_at <= $3 then updated_at end, state.at,
			(select max(scored_at) from score_events e where e.scoreboard_id = b.scoreboard_id and scored_at <= $3)),
		case when finalized_at <= $3 then finalized_at end, ids, users, labels, scores, stamps
	from ` + fmt.Sprintf(chooseScoreboards, "$3") + `
	` + stateThen("scoreboards", "scoreboard_id") + `
	cross join lateral (
		with e as (select * from (
				select entry_id, (array_agg(user_id order by scored_at desc, id desc))[1] as user_id,
					(array_agg(label order by scored_at desc, id desc))[1] as label, sum(delta) as score, max(scored_at) as scored_at
				from score_events e where e.scoreboard_id = b.scoreboard_id and scored_at <= $3 group by entry_id) sums
			order by score desc, label collate "C", entry_id limit ` + fmt.Sprint(MaxScoreEntries) + `)` + listEntries + `) e
	order by created_at desc, b.scoreboard_id`

// Scoreboards returns the scoreboards that the filter chooses, the newest first,
// each with its MaxScoreEntries best entries, the best first.
func (s *Store) Scoreboards(ctx context.Context, f BoardFilter) ([]Scoreboard, error) {
	return boards(ctx, s, f, "the scoreboards", scoreboardsNow, scoreboardsThen, scanScoreboard)
}

func scanScoreboard(row pgx.CollectableRow) (b Scoreboard, err error) {
	var ids, users, labels []string
	var scores []int64
	var stamps []time.Time
	err = row.Scan(&b.ID, &b.CreatorID, &b.Creator, &b.Title, &b.ModuleID, &b.State, &b.Public, &b.CreatedAt, &b.UpdatedAt,
		orZero(&b.FinalizedAt), &ids, &users, &labels, &scores, &stamps)
	if err != nil {
		return b, err
	}
	if n := len(ids); len(users) != n || len(labels) != n || len(scores) != n || len(stamps) != n {
		return b, fmt.Errorf("entries of scoreboard %s: %w", b.ID, errUnevenLists)
	}
	for i, id := range ids {
		b.Entries = append(b.Entries, ScoreEntry{id, users[i], labels[i], scores[i], stamps[i]})
	}
	return b, nil
}

// ScoreEvent is one change of a score.
type ScoreEvent struct {
	ID           int64
	ScoreboardID string
	Title        string // of the scoreboard
	CreatorID    string
	Creator      string // as shown
	UserID       string // empty for a team
	Label        string // of the entry
	Delta        int32
	Context      string // may be empty
	Platform     string
	ScoredAt     time.Time
}

const selectScores = `
	select e.id, e.scoreboard_id, title, creator_id, creator, user_id, label, delta, context, platform, scored_at
	from (select * from score_events e where %s and ($2 or (select public from scoreboards b where b.scoreboard_id = e.scoreboard_id))
		order by scored_at desc, id desc limit nullif($1, 0)) e
	join scoreboards using (scoreboard_id)
	order by scored_at desc, id desc`

var scoresNow, scoresThen = fmt.Sprintf(selectScores, "true"), fmt.Sprintf(selectScores, "scored_at <= $3")

// ScoreEvents returns the changes of scores that the filter chooses, the newest
// first.
func (s *Store) ScoreEvents(ctx context.Context, f BoardFilter) ([]ScoreEvent, error) {
	return boards(ctx, s, f, "the changes of scores", scoresNow, scoresThen, pgx.RowToStructByPos[ScoreEvent])
}
