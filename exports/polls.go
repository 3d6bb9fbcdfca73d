package exports

import (
	"context"
	"time"

	"github.com/streamsuites/streamsuites/internal/store"
)

// FilePolls is the document of the newest polls.
const FilePolls = "polls.json"

// PollsInput is what the documents of polls are made of.
type PollsInput struct {
	Polls []store.Poll // the newest first
	Since time.Time    // stamp of a document without any poll
}

type pollsDocument struct {
	SchemaVersion string    `json:"schema_version"`
	GeneratedAt   instant   `json:"generated_at"`
	Meta          meta      `json:"meta"`
	Polls         []pollRow `json:"polls"`
}

type pollRow struct {
	PollID    string          `json:"poll_id"`
	ID        string          `json:"id"`
	CreatorID string          `json:"creator_id"`
	Creator   string          `json:"creator"`
	Question  string          `json:"question"`
	Title     string          `json:"title"`
	Options   []pollOption    `json:"options"`
	State     store.PollState `json:"state"`
	Status    store.PollState `json:"status"`
	OpenedAt  *instant        `json:"opened_at"`
	ClosedAt  *instant        `json:"closed_at"`
	CreatedAt instant         `json:"created_at"`
	UpdatedAt instant         `json:"updated_at"`
	Public    bool            `json:"public"`
	ChartType string          `json:"chart_type"`
	Summary   string          `json:"summary"`
}

type pollOption struct {
	OptionID string `json:"option_id"`
	Label    string `json:"label"`
	Votes    int32  `json:"votes"`
	Percent  int32  `json:"percent"`
}

// BuildPolls builds polls.json or, for older polls, one of its pages. Its stamps
// are those of the newest change among the polls.
func BuildPolls(file string, in PollsInput) (Document, error) {
	rows := make([]pollRow, 0, len(in.Polls))
	var changed time.Time
	for _, p := range in.Polls {
		rows = append(rows, pollRowOf(p))
		changed = newest(changed, p.UpdatedAt, p.CreatedAt)
	}
	at := instant(orElse(changed, in.Since))
	data, err := encodeTwice(file, "polls", pollsDocument{"v1", at, newMeta(at, Public, "polls"), rows})
	if err != nil {
		return Document{}, err
	}
	return Document{File: file, Visibility: Public, Data: data}, nil
}

func pollRowOf(p store.Poll) pollRow {
	row := pollRow{
		PollID: p.ID, ID: p.ID, CreatorID: p.CreatorID, Creator: or(plain(p.Creator, maxName), p.CreatorID),
		Question: or(plain(p.Question, maxText), p.ID), Options: make([]pollOption, 0, len(p.Options)),
		State: p.State, Status: p.State, OpenedAt: orNull(p.OpenedAt), ClosedAt: orNull(p.ClosedAt),
		CreatedAt: instant(p.CreatedAt), UpdatedAt: instant(newest(p.UpdatedAt, p.CreatedAt)), Public: p.Public,
		ChartType: p.ChartType, Summary: plain(p.Summary, maxText),
	}
	row.Title = row.Question
	votes := make([]int32, len(p.Options))
	for i, o := range p.Options {
		votes[i] = count32(o.Votes)
	}
	shares := percentages(votes)
	for i, o := range p.Options {
		row.Options = append(row.Options, pollOption{o.ID, or(plain(o.Label, maxLabel), o.ID), votes[i], shares[i]})
	}
	return row
}

func readPolls(ctx context.Context, c *collector, s Settings, all bool) (part, error) {
	return pagedRows[store.Poll]{
		front: FilePolls,
		list: func(ctx context.Context, limit int) ([]store.Poll, error) {
			return c.source.Polls(ctx, store.BoardFilter{Limit: limit})
		},
		id: func(p store.Poll) string { return p.ID }, at: func(p store.Poll) time.Time { return p.CreatedAt },
		build: func(file string, polls []store.Poll) (Document, error) {
			return BuildPolls(file, PollsInput{polls, s.Since})
		},
	}.read(ctx, c, s.Newest, all)
}
