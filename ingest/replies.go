package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/budget"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/store"
)

const (
	// sendWithin bounds one reply; a platform that hangs must not hold up the
	// others for longer.
	sendWithin = 25 * time.Second
	// sureWithin is for how long a process may go by what it asked about a
	// creator's epoch before it sends: one that stood still for longer may have
	// been given up for dead. It is well below the 15 s after which that happens.
	sureWithin = 8 * time.Second
	// budgetRetry is the pause after a budget could not be asked.
	budgetRetry = time.Second
)

// replies says in chat what was decided, at most once: claimed, sent, marked.
// Of what was claimed and not marked nobody knows whether it was said; it is
// never said again.
type replies struct {
	outbox
	queue   store.OutboxQueue
	doubts  *doubts
	broken  string  // key of the last text of which a part was certainly not said
	budgets Budgets // nil: none
	speaker func(p chat.Platform, channel string) (Chat, bool)
	failed  func(chat.Platform)
	shown   func(row *store.Outbox, reply *store.Reply) // what was said
	metrics Metrics
	tally   *tally
}

// send works off what is pending.
func (r *replies) send(ctx context.Context) error {
	if err := r.doubts.load(ctx); err != nil {
		return err
	}
	for {
		r.settleDoubts(ctx)
		rows, err := r.pending(ctx, r.queue)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			if err := r.one(ctx, row); err != nil {
				return err
			}
			if r.more() {
				break
			}
		}
	}
}

// more reports whether something may have come in that is more urgent than the rest
// of what was read.
func (r *replies) more() bool {
	select {
	case <-r.wake:
		return true
	default:
		return false
	}
}

// settleDoubts writes down what chat has shown to be said.
func (r *replies) settleDoubts(ctx context.Context) {
	for _, doubt := range r.doubts.settled() {
		r.finish(ctx, store.Outbox{ID: doubt.ID}, store.OutboxSent, "")
		r.log.Info().Int64("outbox", doubt.ID).Str("platform", string(doubt.Platform)).Msg("chat shows a reply that was in doubt")
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
	r.follow(ctx, row, reply, state, claiming)
	r.metrics.reply(string(state))
	if state == store.OutboxSent {
		r.tally.replies.Add(1)
		r.shown(&row, &reply)
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

// follow remembers what the end of one reply means for others.
func (r *replies) follow(ctx context.Context, row store.Outbox, reply store.Reply, state store.OutboxState, claimed time.Time) {
	switch state {
	case store.OutboxFailed, store.OutboxDropped:
		r.broken = wholeKey(row, reply)
	case store.OutboxUnknown:
		r.doubts.add(store.Doubt{ID: row.ID, Platform: row.Platform, Channel: row.Channel, Text: reply.Text, ClaimedAt: claimed})
		r.settleDoubts(ctx)
	}
}

// wholeKey is the key of the text that a reply is a part of.
func wholeKey(row store.Outbox, reply store.Reply) string {
	if reply.Part == 0 {
		return row.DedupeKey
	}
	return strings.TrimSuffix(row.DedupeKey, "/"+strconv.Itoa(reply.Part+1))
}

// say sends a claimed row and tells what became of it.
func (r *replies) say(ctx context.Context, row store.Outbox, reply store.Reply, claiming time.Time) (store.OutboxState, string) {
	if reply.Part > 0 && wholeKey(row, reply) == r.broken {
		return store.OutboxDropped, "the part before it was not sent"
	}
	now := r.clock.Now()
	within := sendWithin
	if !row.NotAfter.IsZero() {
		if within = min(within, row.NotAfter.Sub(now)); within <= 0 {
			return store.OutboxDropped, "too late to be worth saying"
		}
	}
	speaker, ok := r.speaker(row.Platform, row.Channel)
	if !ok {
		return store.OutboxFailed, "the channel is not one of this creator's"
	}
	err := r.speak(ctx, speaker, row, reply, claiming, now.Add(within))
	var unsent *UnsentError
	switch {
	case err == nil:
		return store.OutboxSent, ""
	case errors.Is(err, errStoodStill):
		return store.OutboxDropped, err.Error()
	case errors.As(err, &unsent):
		return store.OutboxFailed, err.Error()
	default:
		return store.OutboxUnknown, err.Error()
	}
}

// errStoodStill says that a reply was not sent because too much time has passed
// since its claim.
var errStoodStill = errors.New("stopped between its claim and its sending")

// speak sends until the given time. sure is when it was certain last that the
// creator is held; when the platform asks for more patience than that is good for,
// it is asked again.
func (r *replies) speak(ctx context.Context, to Chat, row store.Outbox, reply store.Reply, sure, until time.Time) error {
	for {
		now := r.clock.Now()
		lease := sure.Add(sureWithin)
		if !now.Before(lease) {
			return errStoodStill
		}
		err := r.attempt(ctx, to, row, reply, min(lease.Sub(now), until.Sub(now)))
		var unsent *UnsentError
		if !errors.As(err, &unsent) || unsent.RetryAfter <= 0 || r.clock.Now().Add(unsent.RetryAfter).After(until) {
			return err
		}
		if pause(ctx, r.clock, unsent.RetryAfter) != nil {
			return err
		}
		sure = r.clock.Now()
		if held, asked := r.held(ctx); asked != nil || !held {
			return errors.Join(err, asked)
		}
	}
}

func (r *replies) attempt(ctx context.Context, to Chat, row store.Outbox, reply store.Reply, within time.Duration) error {
	ctx, cancel := context.WithTimeout(budget.WithClass(ctx, row.Class), within)
	defer cancel()
	if err := r.take(ctx, row.Platform, reply); err != nil {
		return err
	}
	return to.Send(ctx, row.Channel, reply.Text, reply.ReplyTo)
}

// take takes what the message needs out of the creator's budgets. Without a grant
// nothing is sent, also when nobody can say whether there would be one.
func (r *replies) take(ctx context.Context, p chat.Platform, reply store.Reply) error {
	if r.budgets == nil {
		return nil
	}
	err := r.budgets.TakeMessage(ctx, r.creatorID, p, reply.ReplyTo != "")
	if err == nil {
		return nil
	}
	unsent := &UnsentError{Err: err, RetryAfter: budgetRetry}
	var refused *budget.RefusedError
	if errors.As(err, &refused) {
		unsent.RetryAfter = refused.Wait
	}
	return unsent
}
