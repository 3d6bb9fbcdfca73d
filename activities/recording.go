package activities

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/media"
	"github.com/streamsuites/streamsuites/internal/store"
)

// errReplaced ends a recorder when another stream of the creator is recorded.
var errReplaced = errors.New("another stream of the creator is recorded")

// recording is one stream being recorded.
type recording struct {
	store Captures
	clock func() time.Time
	log   zerolog.Logger
	own   string // the stream's own folder, relative to the state directory

	saving sync.Mutex // held while the row is written, so that nothing is written behind a pause

	mu     sync.Mutex
	fixed  store.Capture // what changes with the folder at most
	latest media.Progress
	begun  bool                    // the recorder has the folder; before that the row may be another's
	taken  bool                    // it was asked whether the stream may be recorded
	end    context.CancelCauseFunc // of the recorder at work
}

func (a *Capture) recording(stream control.Stream) *recording {
	return &recording{
		store: a.Store,
		clock: a.Clock,
		log:   a.Log.With().Str("creator", stream.CreatorID).Str("stream", stream.StreamID).Logger(),
		own:   captureFolder(stream),
		fixed: store.Capture{
			CreatorID: stream.CreatorID,
			StreamID:  stream.StreamID,
			Host:      a.Host,
			Platform:  string(stream.Platform),
			Dir:       captureFolder(stream),
			StartedAt: a.Clock(),
		},
		latest: media.Progress{State: "connecting"},
	}
}

// place says in which folder is recorded.
func (r *recording) place(dir string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fixed.Dir = dir
}

// prepare says that a recorder is about to work, and how it is ended.
func (r *recording) prepare(end context.CancelCauseFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end, r.latest.State, r.latest.Err = end, media.StateConnecting, ""
}

// pause says that the recorder has been replaced: the row is not its own to write
// any more.
func (r *recording) pause() {
	r.saving.Lock()
	defer r.saving.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.begun, r.taken = false, false
}

// begin saves where a recorder stands that has just got its folder. It ends the
// recorder if another stream is recorded that over does not say may be replaced.
func (r *recording) begin(ctx context.Context, over func(store.Capture) bool) {
	r.saving.Lock()
	defer r.saving.Unlock()
	r.take(ctx, over)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.taken = true
}

// keep saves where the recorder stands, and ends it if another stream is recorded
// instead.
func (r *recording) keep(ctx context.Context) {
	r.saving.Lock()
	defer r.saving.Unlock()
	r.mu.Lock()
	taken := r.taken
	r.mu.Unlock()
	if taken {
		r.take(ctx, nil)
	}
}

func (r *recording) take(ctx context.Context, over func(store.Capture) bool) {
	p := r.progress()
	row := r.row(p.State, p.Err)
	ctx, cancel := context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	holder, err := r.store.TakeCapture(ctx, row, over)
	switch {
	case err != nil && ctx.Err() == nil:
		r.log.Warn().Err(err).Msg("where the recording stands was not saved")
	case err == nil && holder != nil:
		r.log.Info().Str("instead", holder.Platform).Msg("another stream of the creator is recorded")
		r.end(errReplaced)
	}
}

// result is what the recording came to.
func (r *recording) result() task.CaptureResult {
	newest := r.progress()
	return task.CaptureResult{Segments: newest.Segments, Newest: newest.Newest}
}

// observe takes the recorder's progress and tells whether it is the first.
func (r *recording) observe(p media.Progress) (first bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	first = !r.begun
	r.latest, r.begun = p, true
	return first
}

func (r *recording) hasBegun() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.begun
}

func (r *recording) progress() media.Progress {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.latest
}

// tell saves and heartbeats the progress, now and every few seconds, until the
// returned function is called.
func (r *recording) tell(work attempt) (stop func()) {
	return work.beat(captureBeat, func() any {
		p := r.progress()
		r.keep(work)
		return task.CaptureProgress{State: p.State, Newest: p.Newest, Segments: p.Segments, Gaps: p.Gaps}
	})
}

// over writes that the recorder is no longer there, also when it was cancelled.
func (r *recording) over(ctx context.Context) {
	if !r.hasBegun() {
		return
	}
	row := r.row("ended", r.progress().Err)
	row.EndedAt = r.clock()
	r.write(context.WithoutCancel(ctx), row)
}

// row is where the recording stands.
func (r *recording) row(state, failure string) store.Capture {
	r.mu.Lock()
	p, row := r.latest, r.fixed
	r.mu.Unlock()
	row.State, row.Error = state, task.Redact(failure)
	row.OldestAt, row.NewestAt = p.Oldest, p.Newest
	row.Segments, row.Bytes, row.Gaps = p.Segments, p.Bytes, p.Gaps
	return row
}

// heldTimeout is below the length of a segment.
const heldTimeout = time.Second

// saveTimeout is far below the heartbeat timeout, so that a database that hangs
// does not make a recording look dead.
const saveTimeout = 3 * time.Second

// write saves a row. A database that does not answer must not end a recording:
// the files are what counts.
func (r *recording) write(ctx context.Context, row store.Capture) {
	ctx, cancel := context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	if err := r.store.SaveCapture(ctx, row); err != nil && ctx.Err() == nil {
		r.log.Warn().Err(err).Msg("where the recording stands was not saved")
	}
}
