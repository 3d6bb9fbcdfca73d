package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
)

const selectStreams = `select creator_id, platform, channel, stream_id, title, started_at, category, viewers from streams`

// RecordLive records that a broadcast was seen live. started reports whether that
// is news; then, in the same transaction, other open broadcasts of the creator on
// that platform end, and the lane, the session and the runtime events learn of it.
// A broadcast that is older than the open one is stale news and changes nothing.
//
// The lane learns again of a broadcast that it knows when title, channel or
// category changed, and of changed viewers once in two minutes.
//
// epoch is that under which the caller holds the creator: an answer that was read
// before the caller stood still must not open a broadcast that ended since. When
// it is outdated the error is ErrStaleEpoch.
func (s *Store) RecordLive(ctx context.Context, epoch int64, stream control.Stream) (started bool, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		if err := requireEpoch(ctx, tx, stream.CreatorID, epoch); err != nil {
			return err
		}
		open, err := lockOpenStreams(ctx, tx, stream.CreatorID, stream.Platform)
		if err != nil {
			return err
		}
		if stream.StartedAt.IsZero() {
			// Not every platform says when a broadcast began.
			if err := tx.QueryRow(ctx, `select now()`).Scan(&stream.StartedAt); err != nil {
				return err
			}
		}
		stream.StartedAt = storable(stream.StartedAt)
		var news streamNews
		for _, o := range open {
			switch {
			case o.StreamID == stream.StreamID:
				return refreshStream(ctx, tx, o, stream)
			case o.StartedAt.After(stream.StartedAt):
				return nil
			}
			if err := news.over(o, time.Time{}); err != nil {
				return err
			}
		}
		opened, err := openStream(ctx, tx, stream)
		if err != nil {
			return err
		}
		started = true
		if err := news.tell(control.DecideStreamLive, control.InboxStreamLive, stream, opened); err != nil {
			return err
		}
		return news.send(ctx, tx)
	})
	if err != nil {
		return false, fmt.Errorf("record the live stream %s of %s: %w", stream.StreamID, stream.CreatorID, err)
	}
	return started, nil
}

// RecordOffline records that a creator is not live on a platform as of the given
// instant, and returns the broadcasts that ended by that. The lane, the session and
// the runtime events learn of each in the same transaction. When the epoch under
// which the caller holds the creator is outdated, the error is ErrStaleEpoch.
func (s *Store) RecordOffline(
	ctx context.Context, epoch int64, creatorID string, p chat.Platform, at time.Time,
) (ended []control.Stream, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		if err := requireEpoch(ctx, tx, creatorID, epoch); err != nil {
			return err
		}
		open, err := lockOpenStreams(ctx, tx, creatorID, p)
		if err != nil {
			return err
		}
		var news streamNews
		for _, o := range open {
			if err := news.over(o, at); err != nil {
				return err
			}
			ended = append(ended, o.Stream)
		}
		return news.send(ctx, tx)
	})
	if err != nil {
		return nil, fmt.Errorf("record that %s is offline on %s: %w", creatorID, p, err)
	}
	return ended, nil
}

// LiveStreams returns the broadcasts that have not ended.
func (s *Store) LiveStreams(ctx context.Context) ([]control.Stream, error) {
	rows, _ := s.pool.Query(ctx, selectStreams+` where ended_at is null order by creator_id, platform, started_at, stream_id`)
	streams, err := pgx.CollectRows(rows, pgx.RowToStructByPos[control.Stream])
	if err != nil {
		return nil, fmt.Errorf("read the live streams: %w", err)
	}
	return streams, nil
}

// openedStream is an open broadcast, how often it was seen going live, and how
// often the lane was told of it since.
type openedStream struct {
	control.Stream
	Opened, Told int
	Tell         bool // the lane has not been told for viewersEvery
}

// viewersEvery is how often the lane learns of a changed number of viewers at
// most: each time is an input and a commit that waits for the disk.
const viewersEvery = 2 * time.Minute

// lockOpenStreams makes pollers of one creator and platform take turns, and returns
// the broadcasts that are open. A lock on rows would not do: there may be none.
func lockOpenStreams(ctx context.Context, tx pgx.Tx, creatorID string, p chat.Platform) ([]openedStream, error) {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('stream:' || $1 || ':' || $2, 0))`, creatorID, string(p))
	if err != nil {
		return nil, err
	}
	rows, _ := tx.Query(ctx, `
		select creator_id, platform, channel, stream_id, title, started_at, category, viewers, opened, told, told_at < now() - $3::interval
		from streams where creator_id = $1 and platform = $2 and ended_at is null order by started_at, stream_id`,
		creatorID, string(p), viewersEvery)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (o openedStream, err error) {
		err = row.Scan(&o.CreatorID, &o.Platform, &o.Channel, &o.StreamID, &o.Title, &o.StartedAt, &o.Category, &o.Viewers,
			&o.Opened, &o.Told, &o.Tell)
		return o, err
	})
}

// refreshStream notes how an open broadcast is now, and has the lane told when that
// is worth it.
func refreshStream(ctx context.Context, tx pgx.Tx, known openedStream, now control.Stream) error {
	renamed := known.Title != now.Title || known.Category != now.Category || known.Channel != now.Channel
	if !renamed && (known.Viewers == now.Viewers || !known.Tell) {
		_, err := tx.Exec(ctx, `
			update streams set seen_at = now() where creator_id = $1 and platform = $2 and stream_id = $3`,
			now.CreatorID, string(now.Platform), now.StreamID)
		return err
	}
	now.StartedAt = known.StartedAt
	body, err := json.Marshal(now)
	if err != nil {
		return err
	}
	var batch pgx.Batch
	batch.Queue(`
		update streams set title = $4, channel = $5, category = $6, viewers = $7, seen_at = now(), told = told + 1, told_at = now()
		where creator_id = $1 and platform = $2 and stream_id = $3`,
		now.CreatorID, string(now.Platform), now.StreamID, now.Title, now.Channel, now.Category, now.Viewers)
	unique := fmt.Sprintf("%s:told:%d", liveKey(control.DecideStreamLive, now, known.Opened), known.Told+1)
	queueInbox(&batch, now.CreatorID, control.InboxStreamLive, unique, body)
	return tx.SendBatch(ctx, &batch).Close()
}

// liveKey identifies the beginning or the end of a broadcast.
func liveKey(decide control.DecisionKind, stream control.Stream, opened int) string {
	return fmt.Sprintf("%s:%s:%s:%s:%d", decide, stream.CreatorID, stream.Platform, stream.StreamID, opened)
}

// openStream writes the row; a broadcast that was thought to be over is live again.
func openStream(ctx context.Context, tx pgx.Tx, stream control.Stream) (opened int, err error) {
	err = tx.QueryRow(ctx, `
		insert into streams as s (creator_id, platform, stream_id, channel, title, started_at, seen_at, category, viewers)
		values ($1, $2, $3, $4, $5, $6, now(), $7, $8)
		on conflict (creator_id, platform, stream_id) do update set
			channel = excluded.channel, title = excluded.title, seen_at = now(), ended_at = null, opened = s.opened + 1,
			category = excluded.category, viewers = excluded.viewers, told = 1, told_at = now()
		returning opened`,
		stream.CreatorID, string(stream.Platform), stream.StreamID, stream.Channel, stream.Title, storable(stream.StartedAt),
		stream.Category, stream.Viewers).Scan(&opened)
	return opened, err
}

// streamNews collects what others learn about broadcasts, with the runtime events
// last, as they have to be.
type streamNews struct {
	batch  pgx.Batch
	events []RuntimeEvent
}

// over ends an open broadcast at the given instant, or now when it is zero, and
// tells everybody.
func (n *streamNews) over(o openedStream, at time.Time) error {
	n.batch.Queue(`
		update streams set ended_at = greatest(started_at, coalesce($4, now()))
		where creator_id = $1 and platform = $2 and stream_id = $3`,
		o.CreatorID, string(o.Platform), o.StreamID, nullable(at))
	return n.tell(control.DecideStreamOver, control.InboxStreamOver, o.Stream, o.Opened)
}

// tell tells the lane, the session and the runtime events that a
// broadcast began or ended.
func (n *streamNews) tell(decide control.DecisionKind, inbox string, stream control.Stream, opened int) error {
	body, err := json.Marshal(stream)
	if err != nil {
		return err
	}
	decision := control.Decision{Key: string(decide) + ":" + stream.StreamID, Kind: decide, Stream: &stream}
	if opened > 1 {
		decision.Key += fmt.Sprintf(":%d", opened) // live again after it was thought to be over
	}
	signal, err := json.Marshal(decision)
	if err != nil {
		return err
	}
	unique := liveKey(decide, stream, opened)
	queueInbox(&n.batch, stream.CreatorID, inbox, unique, body)
	var rows outboxRows
	rows.add(Outbox{
		CreatorID: stream.CreatorID, Kind: OutboxSignal, DedupeKey: unique, Platform: stream.Platform, Channel: stream.Channel, Payload: signal,
	})
	rows.queue(&n.batch)
	queueNotice(&n.batch, ChannelOutbox, stream.CreatorID)
	message := fmt.Sprintf("%s went live on %s", stream.Channel, stream.Platform)
	if decide == control.DecideStreamOver {
		message = fmt.Sprintf("%s is no longer live on %s", stream.Channel, stream.Platform)
	}
	n.events = append(n.events, RuntimeEvent{
		Source: string(stream.Platform), Severity: SeverityInfo, Message: message, CreatorID: stream.CreatorID,
	})
	return nil
}

func (n *streamNews) send(ctx context.Context, tx pgx.Tx) error {
	if len(n.events) == 0 {
		return nil
	}
	for _, e := range n.events {
		queueRuntimeEvent(&n.batch, e)
	}
	return tx.SendBatch(ctx, &n.batch).Close()
}
