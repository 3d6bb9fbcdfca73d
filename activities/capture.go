package activities

import (
	"context"
	"errors"
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
	// Source returns where a stream can be recorded from. The error is
	// ErrNoSource when nobody knows.
	Source(ctx context.Context, stream control.Stream) (Source, error)
}

// Source is where a stream can be recorded from.
type Source struct {
	// Resolve finds the address. It is asked again whenever the address stops
	// working. Addresses may hold secrets: they are not kept.
	Resolve func(context.Context) (string, error)
	// Shared says that all of the creator's streams are recorded from there.
	Shared bool
	// Outranks tells whether this stream is to be recorded rather than the one
	// that the creator has on that platform at the same time; nil means that the
	// first one stays.
	Outranks func(platform string) bool
}

// Recorder records a stream until ctx ends, which is an error, or until the
// source says that it is over, which is none.
type Recorder interface {
	Run(ctx context.Context) error
}

// Captures keeps where recordings stand and which spans clips still need. Of a
// creator's streams one is recorded at a time: see store.Store.TakeCapture.
type Captures interface {
	SaveCapture(ctx context.Context, c store.Capture) error
	TakeCapture(ctx context.Context, c store.Capture, over func(holder store.Capture) bool) (holder *store.Capture, err error)
	AwaitCapture(ctx context.Context, c store.Capture) (holder *store.Capture, err error)
	LeaveStandby(ctx context.Context, c store.Capture) error
	LatestCapture(ctx context.Context, creatorID, host string, within time.Duration) (store.Capture, error)
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
// folder. While another of the creator's streams is recorded, it stands by.
func (a *Capture) Run(ctx context.Context, in task.CaptureInput) (task.CaptureResult, error) {
	work := begin(ctx)
	defer work.finish()
	rec := a.recording(in.Stream)
	source, err := a.Sources.Source(work, in.Stream)
	if errors.Is(err, ErrNoSource) {
		rec.write(work, rec.row("failed", err.Error()))
		return task.CaptureResult{}, &task.Later{After: rarely, Err: &clip.Failure{
			Code: clip.NoCapture, Message: "No source is configured to record this stream from.", Err: err,
		}}
	}
	if err != nil {
		return task.CaptureResult{}, work.outcome(err)
	}
	stop := rec.tell(work)
	if err := work.lost(); err != nil {
		stop()
		return task.CaptureResult{}, err
	}
	err = a.inTurn(work, rec, source)
	stop()
	rec.over(ctx)
	if err != nil {
		return task.CaptureResult{}, captureOutcome(work, err)
	}
	return rec.result(), nil
}

// inTurn records when it is this stream's turn, until the recorder ends by itself
// or the attempt does, which is an error.
func (a *Capture) inTurn(work attempt, rec *recording, source Source) error {
	turn := &turns{source: source, rec: rec, clock: a.Clock}
	for {
		if err := turn.await(work); err != nil {
			return err
		}
		err := a.record(work, rec, turn)
		if !errors.Is(err, errReplaced) {
			return err
		}
		turn.replaced()
	}
}

// captureOutcome is what the attempt returns for how the recorder ended.
func captureOutcome(work attempt, err error) error {
	var locked *durable.LockedError
	if errors.As(err, &locked) {
		return &task.Later{After: lockedPause, Err: &clip.Failure{
			Code: clip.Internal, Message: "Another process of this machine has the recording in its hands.", Err: err,
		}}
	}
	return work.outcome(neverFinal(err))
}

// record records until the recorder ends. The error is errReplaced when another
// stream of the creator is recorded instead.
func (a *Capture) record(work attempt, rec *recording, turn *turns) error {
	rec.place(a.folder(work, rec, turn.source))
	dir, err := within(a.StateDir, rec.fixed.Dir)
	if err != nil {
		return err
	}
	ctx, end := context.WithCancelCause(work)
	defer end(nil)
	recorder, err := a.NewRecorder(media.RecorderConfig{
		ID:      rec.fixed.CreatorID + "/" + rec.fixed.StreamID,
		Dir:     dir,
		Window:  a.Window,
		Resolve: turn.resolve(),
		Held:    a.held(rec.fixed.CreatorID),
		OnProgress: func(p media.Progress) {
			if first := rec.observe(p); first { // the folder is in our hands
				rec.begin(ctx, turn.over) // clips look for it
			}
		},
		Log: rec.log,
	})
	if err != nil {
		return err
	}
	rec.prepare(end)
	err = recorder.Run(ctx)
	if errors.Is(context.Cause(ctx), errReplaced) {
		rec.pause()
		return errReplaced
	}
	return err
}

// folder is where the stream is recorded, relative to the state directory: where
// the creator's last recording on this host is, if that came from the same source
// a moment ago, so that a clip can reach over the change.
func (a *Capture) folder(ctx context.Context, rec *recording, source Source) string {
	if !source.Shared {
		return rec.own
	}
	ctx, cancel := context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	latest, err := a.Store.LatestCapture(ctx, rec.fixed.CreatorID, a.Host, a.Window)
	if err != nil || latest.Dir == "" {
		return rec.own
	}
	return latest.Dir
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
