package exports

import (
	"context"
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/store"
)

// Documents of what happened to polls, tallies and scoreboards. Readers look for
// them at the state root as well, by their bare names.
const (
	dirSignals      = "signals"
	FilePollVotes   = dirSignals + "/poll_votes.json"
	FileTallyEvents = dirSignals + "/tally_events.json"
	FileScoreEvents = dirSignals + "/score_events.json"
)

// MaxSignals is how many rows each of the documents holds, the newest ones.
const MaxSignals = 200

// newestSignals chooses the rows: the documents are not for everybody, so those of
// boards that are not public are among them.
var newestSignals = store.BoardFilter{Limit: MaxSignals, Private: true}

// signalsMeta is the provenance block of signals.
type signalsMeta struct {
	CapturedAt instant    `json:"captured_at"`
	Source     string     `json:"source"`
	Visibility Visibility `json:"visibility"`
	Scope      string     `json:"scope"`
}

func newSignalsMeta(at time.Time, scope string) signalsMeta {
	return signalsMeta{instant(at), "StreamSuites runtime", DashboardOnly, scope}
}

// signalDocument ends the making of a document of signals.
func signalDocument(file string, v any) (Document, error) {
	data, err := encode(file, v)
	if err != nil {
		return Document{}, err
	}
	return Document{File: file, Visibility: DashboardOnly, Data: data}, nil
}

// PollVotesInput is what signals/poll_votes.json is made of.
type PollVotesInput struct {
	Votes []store.PollVote // the newest first
	Since time.Time        // stamp of a document without any vote
}

type pollVotesDocument struct {
	Meta  signalsMeta   `json:"meta"`
	Votes []pollVoteRow `json:"votes"`
	Items []pollVoteRow `json:"items"`
}

// pollVoteRow tells who voted by the platform's own id, never by name.
type pollVoteRow struct {
	VoteID    string  `json:"vote_id"`
	PollID    string  `json:"poll_id"`
	OptionID  string  `json:"option_id"`
	Option    string  `json:"option"`
	Creator   string  `json:"creator"`
	CreatorID string  `json:"creator_id"`
	VoterID   string  `json:"voter_id"`
	VotedAt   instant `json:"voted_at"`
	Timestamp instant `json:"timestamp"`
	Type      string  `json:"type"`
	Source    string  `json:"source"`
	Summary   string  `json:"summary"`
}

// BuildPollVotes builds signals/poll_votes.json. Its stamp is that of the newest
// vote.
func BuildPollVotes(in PollVotesInput) (Document, error) {
	rows := make([]pollVoteRow, 0, min(len(in.Votes), MaxSignals))
	var changed time.Time
	for _, v := range in.Votes[:min(len(in.Votes), MaxSignals)] {
		option, at := or(plain(v.Option, maxLabel), v.OptionID), instant(v.VotedAt)
		rows = append(rows, pollVoteRow{
			VoteID: fmt.Sprintf("pv-%d", v.ID), PollID: v.PollID, OptionID: v.OptionID, Option: option,
			Creator: or(plain(v.Creator, maxName), v.CreatorID), CreatorID: v.CreatorID, VoterID: or(plain(v.VoterID, maxName), "unknown"),
			VotedAt: at, Timestamp: at, Type: "poll_vote", Source: or(plain(v.Platform, maxName), "unknown"),
			Summary: fmt.Sprintf("%s: %s", or(plain(v.Question, maxText), v.PollID), option),
		})
		changed = newest(changed, v.VotedAt)
	}
	return signalDocument(FilePollVotes, pollVotesDocument{newSignalsMeta(orElse(changed, in.Since), "poll-votes"), rows, rows})
}

func buildPollVotes(ctx context.Context, c *collector, s Settings) ([]byte, error) {
	votes, err := c.source.PollVotes(ctx, newestSignals)
	if err != nil {
		return nil, fmt.Errorf("read the votes: %w", err)
	}
	doc, err := BuildPollVotes(PollVotesInput{votes, s.Since})
	return doc.Data, err
}

// TallyEventsInput is what signals/tally_events.json is made of.
type TallyEventsInput struct {
	Increments []store.TallyIncrement // the newest first
	Since      time.Time              // stamp of a document without any change
}

type tallyEventsDocument struct {
	Meta   signalsMeta     `json:"meta"`
	Events []tallyEventRow `json:"events"`
	Items  []tallyEventRow `json:"items"`
}

type tallyEventRow struct {
	EventID   string  `json:"event_id"`
	TallyID   string  `json:"tally_id"`
	Creator   string  `json:"creator"`
	CreatorID string  `json:"creator_id"`
	Delta     int32   `json:"delta"`
	Increment int32   `json:"increment"`
	UpdatedAt instant `json:"updated_at"`
	Timestamp instant `json:"timestamp"`
	Type      string  `json:"type"`
	Source    string  `json:"source"`
	Summary   string  `json:"summary"`
}

// BuildTallyEvents builds signals/tally_events.json. Its stamp is that of the
// newest change.
func BuildTallyEvents(in TallyEventsInput) (Document, error) {
	rows := make([]tallyEventRow, 0, min(len(in.Increments), MaxSignals))
	var changed time.Time
	for _, i := range in.Increments[:min(len(in.Increments), MaxSignals)] {
		name, at := or(plain(i.Label, maxLabel), i.TallyID), instant(i.CountedAt)
		if category := plain(i.Category, maxLabel); category != "" {
			name += ", " + category
		}
		rows = append(rows, tallyEventRow{
			EventID: fmt.Sprintf("te-%d", i.ID), TallyID: i.TallyID, Creator: or(plain(i.Creator, maxName), i.CreatorID), CreatorID: i.CreatorID,
			Delta: i.Delta, Increment: i.Delta, UpdatedAt: at, Timestamp: at, Type: "tally_increment",
			Source: or(plain(i.Platform, maxName), "unknown"), Summary: fmt.Sprintf("%s %+d", name, i.Delta),
		})
		changed = newest(changed, i.CountedAt)
	}
	return signalDocument(FileTallyEvents, tallyEventsDocument{newSignalsMeta(orElse(changed, in.Since), "tally-events"), rows, rows})
}

func buildTallyEvents(ctx context.Context, c *collector, s Settings) ([]byte, error) {
	increments, err := c.source.TallyIncrements(ctx, newestSignals)
	if err != nil {
		return nil, fmt.Errorf("read the changes of tallies: %w", err)
	}
	doc, err := BuildTallyEvents(TallyEventsInput{increments, s.Since})
	return doc.Data, err
}

// ScoreEventsInput is what signals/score_events.json is made of.
type ScoreEventsInput struct {
	Events []store.ScoreEvent // the newest first
	Since  time.Time          // stamp of a document without any change
}

type scoreEventsDocument struct {
	Meta   signalsMeta     `json:"meta"`
	Events []scoreEventRow `json:"events"`
	Items  []scoreEventRow `json:"items"`
}

type scoreEventRow struct {
	EventID      string  `json:"event_id"`
	ScoreboardID string  `json:"scoreboard_id"`
	Creator      string  `json:"creator"`
	CreatorID    string  `json:"creator_id"`
	Label        string  `json:"label"`
	Team         string  `json:"team,omitempty"` // when the entry is no viewer
	ScoreDelta   int32   `json:"score_delta"`
	Delta        int32   `json:"delta"`
	ScoredAt     instant `json:"scored_at"`
	Timestamp    instant `json:"timestamp"`
	Type         string  `json:"type"`
	Source       string  `json:"source"`
	Context      string  `json:"context"`
	Summary      string  `json:"summary"`
}

// BuildScoreEvents builds signals/score_events.json. Its stamp is that of the
// newest change.
func BuildScoreEvents(in ScoreEventsInput) (Document, error) {
	rows := make([]scoreEventRow, 0, min(len(in.Events), MaxSignals))
	var changed time.Time
	for _, e := range in.Events[:min(len(in.Events), MaxSignals)] {
		rows = append(rows, scoreEventRowOf(e))
		changed = newest(changed, e.ScoredAt)
	}
	return signalDocument(FileScoreEvents, scoreEventsDocument{newSignalsMeta(orElse(changed, in.Since), "score-events"), rows, rows})
}

func scoreEventRowOf(e store.ScoreEvent) scoreEventRow {
	label, at := or(plain(e.Label, maxLabel), "unknown"), instant(e.ScoredAt)
	row := scoreEventRow{
		EventID: fmt.Sprintf("se-%d", e.ID), ScoreboardID: e.ScoreboardID, Creator: or(plain(e.Creator, maxName), e.CreatorID),
		CreatorID: e.CreatorID, Label: label, ScoreDelta: e.Delta, Delta: e.Delta, ScoredAt: at, Timestamp: at, Type: "score_update",
		Source: or(plain(e.Platform, maxName), "unknown"), Context: plain(e.Context, maxText),
		Summary: fmt.Sprintf("%s: %s %+d", or(plain(e.Title, maxText), e.ScoreboardID), label, e.Delta),
	}
	if e.UserID == "" {
		row.Team = label
	}
	return row
}

func buildScoreEvents(ctx context.Context, c *collector, s Settings) ([]byte, error) {
	events, err := c.source.ScoreEvents(ctx, newestSignals)
	if err != nil {
		return nil, fmt.Errorf("read the changes of scores: %w", err)
	}
	doc, err := BuildScoreEvents(ScoreEventsInput{events, s.Since})
	return doc.Data, err
}
