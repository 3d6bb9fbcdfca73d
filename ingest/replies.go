package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

const (
	// sendWithin bounds one reply; a platform that hangs must not hold up the
	// others for longer.
	sendWithin = 25 * time.Second
	// freshWithin is how soon after its claim a reply has to be on its way: a
	// process that was stopped in between may have been given up for dead.
	freshWithin = 5 * time.Second
)

// replies says in chat what was decided, at most once: claimed, sent, marked.
// Of what was claimed and not marked nobody knows whether it was said; it is
// never said again.
type replies struct {
	outbox
	speaker func(p chat.Platform, channel string) (Chat, bool)
	failed  func(chat.Platform)
	metrics Metrics
	tally   *tally
}

// send works off what is pending.
func (r *replies) send(ctx context.Context) error {
	for {
		rows, err := r.pending(ctx, store.OutboxReply)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			if err := r.one(ctx, row); err != nil {
				return err
			}
		}
	}
}

func (r *replies) one(ctx context.Context, row store.Outbox) error {
	// Before the claim: whoever has claimed a row has to send it.
	if err := ctx.Err(); err != nil {
		return err
	}
	claiming := r.clock.Now()
	mine, err := r.claim(ctx, row)
	if err != nil || !mine {
		return err
	}
	var reply store.Reply
	state, why := store.OutboxFailed, "the payload is not a reply"
	if json.Unmarshal(row.Payload, &reply) == nil {
		state, why = r.say(ctx, row, reply, claiming)
	}
	r.finish(ctx, row, state, why)
	r.metrics.reply(string(state))
	if state == store.OutboxSent {
		r.tally.replies.Add(1)
		if reply.ClipID != "" {
			r.log.Info().Str("clip", reply.ClipID).Int64("outbox", row.ID).Str("what", row.DedupeKey).Msg("a reply was sent")
		}
		return nil
	}
	r.tally.repliesFailed.Add(1)
	r.failed(row.Platform)
	line := r.log.Warn()
	if reply.ClipID != "" {
		line = line.Str("clip", reply.ClipID)
	}
	line.Int64("outbox", row.ID).Str("platform", string(row.Platform)).Str("state", string(state)).
		Str("why", why).Msg("a reply was not sent")
	return nil
}

// say sends a claimed row and tells what became of it.
func (r *replies) say(ctx context.Context, row store.Outbox, reply store.Reply, claiming time.Time) (store.OutboxState, string) {
	now := r.clock.Now()
	within := sendWithin
	if !row.NotAfter.IsZero() {
		if within = min(within, row.NotAfter.Sub(now)); within <= 0 {
			return store.OutboxDropped, "too late to be worth saying"
		}
	}
	if now.Sub(claiming) > freshWithin {
		return store.OutboxDropped, "stopped between its claim and its sending"
	}
	speaker, ok := r.speaker(row.Platform, row.Channel)
	if !ok {
		return store.OutboxFailed, "the channel is not one of this creator's"
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	err := speaker.Send(ctx, row.Channel, reply.Text, reply.ReplyTo)
	var unsent *UnsentError
	switch {
	case err == nil:
		return store.OutboxSent, ""
	case errors.As(err, &unsent):
		return store.OutboxFailed, err.Error()
	default:
		return store.OutboxUnknown, err.Error()
	}
}
