package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/control"
)

const (
	// recentUses is how many authors' uses LoadLane returns at most, the most
	// recent ones.
	recentUses = 100_000
	// recentBalances is how many balances LoadLane returns at most, those that
	// changed last. They are a lane's memory: some 100 bytes each.
	recentBalances = 500_000
)

// What a lane has to know about triggers besides its cooldowns.

// readConfig reads the settings in force and whether commands are paused.
func (st *LaneState) readConfig(ctx context.Context, tx pgx.Tx) error {
	rows, _ := tx.Query(ctx, `
		select lanes.paused, configs.hash, configs.settings from lanes
		left join configs on configs.creator_id = lanes.creator_id and configs.hash = lanes.config
		where lanes.creator_id = $1`, st.CreatorID)
	var hash *string
	var settings json.RawMessage
	_, err := pgx.ForEachRow(rows, []any{&st.Paused, &hash, &settings}, func() error {
		if hash != nil {
			st.Config = &Config{Hash: *hash, Settings: settings}
		}
		return nil
	})
	return err
}

// readLive reads which broadcasts are live. What the lane has learnt is on its row,
// and until it has learnt of one there is none: the table of broadcasts knows of
// them earlier. It has to do only for a lane that an earlier version left, which
// has no configuration on its row.
func (st *LaneState) readLive(ctx context.Context, tx pgx.Tx) (err error) {
	var known json.RawMessage
	earlier := false
	rows, _ := tx.Query(ctx, `select streams, stream_ref, config = '' from lanes where creator_id = $1`, st.CreatorID)
	if _, err := pgx.ForEachRow(rows, []any{&known, &st.StreamRef, &earlier}, func() error { return nil }); err != nil {
		return err
	}
	switch {
	case known != nil:
		if err := json.Unmarshal(known, &st.Live); err != nil {
			return fmt.Errorf("read which broadcasts are live: %w", err)
		}
		return nil
	case !earlier:
		return nil // it learns of all of them
	}
	rows, _ = tx.Query(ctx, selectStreams+` where creator_id = $1 and ended_at is null
		order by started_at, platform, stream_id`, st.CreatorID)
	if st.Live, err = pgx.CollectRows(rows, pgx.RowToStructByPos[control.Stream]); err != nil {
		return err
	}
	if len(st.Live) > 0 {
		st.StreamRef = string(st.Live[0].Platform) + ":" + st.Live[0].StreamID
	}
	return nil
}

func (st *LaneState) readUses(ctx context.Context, tx pgx.Tx) (err error) {
	const columns = `trigger_id, user_key, total, stream_ref, stream_total, last_seq`
	rows, _ := tx.Query(ctx, `
		select * from (
			select `+columns+` from trigger_uses where creator_id = $1 and user_key = ''
			union all (
				select `+columns+` from trigger_uses where creator_id = $1 and user_key <> ''
				order by last_seq desc, trigger_id desc, user_key desc limit $2
			)
		) uses order by last_seq, trigger_id, user_key`, st.CreatorID, recentUses)
	st.Uses, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Use])
	return err
}

func (st *LaneState) readVotes(ctx context.Context, tx pgx.Tx) (err error) {
	rows, _ := tx.Query(ctx, `
		select trigger_id, user_key, voted_at, false from threshold_votes
		where creator_id = $1 order by voted_at, trigger_id, user_key`, st.CreatorID)
	st.Votes, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Vote])
	return err
}

func (st *LaneState) readPoints(ctx context.Context, tx pgx.Tx) (err error) {
	rows, _ := tx.Query(ctx, `
		select user_key, balance from points where creator_id = $1 order by last_seq desc, user_key limit $2`, st.CreatorID, recentBalances)
	if st.Points, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Balance]); err != nil {
		return err
	}
	rows, _ = tx.Query(ctx, `
		select p.clip_id, p.user_key, p.trigger_id, -p.delta from point_changes p
		join clips on clips.clip_id = p.clip_id and clips.creator_id = p.creator_id and clips.over_seq is null
		where p.creator_id = $1 and p.clip_id <> '' and p.reason = 'spent' order by p.id`, st.CreatorID)
	st.Spends, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Spend])
	return err
}

func (st *LaneState) readLaid(ctx context.Context, tx pgx.Tx) (err error) {
	if st.Overlays, err = readOverlays(ctx, tx, st.CreatorID); err != nil {
		return err
	}
	st.ChatCounters, err = readChatCounters(ctx, tx, st.CreatorID)
	return err
}
