package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype/zeronull"

	"github.com/streamsuites/streamsuites/internal/budget"
)

// OutboxState is where an outbox row stands.
type OutboxState string

// The states of outbox rows.
const (
	OutboxPending OutboxState = "pending"
	OutboxSending OutboxState = "sending" // claimed; whether it was sent is not known yet
	OutboxSent    OutboxState = "sent"
	OutboxUnknown OutboxState = "unknown" // claimed by a holder that died; not sent again
	OutboxDropped OutboxState = "dropped" // worthless by now, or nobody to send it to
	OutboxFailed  OutboxState = "failed"  // refused for good
)

// ErrOutboxState says that an outbox row cannot change to the state asked for.
var ErrOutboxState = errors.New("the outbox row cannot change to that state")

// outboxRows collects outbox rows for one insert statement.
type outboxRows struct {
	creators, kinds, keys, platforms, channels, payloads []string
	seqs                                                 []int64
	classes                                              []int16
	notAfter, created                                    []zeronull.Timestamptz
}

func (r *outboxRows) add(o Outbox) {
	r.creators, r.kinds, r.keys = append(r.creators, o.CreatorID), append(r.kinds, string(o.Kind)), append(r.keys, o.DedupeKey)
	r.platforms, r.channels = append(r.platforms, string(o.Platform)), append(r.channels, o.Channel)
	r.payloads, r.seqs = append(r.payloads, string(o.Payload)), append(r.seqs, o.LaneSeq)
	r.classes = append(r.classes, int16(o.Class))
	r.notAfter, r.created = append(r.notAfter, nullable(o.NotAfter)), append(r.created, nullable(o.CreatedAt))
}

// queue queues the insert; its rows are the ids and dedupe keys.
func (r *outboxRows) queue(b *pgx.Batch) *pgx.QueuedQuery {
	return b.Queue(`
		insert into outbox (creator_id, lane_seq, kind, dedupe_key, platform, channel, payload, class, not_after, created_at)
		select creator_id, lane_seq, kind, dedupe_key, platform, channel, payload::jsonb, class, not_after, coalesce(created_at, now())
		from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::smallint[],
			$9::timestamptz[], $10::timestamptz[]) with ordinality
			as given (creator_id, lane_seq, kind, dedupe_key, platform, channel, payload, class, not_after, created_at, place)
		order by place
		returning id, dedupe_key`,
		r.creators, r.seqs, r.kinds, r.keys, r.platforms, r.channels, r.payloads, r.classes, r.notAfter, r.created)
}

// PendingOutbox returns rows of that kind that wait to be claimed, of these
// creators, oldest first, at most limit.
func (s *Store) PendingOutbox(ctx context.Context, creatorIDs []string, kind OutboxKind, limit int) ([]Outbox, error) {
	rows, _ := s.pool.Query(ctx, `
		select id, creator_id, lane_seq, kind, dedupe_key, platform, channel, payload, class, not_after, created_at, attempts
		from outbox where state = 'pending' and creator_id = any($1) and kind = $2 order by id limit $3`, creatorIDs, kind, limit)
	return collectOutbox(rows)
}

// OutboxQueue is what one sender of a creator works off.
type OutboxQueue struct {
	Kind  OutboxKind
	Least budget.Class // of the rows
	Most  budget.Class
}

// QueueOf holds all rows of a kind.
func QueueOf(kind OutboxKind) OutboxQueue {
	return OutboxQueue{Kind: kind, Least: budget.Notice, Most: budget.Moderator}
}

// ResumeOutbox is PendingOutbox for the one who sends what is in one of a creator's
// queues and has none of it in hand, with the most urgent first: what holder claimed
// without ever hearing that it had, because the answer was lost, was never sent and is
// pending again.
func (s *Store) ResumeOutbox(ctx context.Context, creatorID string, q OutboxQueue, holder string, limit int) ([]Outbox, error) {
	rows, _ := s.pool.Query(ctx, `
		with unheard as (
			update outbox set state = 'pending'
			where creator_id = $1 and kind = $2 and class between $5 and $6 and state = 'sending' and claimed_by = $3 returning *
		)
		select id, creator_id, lane_seq, kind, dedupe_key, platform, channel, payload, class, not_after, created_at, attempts from (
			select * from outbox where state = 'pending' and creator_id = $1 and kind = $2 and class between $5 and $6
			union all select * from unheard
		) waiting order by class desc, id limit $4`, creatorID, q.Kind, holder, limit, int16(q.Least), int16(q.Most))
	return collectOutbox(rows)
}

// UnsentOutbox returns those of the creators that have rows which are pending, or
// which holder has claimed and not finished.
func (s *Store) UnsentOutbox(ctx context.Context, creatorIDs []string, holder string) ([]string, error) {
	rows, _ := s.pool.Query(ctx, `
		select distinct creator_id from outbox
		where state in ('pending', 'sending') and creator_id = any($1) and (state = 'pending' or claimed_by = $2)`, creatorIDs, holder)
	creators, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read whose outbox is not empty: %w", err)
	}
	return creators, nil
}

func collectOutbox(rows pgx.Rows) ([]Outbox, error) {
	pending, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o Outbox, err error) {
		err = row.Scan(&o.ID, &o.CreatorID, &o.LaneSeq, &o.Kind, &o.DedupeKey, &o.Platform, &o.Channel, &o.Payload, &o.Class,
			orZero(&o.NotAfter), &o.CreatedAt, &o.Attempts)
		return o, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the outbox: %w", err)
	}
	return pending, nil
}

// ClaimOutbox takes a pending row for sending. It returns false when the row is
// not pending: somebody else has it, or it is done. It returns ErrStaleEpoch when
// the creator was claimed by another holder since; then it must not be sent.
func (s *Store) ClaimOutbox(ctx context.Context, id int64, creatorID string, epoch int64, holder string) (bool, error) {
	var fenced, claimed int
	// FOR SHARE waits for a claim of the creator that is under way and then sees
	// the epoch that it left.
	err := s.pool.QueryRow(ctx, `
		with fence as materialized (
			select from epochs where creator_id = $2 and epoch = $3 for share
		), claimed as (
			update outbox set state = 'sending', attempts = attempts + 1, claimed_by = $4, claimed_at = now()
			where id = $1 and creator_id = $2 and state = 'pending' and exists (select from fence)
			returning id
		)
		select (select count(*) from fence), (select count(*) from claimed)`, id, creatorID, epoch, holder).Scan(&fenced, &claimed)
	switch {
	case err != nil:
		return false, fmt.Errorf("claim outbox row %d: %w", id, err)
	case fenced == 0:
		return false, fmt.Errorf("claim outbox row %d of %s: %w", id, creatorID, ErrStaleEpoch)
	}
	return claimed == 1, nil
}

// FinishOutbox records what became of a row: sent, unknown, dropped or failed, or
// pending to do again what may be repeated, which is everything but a reply. errText says why, without secrets. It is safe to
// repeat. ErrOutboxState says that the row is in a state from which this cannot
// follow, for example a reply that would be sent a second time.
func (s *Store) FinishOutbox(ctx context.Context, id int64, state OutboxState, errText string) error {
	// A holder that lost its creators may still report what it did send: that is
	// better knowledge than "unknown", and than "pending" for a signal.
	row := finished{now: state}
	err := s.pool.QueryRow(ctx, `
		with before as (select state from outbox where id = $1)
		update outbox set state = $2, error = $3, finished_at = case when $2 = 'pending' then null else now() end
		where id = $1 and case $2
			when 'pending' then kind <> 'reply' and state in ('pending', 'sending')
			when 'sent' then state in ('sending', 'unknown', 'sent') or kind <> 'reply' and state = 'pending'
			when 'unknown' then state in ('sending', 'unknown')
			when 'dropped' then state in ('pending', 'sending', 'dropped')
			when 'failed' then state in ('pending', 'sending', 'unknown', 'failed')
			else false end
		returning (select state from before), kind, platform, channel, creator_id, coalesce(payload->>'ClipID', '')`,
		id, string(state), errText).Scan(&row.before, &row.kind, &row.platform, &row.channel, &row.creatorID, &row.clipID)
	if errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("finish outbox row %d as %s: %w", id, state, ErrOutboxState)
	}
	if err != nil {
		return fmt.Errorf("finish outbox row %d: %w", id, err)
	}
	if event, worth := row.news(); worth {
		return s.addRuntimeEvents(ctx, []RuntimeEvent{event})
	}
	return nil
}

// finished is an outbox row that has come to an end.
type finished struct {
	before, now                          OutboxState
	kind                                 OutboxKind
	platform, channel, creatorID, clipID string
}

// news is the event for a reply that was just sent, or that surely did not get
// through. It has no text: that is chat.
func (f finished) news() (RuntimeEvent, bool) {
	e := RuntimeEvent{Source: f.platform, Severity: SeverityInfo, ClipID: f.clipID, CreatorID: f.creatorID}
	if f.kind != OutboxReply || f.before == f.now {
		return e, false
	}
	about := ""
	if f.clipID != "" {
		about = " about clip " + f.clipID
	}
	switch f.now {
	case OutboxSent:
		e.Message = fmt.Sprintf("Answered in the chat of %s%s", f.channel, about)
	case OutboxFailed, OutboxDropped:
		e.Severity, e.Message = SeverityWarning, fmt.Sprintf("An answer in the chat of %s%s was not sent", f.channel, about)
	default:
		return e, false
	}
	return e, true
}

// RecoverOutbox settles what former holders of the creators had claimed and not
// finished: replies become unknown, because they may have been sent, and the others
// become pending again, because repeating one does no harm. unknown counts the
// replies. Creators whose epoch is outdated are left alone.
func (s *Store) RecoverOutbox(ctx context.Context, epochs map[string]int64) (unknown int, err error) {
	creators, numbers := make([]string, 0, len(epochs)), make([]int64, 0, len(epochs))
	for id, epoch := range epochs {
		creators, numbers = append(creators, id), append(numbers, epoch)
	}
	err = s.pool.QueryRow(ctx, `
		with given as (
			select * from unnest($1::text[], $2::bigint[]) as g (creator_id, epoch)
		), fence as materialized (
			select epochs.creator_id from epochs join given on given.creator_id = epochs.creator_id and given.epoch = epochs.epoch
			order by epochs.creator_id for share of epochs
		), settled as (
			update outbox set
				state = case kind when 'reply' then 'unknown' else 'pending' end,
				finished_at = case kind when 'reply' then now() end,
				error = 'the sender was lost while sending'
			where state = 'sending' and creator_id in (select creator_id from fence)
			returning state
		)
		select count(*) filter (where state = 'unknown') from settled`, creators, numbers).Scan(&unknown)
	if err != nil {
		return 0, fmt.Errorf("settle the outbox of former holders: %w", err)
	}
	return unknown, nil
}

// PruneOutbox deletes rows that were finished before the given instant. Their
// dedupe keys are forgotten with them, so the instant has to be longer ago than
// anything is ever repeated. What lanes took in from the inbox belongs to the event
// log and is kept as long as chat; see PruneChat.
func (s *Store) PruneOutbox(ctx context.Context, before time.Time) (int64, error) {
	ctx = patiently(ctx)
	tag, err := s.pool.Exec(ctx,
		`delete from outbox where finished_at < $1 and state not in ('pending', 'sending')`, storable(before))
	if err != nil {
		return 0, fmt.Errorf("prune the outbox: %w", err)
	}
	return tag.RowsAffected(), nil
}
