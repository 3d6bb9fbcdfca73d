package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/streamsuites/streamsuites/internal/control"
)

// What operators and hosts leave for lanes. All of it is idempotent by a key.

// PutPointGrant leaves points for a creator's lane to give or take. A second grant
// of the same request id is not written and is no error.
func (s *Store) PutPointGrant(ctx context.Context, creatorID, requestID string, grant control.PointGrant) error {
	return s.PutInbox(ctx, creatorID, control.InboxPointGrant, orderKey(control.InboxPointGrant, creatorID, requestID), grant)
}

// PutTriggerOrder leaves an operator's change of triggers for a creator's lane. A
// second order of the same request id is not written and is no error.
func (s *Store) PutTriggerOrder(ctx context.Context, creatorID string, order control.TriggerOrder) error {
	return s.PutInbox(ctx, creatorID, control.InboxTriggerOrder,
		orderKey(control.InboxTriggerOrder, creatorID, order.RequestID), order)
}

func orderKey(kind, creatorID, requestID string) string {
	return kind + ":" + creatorID + ":" + requestID
}

// PutConfig leaves a changed configuration, trigger.Settings as JSON, for the lane
// of a creator that the caller holds under epoch. A second one of the same key is
// not written and is no error. When the epoch is outdated the error is
// ErrStaleEpoch: the new holder knows better.
func (s *Store) PutConfig(ctx context.Context, creatorID string, epoch int64, key string, settings json.RawMessage) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if err := requireEpoch(ctx, tx, creatorID, epoch); err != nil {
			return err
		}
		var batch pgx.Batch
		queueInbox(&batch, creatorID, control.InboxConfig, orderKey(control.InboxConfig, creatorID, key), settings)
		return tx.SendBatch(ctx, &batch).Close()
	})
	if err != nil {
		return fmt.Errorf("leave a configuration for the lane of %s: %w", creatorID, err)
	}
	return nil
}

// InboxDone reports whether a lane has taken in the row of that kind and request
// id, and where in its sequence. ErrNotFound says that there is no such row (any
// more).
func (s *Store) InboxDone(ctx context.Context, creatorID, kind, requestID string) (laneSeq int64, done bool, err error) {
	rows, _ := s.pool.Query(ctx, `select lane_seq from inbox where dedupe_key = $1`, orderKey(kind, creatorID, requestID))
	seq, err := oneRow(rows, pgx.RowTo[*int64], kind+" "+requestID)
	if err != nil || seq == nil {
		return 0, false, err
	}
	return *seq, true, nil
}
