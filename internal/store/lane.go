package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/control"
)

// firstSeq is the first place in a lane's sequence. Place 0 belongs to rows that
// no lane decided.
const firstSeq = 1

// recentKeys is how many of the newest messages LoadLane returns at most.
const recentKeys = 4096

// longestCooldowns is how many cooldowns LoadLane returns at most: of authors' those
// that last longest.
const longestCooldowns = 100_000

// Cooldown keeps a trigger from firing again for a while.
type Cooldown struct {
	TriggerID string
	Scope     string    // "global" or "user:<platform>:<author id>"
	Until     time.Time // by the lane's clock
	FiredAt   time.Time // by the lane's clock
}

// LaneState is what a lane needs to go on where its predecessor stopped.
type LaneState struct {
	CreatorID      string
	NextSeq        int64     // next place to give; a new lane starts at 1
	Clock          time.Time // the lane's clock; zero for a new lane
	Cooldowns      []Cooldown
	ClipsRequested []time.Time      // of the last hour by the lane's clock, oldest first
	ActiveClips    []string         // ids of clips of whose end the lane has not learnt
	WaitingClips   []string         // those of them that only wait, as far as the lane has learnt
	Moments        []Moment         // clips that are not over and those of the last hour by the lane's clock, by time
	Asked          []ClipAsked      // for these clips, in the order in which they were decided
	Live           []control.Stream // broadcasts that have not ended as far as the lane has learnt
	StreamRef      string           // the stream that limits per stream count in
	Recent         []chat.Key       // newest messages, at most 4096, newest first

	Config       *Config   // in force; nil for a lane that never took one in
	Paused       bool      // commands are paused
	Uses         []Use     // everybody's and the 100,000 most recent of authors, least recent first
	Votes        []Vote    // oldest first
	Points       []Balance // the 500,000 that changed last
	Spends       []Spend   // for active clips
	ChatCounters []ChatCounter
	Overlays     []Overlay

	// LastEventAt is when the newest stored message of each platform was received.
	LastEventAt map[chat.Platform]time.Time
}

// LoadLane reads a creator's lane from the rows that its commits left. Cooldowns
// that ended more than an hour before the lane's clock are left out.
func (s *Store) LoadLane(ctx context.Context, creatorID string) (LaneState, error) {
	st := LaneState{CreatorID: creatorID, NextSeq: firstSeq}
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.pool, snapshot, func(tx pgx.Tx) error {
		for _, read := range []func(context.Context, pgx.Tx) error{
			st.readPosition, st.readCooldowns, st.readClips, st.readMoments, st.readLive, st.readRecent, st.readLastEvents,
			st.readConfig, st.readUses, st.readVotes, st.readPoints, st.readLaid,
		} {
			if err := read(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return LaneState{}, fmt.Errorf("load the lane of %s: %w", creatorID, err)
	}
	return st, nil
}

func (st *LaneState) readPosition(ctx context.Context, tx pgx.Tx) error {
	rows, _ := tx.Query(ctx, `select next_seq, clock from lanes where creator_id = $1`, st.CreatorID)
	_, err := pgx.ForEachRow(rows, []any{&st.NextSeq, &st.Clock}, func() error { return nil })
	return err
}

func (st *LaneState) readCooldowns(ctx context.Context, tx pgx.Tx) (err error) {
	rows, _ := tx.Query(ctx, `
		select * from (
			select trigger_id, scope, until, fired_at from cooldowns where creator_id = $1 and until > $2
			order by (scope like 'user:%'), until desc, trigger_id desc, scope desc limit $3
		) longest order by trigger_id, scope`,
		st.CreatorID, storable(st.Clock.Add(-time.Hour)), longestCooldowns)
	st.Cooldowns, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Cooldown])
	return err
}

func (st *LaneState) readClips(ctx context.Context, tx pgx.Tx) (err error) {
	rows, _ := tx.Query(ctx, `
		select requested_at from clips where creator_id = $1 and requested_at > $2
		order by requested_at`, st.CreatorID, storable(st.Clock.Add(-time.Hour)))
	if st.ClipsRequested, err = pgx.CollectRows(rows, pgx.RowTo[time.Time]); err != nil {
		return err
	}
	rows, _ = tx.Query(ctx, `
		select clip_id from clips
		where creator_id = $1 and over_seq is null order by requested_at, clip_id`, st.CreatorID)
	if st.ActiveClips, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		return err
	}
	rows, _ = tx.Query(ctx, `
		select clip_id from clips
		where creator_id = $1 and over_seq is null and waits_seq is not null order by requested_at, clip_id`, st.CreatorID)
	st.WaitingClips, err = pgx.CollectRows(rows, pgx.RowTo[string])
	return err
}

func (st *LaneState) readRecent(ctx context.Context, tx pgx.Tx) (err error) {
	rows, _ := tx.Query(ctx, `
		select platform, message_id from chat_events
		where creator_id = $1 order by lane_seq desc limit $2`, st.CreatorID, recentKeys)
	st.Recent, err = pgx.CollectRows(rows, pgx.RowToStructByPos[chat.Key])
	return err
}

func (st *LaneState) readLastEvents(ctx context.Context, tx pgx.Tx) error {
	rows, _ := tx.Query(ctx, `select platform, last_event_at from counters where creator_id = $1 and last_event_at is not null`, st.CreatorID)
	st.LastEventAt = map[chat.Platform]time.Time{}
	var platform chat.Platform
	var at time.Time
	_, err := pgx.ForEachRow(rows, []any{&platform, &at}, func() error {
		st.LastEventAt[platform] = at
		return nil
	})
	return err
}
