package activities

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/streamsuites/streamsuites/internal/media"
	"github.com/streamsuites/streamsuites/internal/store"
)

const (
	// stuckAfter is how long a recorder that brings nothing keeps those away who
	// have another source.
	stuckAfter = 20 * time.Second

	// A stream that would be recorded rather than the one that is looks for its
	// address first, and again after probePause when there is none.
	probePause = 30 * time.Second

	// A recorder that was replaced takes the place back after a while that doubles
	// from the one to the other each time, so that two sources of which neither
	// works well do not take turns all the time.
	backAfter, backAfterAtMost = time.Minute, 30 * time.Minute
)

// turns decides when a stream is recorded whose creator has several. One
// recording a creator is enough: clips are cut from whatever recorded the moment.
type turns struct {
	source Source
	rec    *recording
	clock  func() time.Time

	over      func(store.Capture) bool // who may be replaced; nil for nobody
	address   string                   // that was found beforehand; used once
	losses    int                      // times that it was replaced
	calmUntil time.Time
	nextProbe time.Time
}

// found is what looking for the address beforehand came to.
type found struct {
	address string
	err     error
}

// await returns when it is the stream's turn. The error is the cause of the end
// of ctx.
func (t *turns) await(ctx context.Context) error {
	ticker := time.NewTicker(captureBeat)
	defer ticker.Stop()
	probing, stop := context.WithCancel(ctx)
	defer stop()
	var probe chan found
	stoodBy := false
	for {
		holder, err := t.rec.await(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil && !stoodBy, err == nil && holder == nil:
			t.over = nil
			return nil
		case err == nil:
			stoodBy = true
			if probe == nil && t.mayReplace(*holder) && !t.clock().Before(t.nextProbe) {
				probe = t.look(probing)
			}
		}
		select {
		case <-ctx.Done():
			t.rec.leave(context.WithoutCancel(ctx))
			return context.Cause(ctx)
		case <-ticker.C:
		case result := <-probe:
			probe, t.nextProbe = nil, t.clock().Add(probePause)
			if result.err == nil {
				t.address, t.over = result.address, t.mayReplace
				return nil
			}
		}
	}
}

// look looks for the address in the background.
func (t *turns) look(ctx context.Context) chan found {
	result := make(chan found, 1)
	go func() {
		address, err := t.source.Resolve(ctx)
		result <- found{address, err}
	}()
	return result
}

// mayReplace tells whether the stream is to be recorded rather than the one that
// is.
func (t *turns) mayReplace(holder store.Capture) bool {
	if t.source.Shared || t.clock().Before(t.calmUntil) {
		return false
	}
	return t.stuck(holder) || t.source.Outranks != nil && t.source.Outranks(holder.Platform)
}

// stuck tells whether a recorder has brought nothing for a while.
func (t *turns) stuck(holder store.Capture) bool {
	switch holder.State {
	case media.StateConnecting, media.StateStalled, media.StateWaiting:
		newest := holder.NewestAt
		if newest.IsZero() {
			newest = holder.StartedAt
		}
		return t.clock().Sub(newest) > stuckAfter
	default:
		return false
	}
}

// replaced says that another stream is recorded instead.
func (t *turns) replaced() {
	t.calmUntil = t.clock().Add(min(backAfter<<min(t.losses, 8), backAfterAtMost))
	t.losses++
}

// resolve is the source's Resolve, but for an address that has just been found.
func (t *turns) resolve() func(context.Context) (string, error) {
	var used atomic.Bool
	address := t.address
	t.address = ""
	return func(ctx context.Context) (string, error) {
		if address != "" && !used.Swap(true) {
			return address, nil
		}
		return t.source.Resolve(ctx)
	}
}

// await looks who records another of the creator's streams, and notes that this
// one stands by.
func (r *recording) await(ctx context.Context) (*store.Capture, error) {
	ctx, cancel := context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	reason := ""
	if p := r.progress(); p.State == store.StateStandby {
		reason = p.Err
	}
	holder, err := r.store.AwaitCapture(ctx, r.row(store.StateStandby, reason))
	if err != nil && ctx.Err() == nil {
		r.log.Warn().Err(err).Msg("who records the creator could not be seen")
	}
	if holder != nil {
		r.standBy(*holder)
	}
	return holder, err
}

// standBy says for whom it stands by.
func (r *recording) standBy(holder store.Capture) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.latest.State != store.StateStandby {
		r.log.Info().Str("recorded", holder.Platform).Msg("standing by")
	}
	r.latest.State, r.latest.Err = store.StateStandby, fmt.Sprintf("the creator's stream on %s is recorded", holder.Platform)
}

// leave notes that it stands by no longer.
func (r *recording) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	if err := r.store.LeaveStandby(ctx, r.row("", "")); err != nil && ctx.Err() == nil {
		r.log.Warn().Err(err).Msg("that the recording no longer stands by was not saved")
	}
}
