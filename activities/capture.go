package activities

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/durable"
	"github.com/streamsuites/streamsuites/internal/media"
	"github.com/streamsuites/streamsuites/internal/store"
)

const (
	captureBeat = 2 * time.Second  // how often progress is saved and told
	rarely      = 30 * time.Second // between attempts that need somebody to mend something
	lockedPause = 5 * time.Second  // between looks at a folder that another process of this host records into
)

// ErrNoSource says that nobody knows where a stream can be recorded from.
var ErrNoSource = errors.New("no source is configured for the stream")

// Sources knows where streams can be recorded from.
type Sources interface {
	// Source returns a function that finds the address to record a stream from.
	// It is asked again whenever the address stops working. Addresses may hold
	// secrets: they are not kept. The error is ErrNoSource when there is none.
	Source(ctx context.Context, stream control.Stream) (resolve func(context.Context) (string, error), err error)
}

// Recorder records a stream until ctx ends, which is an error, or until the
// source says that it is over, which is none.
type Recorder interface {
	Run(ctx context.Context) error
}

// Captures keeps where recordings stand and which spans clips still need.
type Captures interface {
	SaveCapture(ctx context.Context, c store.Capture) error
	PendingSpans(ctx context.Context, creatorID string) ([]store.Span, error)
}

// Capture records streams on this host.
type Capture struct {
	StateDir string        // absolute
	Host     string        // as in control.MediaQueue
	Window   time.Duration // length of the rolling buffer
	Sources  Sources
	Store    Captures
	Clock    func() time.Time
	Log      zerolog.Logger

	// NewRecorder makes a recorder. It gets a configuration that lacks only
	// what does not depend on the stream: tools, HTTP client, clock.
	NewRecorder func(media.RecorderConfig) (Recorder, error)
}

// Run records a stream until it is cancelled, the worker stops or the source
// ends by itself. A recording that was interrupted is gone on with in the same
// folder.
func (a *Capture) Run(ctx context.Context, in task.CaptureInput) (task.CaptureResult, error) {
	work := begin(ctx)
	defer work.finish()
	rec := a.recording(in.Stream)
	resolve, err := a.Sources.Source(work, in.Stream)
	if errors.Is(err, ErrNoSource) {
		rec.write(work, rec.row("failed", err.Error()))
		return task.CaptureResult{}, &task.Later{After: rarely, Err: &clip.Failure{
			Code: clip.NoCapture, Message: "No source is configured to record this stream from.", Err: err,
		}}
	}
	if err != nil {
		return task.CaptureResult{}, work.outcome(err)
	}
	dir, err := within(a.StateDir, rec.fixed.Dir)
	if err != nil {
		return task.CaptureResult{}, err
	}
	recorder, err := a.NewRecorder(media.RecorderConfig{
		ID:      in.Stream.CreatorID + "/" + in.Stream.StreamID,
		Dir:     dir,
		Window:  a.Window,
		Resolve: resolve,
		Held:    a.held(in.Stream.CreatorID),
		OnProgress: func(p media.Progress) {
			if first := rec.observe(p); first {
				rec.write(work, rec.row(p.State, p.Err)) // clips look for it
			}
		},
		Log: rec.log,
	})
	if err != nil {
		return task.CaptureResult{}, err
	}
	stop := rec.tell(work)
	if err := work.lost(); err != nil {
		stop()
		return task.CaptureResult{}, err
	}
	err = recorder.Run(work)
	stop()
	rec.end(ctx)
	var locked *durable.LockedError
	if errors.As(err, &locked) {
		return task.CaptureResult{}, &task.Later{After: lockedPause, Err: &clip.Failure{
			Code: clip.Internal, Message: "Another process of this machine has the recording in its hands.", Err: err,
		}}
	}
	if err != nil {
		return task.CaptureResult{}, work.outcome(neverFinal(err))
	}
	newest := rec.progress()
	return task.CaptureResult{Segments: newest.Segments, Newest: newest.Newest}, nil
}

// neverFinal makes a failure that somebody has to mend first, such as a missing
// FFmpeg, one that is tried again rarely: the stream goes on, and what is mended
// while it does is worth recording.
func neverFinal(err error) error {
	var failure *clip.Failure
	if !errors.As(err, &failure) || !failure.Final {
		return err
	}
	mendable := *failure
	mendable.Final = false
	return &task.Later{After: rarely, Err: &mendable}
}

// held tells the pruner which spans clips still need. It does not wait long for
// the answer: the next segment of the stream does not wait either.
func (a *Capture) held(creatorID string) func(context.Context) ([]media.Span, error) {
	return func(ctx context.Context) ([]media.Span, error) {
		ctx, cancel := context.WithTimeout(ctx, heldTimeout)
		defer cancel()
		pending, err := a.Store.PendingSpans(ctx, creatorID)
		if err != nil {
			return nil, err
		}
		spans := make([]media.Span, len(pending))
		for i, p := range pending {
			spans[i] = media.Span{Start: p.Start, End: p.End}
		}
		return spans, nil
	}
}

// recording is one stream being recorded.
type recording struct {
	store Captures
	clock func() time.Time
	log   zerolog.Logger
	fixed store.Capture // what does not change

	mu     sync.Mutex
	latest media.Progress
	begun  bool // the recorder has the folder; before that the row may be another's
}

func (a *Capture) recording(stream control.Stream) *recording {
	return &recording{
		store: a.Store,
		clock: a.Clock,
		log:   a.Log.With().Str("creator", stream.CreatorID).Str("stream", stream.StreamID).Logger(),
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
		if r.hasBegun() {
			r.write(work, r.row(p.State, p.Err))
		}
		return task.CaptureProgress{State: p.State, Newest: p.Newest, Segments: p.Segments, Gaps: p.Gaps}
	})
}

// end writes that the recorder is no longer there, also when it was cancelled.
func (r *recording) end(ctx context.Context) {
	if !r.hasBegun() {
		return
	}
	row := r.row("ended", r.progress().Err)
	row.EndedAt = r.clock()
	r.write(context.WithoutCancel(ctx), row)
}

// row is where the recording stands.
func (r *recording) row(state, failure string) store.Capture {
	p := r.progress()
	row := r.fixed
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
