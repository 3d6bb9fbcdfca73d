package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// captureSlack is how far outside its own life a capture is still the one to ask
// about an instant: recorders start after the stream does, and clips are asked for
// after it ended.
const captureSlack = time.Minute

// captureSilence is after how long without a word from its recorder, which writes
// every two seconds, a capture counts as interrupted: the process that ran it died
// or stands still, and nobody wrote the end.
const captureSilence = 30 * time.Second

// Capture is a recorder that runs or ran: which host holds which buffer. One that
// is interrupted reads as if it had ended with its recorder's last word; it runs
// again as soon as that is heard of.
type Capture struct {
	CreatorID string
	StreamID  string
	Host      string // id of the host whose state directory holds the files
	Platform  string
	Dir       string // relative to that host's state directory
	State     string // connecting, waiting, recording, stalled, standby, ended, failed; interrupted when nobody wrote the end
	Error     string
	OldestAt  time.Time // wall-clock start of the buffer; zero while empty
	NewestAt  time.Time // wall-clock end of the buffer; zero while empty
	StartedAt time.Time // zero means now when it is first saved
	UpdatedAt time.Time // set by the store
	EndedAt   time.Time // zero while it runs
	Segments  int64
	Bytes     int64
	Gaps      int64
}

// SaveCapture writes where a recorder stands, and a runtime event when its state
// changed. The start of a capture that exists stays. A recorder that stood still
// may write that it ended over the row of its successor on the same host: that one
// writes again within two seconds, and until then its buffer is found all the same.
func (s *Store) SaveCapture(ctx context.Context, c Capture) error {
	events, err := saveCapture(ctx, s.pool, c)
	if err != nil {
		return err
	}
	return s.addRuntimeEvents(ctx, events)
}

// rower is a pool or a transaction.
type rower interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// saveCapture writes the row and returns what is worth telling about it.
func saveCapture(ctx context.Context, q rower, c Capture) ([]RuntimeEvent, error) {
	var before string
	var silent time.Duration
	err := q.QueryRow(ctx, `
		with before as (select state, case when ended_at is null then now() - updated_at else '0' end as silent from captures where creator_id = $1 and stream_id = $2 and host = $3)
		insert into captures (creator_id, stream_id, host, platform, dir, state, error, oldest_at, newest_at, segments, bytes, gaps,
			started_at, ended_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, coalesce($13, now()), $14)
		on conflict (creator_id, stream_id, host) do update set
			platform = excluded.platform, dir = excluded.dir, state = excluded.state, error = excluded.error,
			oldest_at = excluded.oldest_at, newest_at = excluded.newest_at, segments = excluded.segments, bytes = excluded.bytes,
			gaps = excluded.gaps, ended_at = excluded.ended_at, updated_at = now()
		returning coalesce((select state from before), ''), coalesce((select silent from before), '0')`,
		c.CreatorID, c.StreamID, c.Host, c.Platform, c.Dir, c.State, c.Error, nullable(c.OldestAt), nullable(c.NewestAt),
		c.Segments, c.Bytes, c.Gaps, nullable(c.StartedAt), nullable(c.EndedAt)).Scan(&before, &silent)
	if err != nil {
		return nil, fmt.Errorf("save the capture of %s: %w", c.CreatorID, err)
	}
	var events []RuntimeEvent
	if silent > captureSilence {
		events = append(events, RuntimeEvent{
			Source: "capture", Severity: SeverityWarning, CreatorID: c.CreatorID,
			Message: fmt.Sprintf("The recording of %s was interrupted for %s", c.CreatorID, silent.Round(time.Second)),
		})
	}
	if event, worth := c.news(before); worth {
		events = append(events, event)
	}
	return events, nil
}

// news is the event for a capture that was in another state before.
func (c Capture) news(before string) (RuntimeEvent, bool) {
	e := RuntimeEvent{Source: "capture", Severity: SeverityInfo, CreatorID: c.CreatorID}
	if c.State == before {
		return e, false
	}
	switch c.State {
	case "recording":
		e.Message = "Recording the stream of " + c.CreatorID
	case "stalled":
		e.Severity, e.Message = SeverityWarning, fmt.Sprintf("The stream of %s brings nothing: %s", c.CreatorID, c.Error)
	case "waiting":
		e.Severity, e.Message = SeverityWarning, fmt.Sprintf("The stream of %s is not recorded yet: %s", c.CreatorID, c.Error)
	case "failed":
		e.Severity, e.Message = SeverityError, fmt.Sprintf("The stream of %s cannot be recorded: %s", c.CreatorID, c.Error)
	case "ended":
		e.Message = "The recording of " + c.CreatorID + " ended"
	default:
		return e, false
	}
	return e, true
}

// selectCaptures reads captures as they are now: one whose recorder is silent has
// ended with its last word.
var selectCaptures = fmt.Sprintf(`
	select creator_id, stream_id, host, platform, dir, state, error, oldest_at, newest_at, started_at, updated_at, ended_at,
		segments, bytes, gaps
	from (
		select creator_id, stream_id, host, platform, dir, error, oldest_at, newest_at, started_at, updated_at, segments, bytes, gaps,
			case when silent then 'interrupted' else state end as state,
			case when silent then coalesce(ended_at, updated_at) else ended_at end as ended_at
		from (select *, (ended_at is null or state = 'standby') and updated_at < now() - interval '%d seconds' as silent from captures) as c
	) as captures`, int(captureSilence.Seconds()))

func scanCapture(row pgx.CollectableRow) (c Capture, err error) {
	err = row.Scan(&c.CreatorID, &c.StreamID, &c.Host, &c.Platform, &c.Dir, &c.State, &c.Error, orZero(&c.OldestAt), orZero(&c.NewestAt),
		&c.StartedAt, &c.UpdatedAt, orZero(&c.EndedAt), &c.Segments, &c.Bytes, &c.Gaps)
	return c, err
}

// Captures returns every capture, the newest first.
func (s *Store) Captures(ctx context.Context) ([]Capture, error) {
	rows, _ := s.pool.Query(ctx, selectCaptures+` order by started_at desc, creator_id, stream_id, host`)
	captures, err := pgx.CollectRows(rows, scanCapture)
	if err != nil {
		return nil, fmt.Errorf("list captures: %w", err)
	}
	return captures, nil
}

// CaptureFor returns the capture that recorded, or records, a creator's stream at
// the given instant, within a minute. Of several it is one whose buffer holds the
// instant, or will when it has come so far, and of those the newest; one that only
// ever stood by is no answer. It returns ErrNotFound when there is none.
func (s *Store) CaptureFor(ctx context.Context, creatorID string, at time.Time) (Capture, error) {
	rows, _ := s.pool.Query(ctx, selectCaptures+`
		where creator_id = $1 and started_at <= $2::timestamptz + $3::interval
			and coalesce(ended_at, 'infinity') >= $2::timestamptz - $3::interval
			and not (state = 'standby' and oldest_at is null)
		order by coalesce($2 >= oldest_at and (ended_at is null or $2 <= newest_at), false) desc,
			ended_at is not null and oldest_at is null, started_at desc limit 1`,
		creatorID, storable(at), captureSlack)
	return oneRow(rows, scanCapture, "capture of "+creatorID)
}

// Holds tells whether the buffer holds the instant, or will when it has come so
// far.
func (c Capture) Holds(at time.Time) bool {
	return !c.OldestAt.IsZero() && !at.Before(c.OldestAt) && (c.EndedAt.IsZero() || !at.After(c.NewestAt))
}

// PruneCaptures forgets captures that ended, or were interrupted, before the given
// instant.
func (s *Store) PruneCaptures(ctx context.Context, before time.Time) (int64, error) {
	tag, err := s.pool.Exec(ctx, `delete from captures where coalesce(ended_at, updated_at) < $1`, storable(before))
	if err != nil {
		return 0, fmt.Errorf("prune captures: %w", err)
	}
	return tag.RowsAffected(), nil
}
