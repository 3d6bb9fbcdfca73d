package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// ClipAsked is somebody's part in a clip: that of whoever had it made, or of one who
// asked for the same moment afterwards. An author has one part in a clip at most.
type ClipAsked struct {
	ClipID    string
	UserKey   string        // "<platform>:<author id>", or "operator:<name>"
	Platform  chat.Platform // "operator" for operators
	Channel   string
	MessageID string // what the author said, or the id of an operator's request
	Name      string // as shown
	At        time.Time
	LaneSeq   int64 // where it was decided; 0 for the clips of earlier versions
}

// Moment is a clip as a lane has to know it to see who asks for the same moment.
type Moment struct {
	ClipID string
	At     time.Time // what it is anchored on
	Over   string    // how it ended as far as the lane has learnt: published, failed, or empty
	URL    string    // of a published one
}

const selectAsked = `select clip_id, user_key, platform, channel, message_id, name, asked_at, lane_seq from clip_requests`

// ClipAsked returns who asked for a clip, the first one first. A clip that does not
// exist was asked for by nobody.
func (s *Store) ClipAsked(ctx context.Context, clipID string) ([]ClipAsked, error) {
	rows, _ := s.pool.Query(ctx, selectAsked+` where clip_id = $1 order by lane_seq, asked_at, user_key`, clipID)
	asked, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ClipAsked])
	if err != nil {
		return nil, fmt.Errorf("read who asked for clip %s: %w", clipID, err)
	}
	return asked, nil
}

// ClipAskedCounts returns how many asked for each of the clips, by clip.
func (s *Store) ClipAskedCounts(ctx context.Context, clipIDs []string) (map[string]int, error) {
	rows, _ := s.pool.Query(ctx, `select clip_id, count(*) from clip_requests where clip_id = any($1) group by clip_id`, clipIDs)
	counts := make(map[string]int, len(clipIDs))
	var id string
	var n int
	_, err := pgx.ForEachRow(rows, []any{&id, &n}, func() error {
		counts[id] = n
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count who asked for %d clips: %w", len(clipIDs), err)
	}
	return counts, nil
}

// readMoments reads the clips that requests may still join, and who asked for them:
// those that are not over and those of the last hour by the lane's clock. How a clip
// ended is what the lane last learnt of it, not what has become of it since.
func (st *LaneState) readMoments(ctx context.Context, tx pgx.Tx) (err error) {
	const ours = `creator_id = $1 and (over_seq is null or requested_at > $2)`
	since := storable(st.Clock.Add(-time.Hour))
	rows, _ := tx.Query(ctx, `
		select clip_id, requested_at, coalesce(result.payload->>'State', ''), coalesce(result.payload->>'URL', '')
		from (select * from clips where `+ours+`) clips left join lateral (
			select payload from inbox i
			where i.creator_id = clips.creator_id and i.lane_seq >= clips.over_seq and i.kind = 'clip_result'
				and i.payload->>'ClipID' = clips.clip_id
			order by i.lane_seq desc limit 1
		) result on true order by requested_at, clip_id`, st.CreatorID, since)
	if st.Moments, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Moment]); err != nil {
		return err
	}
	rows, _ = tx.Query(ctx, selectAsked+` where clip_id in (select clip_id from clips where `+ours+`)
		order by lane_seq, asked_at, user_key`, st.CreatorID, since)
	st.Asked, err = pgx.CollectRows(rows, pgx.RowToStructByPos[ClipAsked])
	return err
}

// queueAsked writes who asked for clips. It comes after queueClips, which makes the
// clips of the same commit.
func queueAsked(b *pgx.Batch, lanes []LaneCommit) {
	var creators, clips, users, platforms, channels, messages, names []string
	var ats []time.Time
	var seqs []int64
	for i := range lanes {
		for _, a := range lanes[i].Asked {
			creators, clips, users = append(creators, lanes[i].CreatorID), append(clips, a.ClipID), append(users, a.UserKey)
			platforms, channels = append(platforms, string(a.Platform)), append(channels, a.Channel)
			messages, names = append(messages, a.MessageID), append(names, a.Name)
			ats, seqs = append(ats, storable(a.At)), append(seqs, a.LaneSeq)
		}
	}
	if len(clips) == 0 {
		return
	}
	b.Queue(`
		insert into clip_requests (creator_id, clip_id, user_key, platform, channel, message_id, name, asked_at, lane_seq)
		select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
			$8::timestamptz[], $9::bigint[])`,
		creators, clips, users, platforms, channels, messages, names, ats, seqs)
}
