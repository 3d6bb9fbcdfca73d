package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

const (
	// deleteWithin bounds one deletion.
	deleteWithin = 10 * time.Second
	// deleteAttempts is how often a deletion is tried before it counts as failed.
	deleteAttempts = 5
	// longestRest bounds the patience that a platform can ask for.
	longestRest = 30 * time.Second
)

// deletions has messages deleted that triggers do not want in the chat. Deleting
// one again does no harm, so what failed is tried again.
type deletions struct {
	outbox
	speaker func(p chat.Platform, channel string) (Chat, bool)
	failed  func(chat.Platform)
}

// send works off what is pending.
func (d *deletions) send(ctx context.Context) error {
	for {
		rows, err := d.pending(ctx, store.QueueOf(store.OutboxDelete))
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			if err := d.one(ctx, row); err != nil {
				return err
			}
		}
	}
}

// one deletes one message. An error says that it is pending again.
func (d *deletions) one(ctx context.Context, row store.Outbox) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	mine, err := d.claim(ctx, row)
	if err != nil || !mine {
		return err
	}
	state, failure := d.attempt(ctx, row)
	why := ""
	if failure != nil {
		why = failure.Error()
	}
	d.finish(ctx, row, state, why)
	switch state {
	case store.OutboxSent:
		return nil
	case store.OutboxPending:
		return d.later(ctx, row, failure)
	}
	d.failed(row.Platform)
	d.log.Warn().Int64("outbox", row.ID).Str("platform", string(row.Platform)).Str("state", string(state)).
		Str("why", why).Msg("a message was not deleted")
	return nil
}

// later waits for as long as the platform asks for, if it does.
func (d *deletions) later(ctx context.Context, row store.Outbox, failure error) error {
	failure = fmt.Errorf("delete a message in %s: %w", row.Channel, failure)
	var refused *UnsentError
	if !errors.As(failure, &refused) || refused.RetryAfter <= 0 {
		return failure
	}
	return errors.Join(failure, pause(ctx, d.clock, min(refused.RetryAfter, longestRest)))
}

var (
	errTooLate    = errors.New("too late to be worth deleting")
	errNoChannel  = errors.New("the channel is not one of this creator's")
	errCannot     = errors.New("the account cannot delete messages on this platform")
	errNoDeletion = errors.New("the payload is not a deletion")
)

// attempt tries once and tells what becomes of the row.
func (d *deletions) attempt(ctx context.Context, row store.Outbox) (store.OutboxState, error) {
	var what store.Deletion
	if json.Unmarshal(row.Payload, &what) != nil || what.MessageID == "" {
		return store.OutboxFailed, errNoDeletion
	}
	within := deleteWithin
	if !row.NotAfter.IsZero() {
		if within = min(within, row.NotAfter.Sub(d.clock.Now())); within <= 0 {
			return store.OutboxDropped, errTooLate
		}
	}
	speaker, ok := d.speaker(row.Platform, row.Channel)
	if !ok {
		return store.OutboxFailed, errNoChannel
	}
	deleter, ok := speaker.(Deleter)
	if !ok {
		return store.OutboxDropped, errCannot
	}
	limited, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	err := deleter.Delete(limited, row.Channel, what.MessageID)
	var refused *UnsentError
	switch {
	case err == nil:
		return store.OutboxSent, nil
	case errors.As(err, &refused) && refused.RetryAfter <= 0, row.Attempts+1 >= deleteAttempts && ctx.Err() == nil:
		return store.OutboxFailed, err
	default:
		return store.OutboxPending, err
	}
}
