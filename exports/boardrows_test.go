package exports

import (
	"context"
	"math"
	"time"

	"github.com/streamsuites/streamsuites/internal/store"
)

// boardRows are the polls of a source that a test steers, and nothing else.
type boardRows struct{ polls []store.Poll }

func (r *rows) Polls(_ context.Context, f store.BoardFilter) ([]store.Poll, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f.Limit == 0 {
		return r.polls, nil
	}
	return r.polls[:min(f.Limit, len(r.polls))], nil
}
func (*boardRows) Tallies(context.Context, store.BoardFilter) ([]store.Tally, error) { return nil, nil }
func (*boardRows) Scoreboards(context.Context, store.BoardFilter) ([]store.Scoreboard, error) {
	return nil, nil
}
func (*boardRows) Broadcasts(context.Context, store.BroadcastFilter) ([]store.Broadcast, error) {
	return nil, nil
}
func (*boardRows) Messages(context.Context, store.Broadcast, store.MessageFilter) ([]store.Event, error) {
	return nil, nil
}
func (*boardRows) PollVotes(context.Context, store.BoardFilter) ([]store.PollVote, error) {
	return nil, nil
}
func (*boardRows) TallyIncrements(context.Context, store.BoardFilter) ([]store.TallyIncrement, error) {
	return nil, nil
}
func (*boardRows) ScoreEvents(context.Context, store.BoardFilter) ([]store.ScoreEvent, error) {
	return nil, nil
}

func somePoll(id string, n int, votes ...int64) store.Poll {
	p := store.Poll{
		ID: id, CreatorID: "Qx7Zt2", Creator: "Marmot Lantern", Question: "Tea or cocoa?", ChartType: "bar", State: store.PollOpen,
		Public: true, CreatedAt: at(float64(n)), UpdatedAt: at(float64(n) + 0.5), OpenedAt: at(float64(n)),
	}
	for i, v := range votes {
		p.Options = append(p.Options, store.PollOption{ID: "o" + string(rune('1'+i)), Label: []string{"Tea", "Cocoa", "Both", "<b>Milk</b>"}[i], Votes: v})
	}
	return p
}

func somePolls() PollsInput {
	closed := somePoll("poll-7", 7, 3, 1)
	closed.State, closed.ClosedAt, closed.Summary, closed.ChartType = store.PollClosed, at(9), "Tea won.", "pie"
	draft := somePoll("poll-9", 9, 0, 0)
	draft.State, draft.OpenedAt, draft.UpdatedAt = store.PollDraft, time.Time{}, at(9)
	return PollsInput{Polls: []store.Poll{draft, somePoll("poll-8", 8, 1, 1, 1, math.MaxInt32+1), closed}, Since: at(-3600)}
}

func someTallies() TalliesInput {
	tally := store.Tally{
		ID: "tally-7", CreatorID: "Qx7Zt2", Creator: "Marmot Lantern", Label: "Deaths <today>", Aggregation: "rolling",
		State: store.TallyActive, Public: true, CreatedAt: at(7), UpdatedAt: at(60.25), Count: 42,
	}
	negative := tally
	negative.ID, negative.Count, negative.State, negative.Aggregation, negative.UpdatedAt = "tally-6", -3, store.TallyPaused, "custom", at(7)
	return TalliesInput{Tallies: []store.Tally{tally, negative}, Since: at(-3600)}
}

func someScoreboards() ScoreboardsInput {
	board := store.Scoreboard{
		ID: "score-7", CreatorID: "Qx7Zt2", Creator: "Marmot Lantern", Title: "Chat points", ModuleID: "chat-points",
		State: store.ScoreboardActive, Public: true, CreatedAt: at(7), UpdatedAt: at(61),
		Entries: []store.ScoreEntry{
			{ID: "twitch:u2", UserID: "u2", Label: "otter", Score: 5, ScoredAt: at(60)},
			{ID: "twitch:u1", UserID: "u1", Label: "viewer77", Score: 12, ScoredAt: at(61)},
			{ID: "fern", Label: "Team Fern", Score: 12, ScoredAt: at(59)},
			{ID: "twitch:u3", UserID: "u3", Label: "marten", Score: -2, ScoredAt: at(58)},
		},
	}
	final := store.Scoreboard{
		ID: "score-6", CreatorID: "Qx7Zt2", Creator: "Marmot Lantern", Title: "Cup", State: store.ScoreboardFinal, Public: true,
		CreatedAt: at(6), UpdatedAt: at(8), FinalizedAt: at(8),
		Entries: []store.ScoreEntry{{ID: "twitch:u9", UserID: "u9", Label: "stoat", Score: math.MaxInt32 + 5, ScoredAt: at(7)}},
	}
	return ScoreboardsInput{Scoreboards: []store.Scoreboard{board, final}, Since: at(-3600)}
}

func someVotes() PollVotesInput {
	vote := store.PollVote{
		ID: 2, PollID: "poll-7", Question: "Tea or cocoa?", OptionID: "o1", Option: "Tea", CreatorID: "Qx7Zt2", Creator: "Marmot Lantern",
		Platform: "twitch", VoterID: "100077", VotedAt: at(8.5),
	}
	older := vote
	older.ID, older.VoterID, older.Platform, older.VotedAt, older.OptionID, older.Option = 1, "UC-1", "youtube", at(8), "o2", "Cocoa"
	return PollVotesInput{Votes: []store.PollVote{vote, older}, Since: at(-3600)}
}

func someIncrements() TallyEventsInput {
	return TallyEventsInput{Since: at(-3600), Increments: []store.TallyIncrement{
		{ID: 2, TallyID: "tally-7", Label: "Deaths", CreatorID: "Qx7Zt2", Creator: "Marmot Lantern", Platform: "twitch", Delta: -1, CountedAt: at(60.25)},
		{ID: 1, TallyID: "tally-7", Label: "Deaths", Category: "Falls", CreatorID: "Qx7Zt2", Creator: "Marmot Lantern", Platform: "twitch", Delta: 2, CountedAt: at(60)},
	}}
}

func someScores() ScoreEventsInput {
	event := store.ScoreEvent{
		ID: 2, ScoreboardID: "score-7", Title: "Chat points", CreatorID: "Qx7Zt2", Creator: "Marmot Lantern", UserID: "u1", Label: "viewer77",
		Delta: 5, Context: "round 2", Platform: "twitch", ScoredAt: at(61),
	}
	team := event
	team.ID, team.UserID, team.Label, team.Context, team.Delta, team.ScoredAt = 1, "", "Team Fern", "", -3, at(59)
	return ScoreEventsInput{Events: []store.ScoreEvent{event, team}, Since: at(-3600)}
}
