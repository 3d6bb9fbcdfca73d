package activities

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/streamsuites/streamsuites/activities/task"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/media"
)

const (
	// coveragePoll is how often the index is looked at while a clip waits.
	coveragePoll = 100 * time.Millisecond

	encodeBeat = time.Second

	// stallLimit is how long an encode may make no progress.
	stallLimit = 2 * time.Minute

	// encodersByDefault suits two cores.
	encodersByDefault = 2
)

// Cutter cuts a span out of a recording. A clip that is there already it returns
// as it is. Its errors are *clip.Failure, or the context's cause.
type Cutter interface {
	Cut(ctx context.Context, request media.CutRequest) (media.CutResult, error)
}

// Index tells what a recording holds of a span. The error is fs.ErrNotExist as
// long as nothing was recorded.
type Index func(dir string, span media.Span) (media.Coverage, error)

// ReadIndex is the Index of the recordings on disk.
func ReadIndex(dir string, span media.Span) (media.Coverage, error) {
	index, err := media.OpenIndex(dir)
	if err != nil {
		return media.Coverage{}, err
	}
	return index.Cover(span), nil
}

// Media makes clips out of the recordings of this host.
type Media struct {
	Watch ClipWatch

	stateDir string
	cutter   Cutter
	index    Index
	clock    func() time.Time
	encoders *semaphore.Weighted
}

// NewMedia returns the media activities of the host with this state directory.
// They encode at most encoders clips at a time; zero means two.
func NewMedia(stateDir string, cutter Cutter, index Index, clock func() time.Time, encoders int) *Media {
	if encoders <= 0 {
		encoders = encodersByDefault
	}
	return &Media{stateDir: stateDir, cutter: cutter, index: index, clock: clock, encoders: semaphore.NewWeighted(int64(encoders))}
}

// Await waits until the recording reaches past the end of a span, or until
// patience has run out. It fails when too much of the span is missing.
func (a *Media) Await(ctx context.Context, in task.AwaitInput) (task.AwaitResult, error) {
	dir, err := within(a.stateDir, in.Dir)
	if err != nil {
		return task.AwaitResult{}, err
	}
	work := begin(ctx)
	defer work.finish()
	span := media.Span{Start: in.Start, End: in.End}
	latest := in.End.Add(in.Patience)
	poll := time.NewTicker(coveragePoll)
	defer poll.Stop()
	for {
		covered, err := a.index(dir, span)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return task.AwaitResult{}, work.outcome(err)
		}
		if covered.Done || !a.clock().Before(latest) {
			return judge(covered, span)
		}
		work.heartbeat(task.AwaitResult{Covered: covered.Covered, Gaps: len(covered.Gaps)})
		select {
		case <-poll.C:
		case <-work.Done():
			return task.AwaitResult{}, work.outcome(context.Cause(work))
		}
	}
}

func judge(covered media.Coverage, span media.Span) (task.AwaitResult, error) {
	if failure := covered.Failure(span); failure != nil {
		return task.AwaitResult{}, failure
	}
	return task.AwaitResult{Covered: covered.Covered, Gaps: len(covered.Gaps)}, nil
}

// Encode makes a clip's file. It waits for a free encoder first. The file
// appears whole or not at all and is made once, so it is safe to repeat.
func (a *Media) Encode(ctx context.Context, in task.EncodeInput) (task.EncodeResult, error) {
	request, err := a.cutRequest(in)
	if err != nil {
		return task.EncodeResult{}, err
	}
	work := begin(ctx)
	defer work.finish()
	progress := &encodeProgress{clock: a.clock, now: task.EncodeProgress{Waiting: true}, end: work.end}
	stop := work.beat(encodeBeat, progress.details)
	defer stop()
	if err := work.lost(); err != nil {
		return task.EncodeResult{}, err
	}
	if err := a.encoders.Acquire(work, 1); err != nil {
		return task.EncodeResult{}, work.outcome(err)
	}
	defer a.encoders.Release(1)

	progress.start()
	began := a.clock()
	request.OnProgress = progress.report
	cut, err := a.cutter.Cut(work, request)
	if err != nil {
		if errors.Is(context.Cause(work), errStalled) {
			err = &clip.Failure{Code: clip.EncodeFailed, Message: "Encoding got stuck.", Err: errStalled}
		}
		return task.EncodeResult{}, work.outcome(err)
	}
	a.Watch.encoded(in.ClipID, a.clock().Sub(began), cut.FFmpegTime, cut.Duration)
	return a.result(cut)
}

// errStalled ends an encode that makes no progress.
var errStalled = fmt.Errorf("no progress within %s", stallLimit)

// encodeProgress is how far an encode is, for heartbeats.
type encodeProgress struct {
	clock func() time.Time
	end   context.CancelCauseFunc

	mu    sync.Mutex
	now   task.EncodeProgress
	moved time.Time // when it last got further; zero while waiting
}

func (p *encodeProgress) start() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now.Waiting, p.moved = false, p.clock()
}

func (p *encodeProgress) report(cut media.CutProgress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if cut.Frame != p.now.Frame || cut.Fraction != p.now.Fraction {
		p.moved = p.clock()
	}
	p.now.Frame, p.now.Fraction = cut.Frame, cut.Fraction
}

// details returns what a heartbeat tells, and ends an encode that is stuck.
func (p *encodeProgress) details() any {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.moved.IsZero() && p.clock().Sub(p.moved) > stallLimit {
		p.end(errStalled)
	}
	return p.now
}
