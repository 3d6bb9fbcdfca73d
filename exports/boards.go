package exports

import (
	"context"
	"time"

	"github.com/streamsuites/streamsuites/internal/store"
)

// BoardRows is where polls, tallies and scoreboards come from, and what happened
// to them, the newest first; *store.Store is one.
type BoardRows interface {
	Polls(ctx context.Context, f store.BoardFilter) ([]store.Poll, error)
	Tallies(ctx context.Context, f store.BoardFilter) ([]store.Tally, error)
	Scoreboards(ctx context.Context, f store.BoardFilter) ([]store.Scoreboard, error)
	PollVotes(ctx context.Context, f store.BoardFilter) ([]store.PollVote, error)
	TallyIncrements(ctx context.Context, f store.BoardFilter) ([]store.TallyIncrement, error)
	ScoreEvents(ctx context.Context, f store.BoardFilter) ([]store.ScoreEvent, error)
}

// pastBoards are the rows as they were at a past moment.
type pastBoards struct {
	rows BoardRows
	at   time.Time
}

func (p pastBoards) then(f store.BoardFilter) store.BoardFilter {
	f.At = p.at
	return f
}

// Polls implements BoardRows with the polls of that moment.
func (p pastBoards) Polls(ctx context.Context, f store.BoardFilter) ([]store.Poll, error) {
	return p.rows.Polls(ctx, p.then(f))
}

// Tallies implements BoardRows with the tallies of that moment.
func (p pastBoards) Tallies(ctx context.Context, f store.BoardFilter) ([]store.Tally, error) {
	return p.rows.Tallies(ctx, p.then(f))
}

// Scoreboards implements BoardRows with the scoreboards of that moment.
func (p pastBoards) Scoreboards(ctx context.Context, f store.BoardFilter) ([]store.Scoreboard, error) {
	return p.rows.Scoreboards(ctx, p.then(f))
}

// PollVotes implements BoardRows with the votes of that moment.
func (p pastBoards) PollVotes(ctx context.Context, f store.BoardFilter) ([]store.PollVote, error) {
	return p.rows.PollVotes(ctx, p.then(f))
}

// TallyIncrements implements BoardRows with the increments of that moment.
func (p pastBoards) TallyIncrements(ctx context.Context, f store.BoardFilter) ([]store.TallyIncrement, error) {
	return p.rows.TallyIncrements(ctx, p.then(f))
}

// ScoreEvents implements BoardRows with the scores of that moment.
func (p pastBoards) ScoreEvents(ctx context.Context, f store.BoardFilter) ([]store.ScoreEvent, error) {
	return p.rows.ScoreEvents(ctx, p.then(f))
}

// Longest texts of boards, in characters.
const (
	maxName  = 200 // of creators
	maxLabel = 200
	maxText  = 500
)
