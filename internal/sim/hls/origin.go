package hls

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/sim/faults"
	"github.com/streamsuites/streamsuites/internal/sim/keep"
)

// Clock is where the origin's time comes from.
type Clock interface {
	Now() time.Time
	After(d time.Duration) <-chan time.Time
}

// WallClock is the machine's clock.
type WallClock struct{}

// Now is the time of day.
func (WallClock) Now() time.Time { return time.Now() }

// After delivers the time once d has passed.
func (WallClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// Options of an origin.
type Options struct {
	Dir    string // the origin's own folder; created if missing
	FFmpeg string // path of the program
	Faults *faults.Switches
	Clock  Clock
	Log    zerolog.Logger
}

// Origin encodes one endless stream and serves it.
type Origin struct {
	options Options

	frames atomic.Int64 // the frame that the encoder gets next

	mu   sync.Mutex
	line timeline
	// broken asks that the next segment be marked as a discontinuity, restart
	// that the encoder be replaced at the next slot, and next is the slot at
	// which that was done, 0 for none.
	broken, restart bool
	next            int64
	broadcast       int           // counts the changes of Live: an encoder serves one
	stalled         []byte        // the playlist that stalled requests see
	changed         chan struct{} // closed and replaced when the broadcast begins or ends
}

// Open reads what the folder remembers. Nothing is encoded before Run.
func Open(o Options) (*Origin, error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open HLS origin: %w", err)
	}
	origin := &Origin{options: o, changed: make(chan struct{})}
	found, err := keep.Load(origin.statePath(), &origin.line)
	if err != nil {
		return nil, err
	}
	if !found {
		origin.line.Newest = -1
		origin.line.Epoch = o.Clock.Now().UTC().Truncate(SegmentDuration).Add(-window)
	}
	origin.prune(origin.line.oldest() - graceSlots)
	return origin, nil
}

func (o *Origin) statePath() string { return filepath.Join(o.options.Dir, "timeline.json") }

// Epoch is when frame 0 was shown.
func (o *Origin) Epoch() time.Time { return o.line.Epoch }

// Live begins a broadcast, with an empty window and the same epoch, or ends it
// with ENDLIST. It is written down before Live returns; asking for what is
// already so changes nothing.
func (o *Origin) Live(live bool) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.line.Ended != live {
		return nil
	}
	o.line.Ended, o.next = !live, 0
	o.broadcast++
	if live {
		o.line.clear()
	}
	close(o.changed)
	o.changed = make(chan struct{})
	return o.save()
}

func (o *Origin) save() error { return keep.Save(o.statePath(), &o.line) }

// state is whether the broadcast has ended and what is closed when that changes.
func (o *Origin) state() (ended bool, changed <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.line.Ended, o.changed
}

// Run encodes while the broadcast is live, until ctx ends. A failing encoder is
// replaced after a second; the lost time is a gap.
func (o *Origin) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		ended, changed := o.state()
		if ended {
			select {
			case <-ctx.Done():
			case <-changed:
			}
			continue
		}
		err := o.encode(ctx, changed)
		if err == nil || ctx.Err() != nil {
			continue
		}
		o.options.Log.Error().Err(err).Msg("HLS encoder stopped, starting another")
		select {
		case <-ctx.Done():
		case <-o.options.Clock.After(time.Second):
		}
	}
	return nil
}

// begin decides where the next encoder starts: one that replaces another on
// purpose loses no frame, however long the change took.
func (o *Origin) begin() (slot int64, broadcast int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.options.Clock.Now()
	if o.line.stale(now) {
		o.line.clear()
	}
	slot = o.line.resume(now)
	if o.next > 0 {
		slot = o.next
	}
	o.restart, o.next = false, 0
	o.broken = o.line.started()
	return slot, o.broadcast
}

// encode runs one encoder until the broadcast changes, a discontinuity is asked
// for, the process slept for longer than a window, or ctx ends.
func (o *Origin) encode(ctx context.Context, changed <-chan struct{}) (err error) {
	slot, broadcast := o.begin()
	e, err := startEncoder(ctx, o.options.FFmpeg, o.options.Dir, slot, func(slot int64) { o.completed(slot, broadcast) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	const (
		pace     = 100 * time.Millisecond
		tooLate  = 2 * int64(window/time.Second) * FramesPerSecond
		preamble = FramesPerSecond // an encoder starts a little late without harm
	)
	canvas := newPainter()
	o.frames.Store(slot * framesPerSlot)
	for frame := slot * framesPerSlot; ; {
		due := o.line.frameAt(o.options.Clock.Now())
		if due-frame > tooLate+preamble {
			return nil
		}
		for ; frame <= due; frame++ {
			if frame%framesPerSlot == 0 && o.mustRestart(ctx, changed, frame/framesPerSlot) {
				return nil
			}
			if err := e.write(canvas.paint(frame, o.line.shownAt(frame))); err != nil {
				return err
			}
			o.frames.Store(frame + 1)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
			return nil
		case <-e.finished:
			return errors.New("encoder ended before its input")
		case <-o.options.Clock.After(pace):
		}
	}
}

// mustRestart reports, before a slot's first frame, whether another encoder is to
// begin with it.
func (o *Origin) mustRestart(ctx context.Context, changed <-chan struct{}, slot int64) bool {
	select {
	case <-ctx.Done():
		return true
	case <-changed:
		return true
	default:
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.restart {
		o.next = slot
	}
	return o.restart
}

// completed takes a finished segment of a broadcast into the playlist, or loses
// it if a fault says so.
func (o *Origin) completed(slot int64, broadcast int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.broadcast != broadcast || (slot+1)*framesPerSlot > o.frames.Load() {
		return // the broadcast is over, or the input stopped within the slot
	}
	o.line.Newest = slot
	switch o.timelineFault() {
	case kindGap:
		o.broken = true
		_ = os.Remove(filepath.Join(o.options.Dir, segmentName(slot)))
		return
	case kindDiscontinuity:
		o.restart = true
	}
	o.line.add(segment{Slot: slot, Discontinuity: o.broken})
	o.broken = false
	if err := o.save(); err != nil {
		o.options.Log.Error().Err(err).Msg("HLS timeline could not be kept")
	}
	o.prune(o.line.oldest() - graceSlots)
}

// prune removes the files of slots before oldest, whole or not.
func (o *Origin) prune(oldest int64) {
	entries, err := os.ReadDir(o.options.Dir)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if slot, ok := slotOf(entry.Name()); ok && slot < oldest {
			_ = os.Remove(filepath.Join(o.options.Dir, entry.Name()))
		}
	}
}
