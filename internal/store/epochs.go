package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// ClaimCreators makes holder the one who may write and send for these creators:
// it raises their epochs and returns the new ones. It waits for commits of the
// former holder that are under way; everything that one does later is refused.
func (s *Store) ClaimCreators(ctx context.Context, holder string, creatorIDs []string) (map[string]int64, error) {
	// The order is that of every commit, so that two claims, or a claim and a
	// commit, never wait for each other in a circle.
	rows, _ := s.pool.Query(ctx, `
		insert into epochs (creator_id, epoch, holder)
		select distinct c collate "C", 1, $2 from unnest($1::text[]) c order by 1
		on conflict (creator_id) do update
		set epoch = epochs.epoch + 1, holder = excluded.holder, claimed_at = now()
		returning creator_id, epoch`, creatorIDs, holder)
	epochs, err := collectEpochs(rows)
	if err != nil {
		return nil, fmt.Errorf("claim creators: %w", err)
	}
	return epochs, nil
}

// Epochs returns the present epochs of these creators; one that was never claimed
// is not in the answer.
func (s *Store) Epochs(ctx context.Context, creatorIDs []string) (map[string]int64, error) {
	rows, _ := s.pool.Query(ctx, `select creator_id, epoch from epochs where creator_id = any($1)`, creatorIDs)
	epochs, err := collectEpochs(rows)
	if err != nil {
		return nil, fmt.Errorf("read epochs: %w", err)
	}
	return epochs, nil
}

// requireEpoch refuses what is to be written under an epoch of the creator that
// is outdated, with ErrStaleEpoch, and keeps the creator from being claimed until
// the transaction ends. A creator that nobody ever claimed has the epoch 0.
func requireEpoch(ctx context.Context, tx pgx.Tx, creatorID string, epoch int64) error {
	var now int64
	err := tx.QueryRow(ctx, `select epoch from epochs where creator_id = $1 for share`, creatorID).Scan(&now)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("check the epoch of %s: %w", creatorID, err)
	}
	if now != epoch {
		return fmt.Errorf("epoch %d of %s, which is at %d: %w", epoch, creatorID, now, ErrStaleEpoch)
	}
	return nil
}

func collectEpochs(rows pgx.Rows) (map[string]int64, error) {
	epochs := map[string]int64{}
	var id string
	var epoch int64
	_, err := pgx.ForEachRow(rows, []any{&id, &epoch}, func() error {
		epochs[id] = epoch
		return nil
	})
	return epochs, err
}
