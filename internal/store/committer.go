package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// Committer writes what lanes decided. It owns one connection, so that commits
// follow each other and never wait for one from the pool. It is safe for
// concurrent use; calls take turns.
type Committer struct {
	mu     sync.Mutex
	cfg    *pgx.ConnConfig
	conn   *pgx.Conn // nil while disconnected
	events copyRows
}

// OpenCommitter connects a Committer to the database.
func OpenCommitter(ctx context.Context, databaseURL string) (*Committer, error) {
	pool, err := parse(databaseURL)
	if err != nil {
		return nil, err
	}
	cfg := pool.ConnConfig
	// While COPY waits for rows the server does not count the session as idle, so
	// a holder that was stopped there is bounded by this instead.
	cfg.RuntimeParams["statement_timeout"] = "10s"
	conn, err := dial(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return &Committer{cfg: cfg, conn: conn}, nil
}

// Close closes the connection; a commit under way finishes first.
func (c *Committer) Close(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == nil {
		return nil
	}
	err := c.conn.Close(ctx)
	c.conn = nil
	return err
}

// Commit writes what the lanes decided in one transaction. Rows of creators whose
// epoch is outdated are dropped and the others are written; see
// CommitResult.Stale.
//
// When it returns an error nothing is known to be written, and after a broken
// connection everything may be: the lanes have to be loaded again. The error is a
// *ConflictError when something given exists already, a *BadRowError when
// Postgres cannot store something given, a *SequenceError when a lane's place in
// the sequence is not where its last commit left it. After a broken connection the next call connects
// again.
func (c *Committer) Commit(ctx context.Context, lanes []LaneCommit) (CommitResult, error) {
	if err := checkDistinct(lanes); err != nil {
		return CommitResult{}, err
	}
	if len(lanes) == 0 {
		return CommitResult{}, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	tx, err := c.begin(ctx)
	if err != nil {
		return CommitResult{}, fmt.Errorf("begin a commit of %d lanes: %w", len(lanes), err)
	}
	result, err := c.write(ctx, tx, lanes)
	if err == nil {
		err = tx.Commit(ctx)
	}
	if err != nil {
		c.rollback(ctx, tx)
		return CommitResult{}, fmt.Errorf("commit %d lanes: %w", len(lanes), c.explain(ctx, lanes, err))
	}
	return result, nil
}

// rollbackLimit bounds how long a server that may have fallen silent is asked to
// roll back.
const rollbackLimit = 2 * time.Second

// rollback ends a failed transaction; that also tells whether the connection
// still works, and closes one that does not.
func (c *Committer) rollback(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackLimit)
	defer cancel()
	_ = tx.Rollback(ctx) // the server rolls back what nobody commits
}

// begin starts a transaction. A connection that broke since the last commit is
// replaced: nothing was sent on it yet, so nothing can happen twice.
func (c *Committer) begin(ctx context.Context) (pgx.Tx, error) {
	if c.conn != nil && !c.conn.IsClosed() {
		tx, err := c.conn.Begin(ctx)
		if err == nil || ctx.Err() != nil {
			return tx, err
		}
		hangUp(ctx, c.conn)
	}
	conn, err := dial(ctx, c.cfg)
	if err != nil {
		c.conn = nil
		return nil, err
	}
	c.conn = conn
	return conn.Begin(ctx)
}

func (c *Committer) write(ctx context.Context, tx pgx.Tx, lanes []LaneCommit) (CommitResult, error) {
	current, stale, err := fence(ctx, tx, lanes)
	if err != nil || len(current) == 0 {
		return CommitResult{Stale: stale}, err
	}
	if err := c.events.copy(ctx, tx.Conn(), current); err != nil {
		return CommitResult{}, err
	}
	result := CommitResult{Stale: stale, OutboxIDs: map[string][]int64{}}
	var batch pgx.Batch
	queueDecisions(&batch, current)
	queueCooldowns(&batch, current)
	queueClips(&batch, current)
	queueAsked(&batch, current)
	queueOutbox(&batch, current, result.OutboxIDs)
	queueInboxDone(&batch, current)
	queueTaken(&batch, current)
	queueTriggers(&batch, current)
	queueGaps(&batch, current)
	queueCounters(&batch, current)
	queueReports(&batch, current)
	queueLanes(&batch, current)
	if err := queueLaneChanges(&batch, current); err != nil {
		return CommitResult{}, err
	}
	queueNotices(&batch, current)
	queueClipEvents(&batch, current)
	queueGapEvents(&batch, current)
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return CommitResult{}, err
	}
	return result, nil
}

// fence locks the epochs of the lanes' creators against being raised until the
// commit is through, and splits off the lanes whose epoch is outdated.
func fence(ctx context.Context, tx pgx.Tx, lanes []LaneCommit) (current []LaneCommit, stale []string, err error) {
	ids, wait := make([]string, len(lanes)), "off"
	for i := range lanes {
		ids[i] = lanes[i].CreatorID
		if lanes[i].Durable() {
			wait = "on"
		}
	}
	var epochs, places map[string]int64
	var batch pgx.Batch
	batch.Queue(`select set_config('synchronous_commit', $1, true)`, wait)
	batch.Queue(`select creator_id, epoch from epochs where creator_id = any($1) order by creator_id for share`, ids).
		Query(func(rows pgx.Rows) (err error) {
			epochs, err = collectEpochs(rows)
			return err
		})
	batch.Queue(`select creator_id, next_seq from lanes where creator_id = any($1) order by creator_id for update`, ids).
		Query(func(rows pgx.Rows) (err error) {
			places, err = collectEpochs(rows)
			return err
		})
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, nil, fmt.Errorf("check the epochs: %w", err)
	}
	current = make([]LaneCommit, 0, len(lanes))
	for _, lane := range lanes {
		if epoch, claimed := epochs[lane.CreatorID]; !claimed || epoch != lane.Epoch {
			stale = append(stale, lane.CreatorID)
			continue
		}
		current = append(current, lane)
	}
	return current, stale, checkPlaces(current, places)
}

// checkPlaces compares where the lanes stand with where they were left. They
// differ when the server crashed and lost what it had not flushed yet, and when a
// commit that was given up arrived after all.
func checkPlaces(lanes []LaneCommit, places map[string]int64) error {
	var moved []string
	for i := range lanes {
		place, begun := places[lanes[i].CreatorID]
		if !begun {
			place = firstSeq
		}
		if after := lanes[i].After; after != 0 && after != place {
			moved = append(moved, lanes[i].CreatorID)
		}
	}
	if len(moved) > 0 {
		return &SequenceError{CreatorIDs: moved}
	}
	return nil
}

func checkDistinct(lanes []LaneCommit) error {
	seen := make(map[string]bool, len(lanes))
	for i := range lanes {
		if seen[lanes[i].CreatorID] {
			return errors.New("commit: the lane of " + lanes[i].CreatorID + " was given twice")
		}
		seen[lanes[i].CreatorID] = true
	}
	return nil
}
