package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// PollState is where a poll stands, as the export contract spells it.
type PollState string

// The states of polls.
const (
	PollDraft    PollState = "draft"
	PollOpen     PollState = "open"
	PollClosed   PollState = "closed"
	PollArchived PollState = "archived"
)

// Poll is a poll and its result.
type Poll struct {
	ID        string
	CreatorID string
	Creator   string // as shown
	Question  string
	ChartType string // bar or pie
	Summary   string // may be empty
	State     PollState
	Public    bool
	CreatedAt time.Time
	UpdatedAt time.Time // the newest change of definition, state or result
	OpenedAt  time.Time // zero until it opened
	ClosedAt  time.Time // zero until it closed
	Options   []PollOption
}

// PollOption is one answer and how many chose it.
type PollOption struct {
	ID    string
	Label string
	Votes int64
}

// A poll with fewer than two options is not one yet.
const choosePolls = `
	(select * from polls where (public or $2) and created_at <= %s
		and (select count(*) from poll_options o where o.poll_id = polls.poll_id) > 1
	order by created_at desc, poll_id limit nullif($1, 0)) b`

var pollsNow = `
	select b.poll_id, creator_id, creator, question, chart_type, summary, state, public, created_at, greatest(updated_at, o.voted_at),
		opened_at, closed_at, o.ids, o.labels, o.votes
	from ` + fmt.Sprintf(choosePolls, "'infinity'") + `
	cross join lateral (
		select array_agg(option_id::text order by position) as ids, array_agg(label order by position) as labels,
			array_agg(votes order by position) as votes, max(voted_at) as voted_at
		from poll_options where poll_id = b.poll_id) o
	order by created_at desc, b.poll_id`

var pollsThen = `
	select b.poll_id, creator_id, creator, question, chart_type,
		case when updated_at <= $3 or closed_at <= $3 then summary else '' end, -- a summary tells the result
		coalesce(state.state, 'draft'), public, created_at,
		greatest(created_at, case when updated_at <= $3 then updated_at end, state.at, o.voted_at),
		case when opened_at <= $3 then opened_at end, case when closed_at <= $3 then closed_at end, o.ids, o.labels, o.votes
	from ` + fmt.Sprintf(choosePolls, "$3") + `
	` + stateThen("polls", "poll_id") + `
	cross join lateral (
		select array_agg(option_id::text order by position) as ids, array_agg(label order by position) as labels,
			array_agg(v.votes order by position) as votes, max(v.voted_at) as voted_at
		from poll_options p
		cross join lateral (
			select count(*) as votes, max(voted_at) as voted_at from poll_votes
			where poll_id = p.poll_id and option_id = p.option_id and voted_at <= $3) v
		where poll_id = b.poll_id) o
	order by created_at desc, b.poll_id`

// Polls returns the polls that the filter chooses, the newest first.
func (s *Store) Polls(ctx context.Context, f BoardFilter) ([]Poll, error) {
	return boards(ctx, s, f, "the polls", pollsNow, pollsThen, scanPoll)
}

func scanPoll(row pgx.CollectableRow) (p Poll, err error) {
	var ids, labels []string
	var votes []int64
	err = row.Scan(&p.ID, &p.CreatorID, &p.Creator, &p.Question, &p.ChartType, &p.Summary, &p.State, &p.Public, &p.CreatedAt, &p.UpdatedAt,
		orZero(&p.OpenedAt), orZero(&p.ClosedAt), &ids, &labels, &votes)
	if err != nil {
		return p, err
	}
	if len(labels) != len(ids) || len(votes) != len(ids) {
		return p, fmt.Errorf("options of poll %s: %w", p.ID, errUnevenLists)
	}
	p.Options = make([]PollOption, len(ids))
	for i, id := range ids {
		p.Options[i] = PollOption{id, labels[i], votes[i]}
	}
	return p, nil
}

// PollVote is one vote.
type PollVote struct {
	ID        int64
	PollID    string
	Question  string
	OptionID  string
	Option    string // as shown
	CreatorID string
	Creator   string // as shown
	Platform  string
	VoterID   string // the platform's own id of the voter
	VotedAt   time.Time
}

const selectVotes = `
	select id, v.poll_id, question, v.option_id, label, creator_id, creator, platform, voter_id, v.voted_at
	from (select * from poll_votes v where %s and ($2 or (select public from polls p where p.poll_id = v.poll_id))
		order by voted_at desc, id desc limit nullif($1, 0)) v
	join polls using (poll_id) join poll_options o on o.poll_id = v.poll_id and o.option_id = v.option_id
	order by v.voted_at desc, id desc`

var votesNow, votesThen = fmt.Sprintf(selectVotes, "true"), fmt.Sprintf(selectVotes, "voted_at <= $3")

// PollVotes returns the votes that the filter chooses, the newest first.
func (s *Store) PollVotes(ctx context.Context, f BoardFilter) ([]PollVote, error) {
	return boards(ctx, s, f, "the votes", votesNow, votesThen, pgx.RowToStructByPos[PollVote])
}
