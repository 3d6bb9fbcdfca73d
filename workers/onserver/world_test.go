//go:build unix

package onserver_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/activities"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/destination"
	"github.com/streamsuites/streamsuites/internal/media"
	"github.com/streamsuites/streamsuites/internal/store"
)

// world plays what is outside of Temporal: the database, recordings, FFmpeg,
// the destination and the chat. Clips behave by their id.
type world struct {
	mu        sync.Mutex
	clips     map[string]*clip.Clip
	history   map[string][]clip.State
	uploads   map[string]*clip.Upload // by "<destination> <clip>"
	behave    map[string]behaviour
	calls     map[string]int // "<what> <id>"
	captures  []store.Capture
	exports   int
	recorders map[string]chan struct{} // by stream; closing it ends the source
	shards    map[int]chan string      // attempts at a shard
}

// behaviour says how the world treats a clip. A nil function does what is good.
type behaviour struct {
	host       string // that recorded; empty means the one of the tests
	transition func(call int) error
	locate     func(call int) error
	cover      func(call int) media.Coverage
	cut        func(ctx context.Context, call int) error
	publish    func(ctx context.Context, call int) error // to the folder
	youtube    func(ctx context.Context, call int) error // to YouTube
}

func newWorld() *world {
	return &world{
		clips: make(map[string]*clip.Clip), history: make(map[string][]clip.State), behave: make(map[string]behaviour),
		uploads: make(map[string]*clip.Upload),
		calls:   make(map[string]int), recorders: make(map[string]chan struct{}), shards: make(map[int]chan string),
	}
}

// add makes a clip's row, as the lane's commit does.
func (w *world) add(request clip.Request, b behaviour) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clips[request.ClipID] = &clip.Clip{Request: request, State: clip.Queued}
	for _, name := range request.Destinations() {
		w.uploads[name+" "+request.ClipID] = &clip.Upload{ClipID: request.ClipID, Destination: name, State: clip.UploadWaiting}
	}
	w.behave[request.ClipID] = b
}

func (w *world) states(id string) []clip.State {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]clip.State(nil), w.history[id]...)
}

func (w *world) called(what, id string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls[what+" "+id]
}

// call counts a call and returns how the clip behaves.
func (w *world) call(what, id string) (behaviour, int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls[what+" "+id]++
	return w.behave[id], w.calls[what+" "+id]
}

// Clip implements activities.ClipStore.
func (w *world) Clip(_ context.Context, id string) (clip.Clip, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	row, ok := w.clips[id]
	if !ok {
		return clip.Clip{}, store.ErrNotFound
	}
	return *row, nil
}

// Transition implements activities.ClipStore with the rules of the store.
func (w *world) Transition(_ context.Context, t store.Transition) (clip.Clip, error) {
	b, call := w.call("transition", t.ClipID)
	if b.transition != nil {
		if err := b.transition(call); err != nil {
			return clip.Clip{}, err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	row, ok := w.clips[t.ClipID]
	if !ok {
		return clip.Clip{}, fmt.Errorf("clip %s: %w", t.ClipID, store.ErrNotFound)
	}
	made := w.history[t.ClipID]
	if t.Seq <= len(made) && made[t.Seq-1] == t.State {
		return *row, nil
	}
	if t.Seq != row.Seq+1 || !row.State.CanBecome(t.State) {
		return clip.Clip{}, &store.TransitionError{Asked: t, State: row.State, Seq: row.Seq}
	}
	row.State, row.Seq, row.Reason, row.URL = t.State, t.Seq, t.Reason, t.URL
	w.history[t.ClipID] = append(made, t.State)
	for _, name := range row.Destinations() {
		if upload := w.uploads[name+" "+t.ClipID]; t.State == clip.Failed && upload.State != clip.UploadPublished {
			upload.State = clip.UploadBroken
		}
	}
	return *row, nil
}

// BeginUpload implements activities.UploadStore with the rules of the store.
func (w *world) BeginUpload(_ context.Context, clipID, destination string, attempt time.Time) (clip.Upload, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	row, ok := w.uploads[destination+" "+clipID]
	switch {
	case !ok:
		return clip.Upload{}, store.ErrNotFound
	case row.State == clip.UploadPublished:
		return *row, nil
	case !row.AttemptAt.Before(attempt):
		return clip.Upload{}, store.ErrStaleAttempt
	}
	*row = clip.Upload{ClipID: clipID, Destination: destination, State: clip.UploadRunning, AttemptAt: attempt}
	return *row, nil
}

// ClipWording implements activities.UploadStore: clips are called as they were asked for.
func (w *world) ClipWording(context.Context, string) (store.Wording, error) {
	return store.Wording{}, store.ErrNotFound
}

// SaveUpload implements activities.UploadStore with the rules of the store.
func (w *world) SaveUpload(_ context.Context, u clip.Upload) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	row, ok := w.uploads[u.Destination+" "+u.ClipID]
	if !ok {
		return store.ErrNotFound
	}
	mine := row.AttemptAt.Equal(u.AttemptAt) && row.State == clip.UploadRunning
	if row.State != clip.UploadPublished && (u.State == clip.UploadPublished || row.AttemptAt.Before(u.AttemptAt) || mine) {
		*row = u
	}
	return nil
}

// upload is how a clip stands at a destination.
func (w *world) upload(destination, clipID string) clip.Upload {
	w.mu.Lock()
	defer w.mu.Unlock()
	return *w.uploads[destination+" "+clipID]
}

// CaptureFor implements activities.CaptureStore. The creator's id names the
// clip.
func (w *world) CaptureFor(_ context.Context, creatorID string, _ time.Time) (store.Capture, error) {
	b, call := w.call("locate", creatorID)
	if b.locate != nil {
		if err := b.locate(call); err != nil {
			return store.Capture{}, err
		}
	}
	at := host
	if b.host != "" {
		at = b.host
	}
	return store.Capture{Host: at, StreamID: "s1", Dir: "capture/" + creatorID + "/s1"}, nil
}

// cover is an activities.Index.
func (w *world) cover(dir string, span media.Span) (media.Coverage, error) {
	b, call := w.call("cover", filepath.Base(filepath.Dir(dir)))
	if b.cover != nil {
		return b.cover(call), nil
	}
	return media.Coverage{Segments: []media.Segment{{Seq: 1}}, Covered: span.Length(), Oldest: span.Start, Newest: span.End, Done: true}, nil
}

// Cut implements activities.Cutter.
func (w *world) Cut(ctx context.Context, r media.CutRequest) (media.CutResult, error) {
	id := strings.TrimSuffix(filepath.Base(r.Output), ".mp4")
	b, call := w.call("cut", id)
	if b.cut != nil {
		if err := b.cut(ctx, call); err != nil {
			return media.CutResult{}, err
		}
	}
	return media.CutResult{Path: r.Output, Duration: r.Span.Length(), Bytes: 9, SHA256: "ff"}, nil
}

// place is one of the destinations of the world.
type place struct {
	*world
	name string
}

func (w *world) destinations() map[string]destination.Destination {
	return map[string]destination.Destination{"folder": place{w, "folder"}, "youtube": place{w, "youtube"}}
}

// Name implements destination.Destination.
func (p place) Name() string { return p.name }

// Publish implements destination.Destination. A clip's calls are counted as
// "publish" for the folder and "publish-<name>" elsewhere.
func (p place) Publish(ctx context.Context, item destination.Item, _ func(int64)) (destination.Published, error) {
	what := "publish"
	if p.name != "folder" {
		what += "-" + p.name
	}
	b, call := p.call(what, item.ClipID)
	play := b.publish
	if p.name == "youtube" {
		play = b.youtube
	}
	if play != nil {
		if err := play(ctx, call); err != nil {
			return destination.Published{}, err
		}
	}
	return destination.Published{URL: "http://host/" + p.name + "/" + item.ClipID + ".mp4"}, nil
}

// attempts is where the attempts at a shard are told.
func (w *world) attempts(shard int) chan string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.shards[shard] == nil {
		w.shards[shard] = make(chan string, 100)
	}
	return w.shards[shard]
}

// RunShard implements activities.ShardRunner.
func (w *world) RunShard(ctx context.Context, shard int, heartbeat func(any)) error {
	w.attempts(shard) <- "began"
	beat := time.NewTicker(time.Second)
	defer beat.Stop()
	for {
		heartbeat(shard)
		select {
		case <-beat.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// Source implements activities.Sources.
func (*world) Source(context.Context, control.Stream) (activities.Source, error) {
	return activities.Source{Resolve: func(context.Context) (string, error) { return "http://127.0.0.1/live.m3u8", nil }, Shared: true}, nil
}

// source is what ends a stream's source when it is closed.
func (w *world) source(id string) chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.recorders[id] == nil {
		w.recorders[id] = make(chan struct{})
	}
	return w.recorders[id]
}

func (w *world) newRecorder(cfg media.RecorderConfig) (activities.Recorder, error) {
	return recorder(func(ctx context.Context) error {
		cfg.OnProgress(media.Progress{State: media.StateRecording, Segments: 1})
		select {
		case <-w.source(cfg.ID):
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}), nil
}

type recorder func(context.Context) error

// Run implements activities.Recorder.
func (r recorder) Run(ctx context.Context) error { return r(ctx) }

// SaveCapture implements activities.Captures.
func (w *world) SaveCapture(_ context.Context, c store.Capture) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.captures = append(w.captures, c)
	return nil
}

// TakeCapture implements activities.Captures; nobody may be replaced here.
func (w *world) TakeCapture(ctx context.Context, c store.Capture, _ func(store.Capture) bool) (*store.Capture, error) {
	if holder := w.holder(c); holder != nil {
		return holder, nil
	}
	return nil, w.SaveCapture(ctx, c)
}

// AwaitCapture implements activities.Captures.
func (w *world) AwaitCapture(_ context.Context, c store.Capture) (*store.Capture, error) {
	holder := w.holder(c)
	if holder != nil {
		w.call("standby", c.StreamID)
	}
	return holder, nil
}

// holder is the recorder of another of the creator's streams.
func (w *world) holder(c store.Capture) *store.Capture {
	w.mu.Lock()
	defer w.mu.Unlock()
	latest := map[string]store.Capture{}
	for _, saved := range w.captures {
		if saved.CreatorID == c.CreatorID && saved.StreamID != c.StreamID {
			latest[saved.StreamID] = saved
		}
	}
	for _, saved := range latest {
		if saved.EndedAt.IsZero() {
			return &saved
		}
	}
	return nil
}

// LeaveStandby implements activities.Captures.
func (w *world) LeaveStandby(_ context.Context, c store.Capture) error {
	w.call("leave", c.StreamID)
	return nil
}

// LatestCapture finds nothing.
func (*world) LatestCapture(context.Context, string, string, time.Duration) (store.Capture, error) {
	return store.Capture{}, store.ErrNotFound
}

// recording reports whether a stream's recording was last saved as going on.
func (w *world) recording(streamID string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	going := false
	for _, c := range w.captures {
		if c.StreamID == streamID {
			going = c.EndedAt.IsZero()
		}
	}
	return going
}

// PendingSpans implements activities.Captures.
func (*world) PendingSpans(context.Context, string) ([]store.Span, error) { return nil, nil }

// Export implements activities.Exporter.
func (w *world) Export(context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.exports++
	return nil
}

// EnsurePartitions implements activities.Attic, as do the methods below.
func (*world) EnsurePartitions(context.Context, time.Time) error { return nil }

// PruneChat forgets one partition.
func (*world) PruneChat(context.Context, time.Time) (int, error) { return 1, nil }

// PruneOutbox forgets nothing.
func (*world) PruneOutbox(context.Context, time.Time) (int64, error) { return 0, nil }

// PruneRuntimeEvents forgets nothing.
func (*world) PruneRuntimeEvents(context.Context, time.Time) (int64, error) { return 0, nil }

// PruneCaptures forgets nothing.
func (*world) PruneCaptures(context.Context, time.Time) (int64, error) { return 0, nil }

// PruneCooldowns forgets nothing.
func (*world) PruneCooldowns(context.Context, time.Time) (int64, error) { return 0, nil }

// PruneBudgets forgets nothing.
func (*world) PruneBudgets(context.Context, time.Time) (int64, error) { return 0, nil }

// PruneCounters forgets nothing.
func (*world) PruneCounters(context.Context, time.Time) (int64, error) { return 0, nil }

// PrunePoints forgets nothing.
func (*world) PrunePoints(context.Context, time.Time) (int64, error) { return 0, nil }

// PruneBoards forgets nothing.
func (*world) PruneBoards(context.Context, time.Time) (int64, error) { return 0, nil }

// PruneQuotas forgets nothing.
func (*world) PruneQuotas(context.Context, time.Time) (int64, error) { return 0, nil }

// BeginQuotaDay finds nothing left.
func (*world) BeginQuotaDay(context.Context, time.Time) (int64, error) { return 0, nil }

var errAway = errors.New("connection refused")
