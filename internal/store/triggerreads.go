package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/chat"
)

const selectDecisions = `
	select lane_seq, trigger_id, platform, message_id, outcome = 'fired', step, detail, config, decided_at, author, creator_id
	from decisions`

func scanDecision(row pgx.CollectableRow) (d Decision, err error) {
	err = row.Scan(&d.LaneSeq, &d.TriggerID, &d.Key.Platform, &d.Key.MessageID, &d.Fired, &d.Step, &d.Detail, &d.Config, &d.At,
		&d.Author, &d.CreatorID)
	return d, err
}

// DecisionsOf returns what was decided about the messages of that id on all
// platforms, and about the operator's request of that id, in the order of the
// lanes.
func (s *Store) DecisionsOf(ctx context.Context, messageID string) ([]Decision, error) {
	rows, _ := s.pool.Query(ctx, selectDecisions+`
		where platform = any($1) and message_id = $2 order by creator_id, lane_seq, trigger_id`, decidingPlatforms(), messageID)
	decisions, err := pgx.CollectRows(rows, scanDecision)
	if err != nil {
		return nil, fmt.Errorf("read the decisions about message %s: %w", messageID, err)
	}
	return decisions, nil
}

// decidingPlatforms are the platforms that decisions carry: the real ones, and that
// of operators' requests.
func decidingPlatforms() []string {
	names := []string{"operator"}
	for _, p := range chat.Platforms {
		names = append(names, string(p))
	}
	return names
}

// eventFields are the columns of a chat event that scanEvent reads.
const eventFields = `platform, message_id, creator_id, lane_seq, channel, author_id, author_login, author_name, roles, text,
	reply_to, shared_from, self, sent_at, received_at, kind, amount, unit, target, history`

func scanEvent(row pgx.CollectableRow) (e Event, err error) {
	var roles int32
	err = row.Scan(&e.Platform, &e.MessageID, &e.CreatorID, &e.LaneSeq, &e.Channel, &e.Author.ID, &e.Author.Login, &e.Author.Name,
		&roles, &e.Text, &e.ReplyTo, &e.SharedFrom, &e.Self, &e.SentAt, &e.ReceivedAt, &e.Kind, &e.Amount, &e.Unit,
		&e.Target, &e.History)
	e.Author.Roles = chat.Roles(roles)
	return e, err
}

// Message returns a stored chat event, or ErrNotFound. Its text and names are
// empty unless the creator has them recorded.
func (s *Store) Message(ctx context.Context, key chat.Key) (Event, error) {
	days, err := s.chatDays(ctx)
	if err != nil {
		return Event{}, err
	}
	// The primary key begins with the day. What has no partition of its own is
	// little.
	rows, _ := s.pool.Query(ctx, `
		select `+eventFields+` from chat_events where day = any($1) and platform = $2 and message_id = $3
		union all
		select `+eventFields+` from `+defaultPartition+` where platform = $2 and message_id = $3
		limit 1`, days, string(key.Platform), key.MessageID)
	return oneRow(rows, scanEvent, fmt.Sprintf("%s message %s", key.Platform, key.MessageID))
}

// chatDays lists the days that have partitions.
func (s *Store) chatDays(ctx context.Context) ([]time.Time, error) {
	names, err := s.partitions(ctx)
	if err != nil {
		return nil, err
	}
	var days []time.Time
	for _, name := range names {
		if day, err := time.Parse(partitionPrefix+partitionLayout, name); err == nil {
			days = append(days, day)
		}
	}
	return days, nil
}

// TriggerOverlays returns what is laid over a creator's triggers, by trigger.
func (s *Store) TriggerOverlays(ctx context.Context, creatorID string) ([]Overlay, error) {
	overlays, err := readOverlays(ctx, s.pool, creatorID)
	if err != nil {
		return nil, fmt.Errorf("read the overlays of %s: %w", creatorID, err)
	}
	return overlays, nil
}

// TriggerChanges returns what was changed of a creator's triggers, counters and
// pause, the newest first, at most limit.
func (s *Store) TriggerChanges(ctx context.Context, creatorID string, limit int) ([]TriggerChange, error) {
	rows, _ := s.pool.Query(ctx, `
		select lane_seq, subject, action, changed_by, name, changed_at, before, after from trigger_changes
		where creator_id = $1 order by id desc limit $2`, creatorID, limit)
	changes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[TriggerChange])
	if err != nil {
		return nil, fmt.Errorf("read the changes of %s: %w", creatorID, err)
	}
	return changes, nil
}

// ChatCounters returns a creator's counters by name.
func (s *Store) ChatCounters(ctx context.Context, creatorID string) ([]ChatCounter, error) {
	counters, err := readChatCounters(ctx, s.pool, creatorID)
	if err != nil {
		return nil, fmt.Errorf("read the counters of %s: %w", creatorID, err)
	}
	return counters, nil
}

// Settings returns the configuration of that hash, trigger.Settings as JSON, under
// which a creator's lane evaluated, or ErrNotFound.
func (s *Store) Settings(ctx context.Context, creatorID, hash string) (json.RawMessage, error) {
	rows, _ := s.pool.Query(ctx, `select settings from configs where creator_id = $1 and hash = $2`, creatorID, hash)
	return oneRow(rows, pgx.RowTo[json.RawMessage], "configuration "+hash+" of "+creatorID)
}

// LaneInForce is under what a creator's lane evaluates, and how far it is.
type LaneInForce struct {
	Config string // hash of the configuration
	// NextSeq is the place of the next event: while it stands, nothing was decided.
	NextSeq int64
}

// LanesInForce returns the lanes that evaluate, by creator. A creator whose lane has
// taken no configuration in is left out.
func (s *Store) LanesInForce(ctx context.Context, creatorIDs []string) (map[string]LaneInForce, error) {
	rows, _ := s.pool.Query(ctx, `select creator_id, config, next_seq from lanes where creator_id = any($1) and config <> ''`, creatorIDs)
	lanes := make(map[string]LaneInForce, len(creatorIDs))
	var creator string
	var lane LaneInForce
	_, err := pgx.ForEachRow(rows, []any{&creator, &lane.Config, &lane.NextSeq}, func() error {
		lanes[creator] = lane
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read which configurations are in force: %w", err)
	}
	return lanes, nil
}

// CommandsPaused reports whether a creator's commands are paused.
func (s *Store) CommandsPaused(ctx context.Context, creatorID string) (paused bool, err error) {
	err = s.pool.QueryRow(ctx, `select paused from lanes where creator_id = $1`, creatorID).Scan(&paused)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return false, fmt.Errorf("read whether the commands of %s are paused: %w", creatorID, err)
	}
	return paused, nil
}

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func readOverlays(ctx context.Context, from querier, creatorID string) ([]Overlay, error) {
	rows, _ := from.Query(ctx, `
		select trigger_id, patch, changed_by, changed_at, lane_seq from trigger_overlays
		where creator_id = $1 order by trigger_id`, creatorID)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Overlay])
}

func readChatCounters(ctx context.Context, from querier, creatorID string) ([]ChatCounter, error) {
	rows, _ := from.Query(ctx, `select name, value from chat_counters where creator_id = $1 order by name`, creatorID)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[ChatCounter])
}
