package ingest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/store"
)

// outboxBatch is how many rows of the outbox are looked at together.
const outboxBatch = 100

// settleWithin bounds how long the end of a send is written down once its
// creator is let go.
const settleWithin = 2 * time.Second

// outbox is what both senders of a creator need: its rows, claimed under the
// creator's epoch.
type outbox struct {
	creatorID string
	epoch     int64
	holder    string
	store     Store
	clock     Clock
	retry     backoff
	log       zerolog.Logger
	overtaken func(error)
	start     func()        // begins run, as a goroutine of the creator's senders
	wake      chan struct{} // holds one token when there may be rows

	mu     sync.Mutex
	awake  bool // a goroutine works off the rows, or nobody is to do so any more
	closed bool // what is pending now is the last
}

// rouse has the rows looked at. It is a goroutine of their own that does so, only as
// long as there may be some: four for each creator who is offline would be most of
// the goroutines of a host.
func (o *outbox) rouse() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.closed {
		o.stir()
	}
}

// close has the rows looked at once more, for the last time.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.closed {
		o.closed = true
		o.stir()
	}
}

// stir leaves a token for who works off the rows, and begins to when nobody does.
// o.mu is held.
func (o *outbox) stir() {
	token(o.wake)
	if !o.awake {
		o.awake = true
		o.start()
	}
}

// next reports whether the rows are to be looked at, and whether for the last time.
// When they are not, nobody works on them from then on.
func (o *outbox) next() (again, last bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case <-o.wake:
		return true, o.closed
	default:
		o.awake = false
		return false, false
	}
}

// run calls send as long as there may be rows, until ctx ends or the creator is
// overtaken. send reports an error when it is to be called again after a while, unless
// the sender was closed.
func (o *outbox) run(ctx context.Context, send func(context.Context) error) {
	for failures := 0; ctx.Err() == nil; {
		again, last := o.next()
		if !again {
			return
		}
		err := send(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case isOvertaken(err):
			o.overtaken(err)
			return
		case err == nil && !last:
			failures = 0
			continue
		case err == nil:
			return
		}
		failures++
		o.log.Warn().Err(err).Int("attempt", failures).Msg("the outbox cannot be worked off yet")
		if last {
			return
		}
		if pause(ctx, o.clock, o.retry.after(failures)) != nil {
			return
		}
		token(o.wake)
	}
}

func isOvertaken(err error) bool {
	return errors.Is(err, store.ErrStaleEpoch) || errors.Is(err, ErrOvertaken)
}

// pending reads the next rows of a queue in their order. Nothing is in hand then:
// what counts as claimed by this holder was claimed without its knowledge, by a
// statement whose answer was lost.
func (o *outbox) pending(ctx context.Context, q store.OutboxQueue) ([]store.Outbox, error) {
	return o.store.ResumeOutbox(ctx, o.creatorID, q, o.holder, outboxBatch)
}

// claim takes a row for sending; false when somebody else has it or it is done.
func (o *outbox) claim(ctx context.Context, row store.Outbox) (bool, error) {
	return o.store.ClaimOutbox(ctx, row.ID, o.creatorID, o.epoch, o.holder)
}

// held asks whether the creator is still this holder's.
func (o *outbox) held(ctx context.Context) (bool, error) {
	epochs, err := o.store.Epochs(ctx, []string{o.creatorID})
	return epochs[o.creatorID] == o.epoch, err
}

// finish writes down what became of a claimed row. It tries until it succeeds,
// because a row that stays claimed looks like a crash; once ctx has ended it
// tries for a moment only, and the next holder settles the rest.
func (o *outbox) finish(ctx context.Context, row store.Outbox, state store.OutboxState, why string) {
	for n := 1; ; n++ {
		err := o.settle(ctx, row, state, why)
		if err == nil {
			return
		}
		o.log.Warn().Err(err).Int64("outbox", row.ID).Str("state", string(state)).Msg("the end of a send cannot be written down yet")
		if errors.Is(err, store.ErrOutboxState) || pause(ctx, o.clock, o.retry.after(n)) != nil {
			return
		}
	}
}

func (o *outbox) settle(ctx context.Context, row store.Outbox, state store.OutboxState, why string) error {
	if ctx.Err() != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), settleWithin)
		defer cancel()
	}
	return o.store.FinishOutbox(ctx, row.ID, state, why)
}
