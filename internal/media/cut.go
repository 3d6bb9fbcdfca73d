package media

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/process"
)

// Cutter makes clips out of recordings. It may be used by several goroutines.
type Cutter struct {
	Tools    Tools
	Log      zerolog.Logger
	Registry *process.Registry // may be nil
	// Threads bounds the encoder's threads; 0 means one for each processor, but
	// four at most.
	Threads int

	mu      sync.Mutex
	version *Version // of Tools.FFmpeg, once it is known
}

// CutRequest says what to cut.
type CutRequest struct {
	Dir        string    // the capture folder
	Segments   []Segment // of Coverage; empty: whatever the index holds of the span
	Span       Span
	Output     string            // final path, ending in .mp4; its base name is the clip's id
	OnProgress func(CutProgress) // may be nil; called from Cut's goroutine, about twice a second
}

// CutProgress is how far an encode is.
type CutProgress struct {
	Frame    int64
	OutTime  time.Duration // length of what is encoded
	Fraction float64       // 0 to 1
}

// CutResult is a finished clip.
type CutResult struct {
	Path, Thumbnail, Sidecar string // absolute if Output was
	Duration                 time.Duration
	Frames                   int64
	Width, Height            int
	VideoCodec, AudioCodec   string // FFmpeg's names; no AudioCodec: no sound
	Bytes                    int64
	SHA256                   string        // lower-case hexadecimal
	FFmpegTime               time.Duration // spent in FFmpeg and FFprobe
	Gaps                     []clip.Gap
}

// Cut makes the clip: an MP4, a picture <id>.jpg and the metadata <id>.json
// beside it, in this order and each at once. A clip of the same span that is
// finished already is returned as it is. The error is a *clip.Failure, or the
// context's cause when ctx ended: then FFmpeg is gone and so are its files.
func (c *Cutter) Cut(ctx context.Context, req CutRequest) (CutResult, error) {
	log := c.Log.With().Str("clip", clipID(req.Output)).Logger()
	result, err := c.cut(ctx, req, log)
	switch {
	case err == nil:
		return result, nil
	case ctx.Err() != nil:
		return CutResult{}, context.Cause(ctx)
	}
	failure := asFailure(err)
	log.Error().Err(failure.Err).Str("code", string(failure.Code)).Msg(failure.Message)
	return CutResult{}, failure
}

func (c *Cutter) cut(ctx context.Context, req CutRequest, log zerolog.Logger) (CutResult, error) {
	if err := req.check(); err != nil {
		return CutResult{}, err
	}
	if done, ok := finished(req); ok {
		log.Info().Msg("the clip is there already")
		return done, nil
	}
	if err := sweepOutput(req.Output); err != nil {
		return CutResult{}, fmt.Errorf("remove what an earlier attempt left: %w", err)
	}
	mark, err := markAttempt(req.Output)
	if err != nil {
		return CutResult{}, err
	}
	defer os.Remove(mark)
	if req.OnProgress == nil {
		req.OnProgress = func(CutProgress) {}
	}
	version, err := c.ffmpegVersion(ctx)
	if err != nil {
		return CutResult{}, err
	}
	w := &workshop{tools: c.Tools, version: version, registry: c.Registry, log: log, req: req, mark: mark, threads: c.threads()}
	w.enter()
	plan, err := w.plan(ctx)
	if err != nil {
		return CutResult{}, err
	}
	if err := w.checkRoom(plan); err != nil {
		return CutResult{}, err
	}
	return w.make(ctx, plan)
}

// maxClip is the longest clip that can be cut.
const maxClip = 10 * time.Minute

func (r CutRequest) check() error {
	switch {
	case !filepath.IsAbs(r.Output) || filepath.Ext(r.Output) != ".mp4":
		return errors.New("the clip's path is not an absolute one of an MP4")
	case !filepath.IsAbs(r.Dir):
		return errors.New("the recording's path is not absolute")
	case r.Span.Length() <= 0 || r.Span.Length() > maxClip:
		return errors.New("the clip's length is out of bounds")
	}
	for _, s := range r.Segments {
		if !segmentRecord(s).valid() {
			return errors.New("a segment does not come from an index")
		}
	}
	return nil
}

func (c *Cutter) threads() int {
	if c.Threads > 0 {
		return c.Threads
	}
	return min(runtime.NumCPU(), 4)
}

// ffmpegVersion asks FFmpeg for its version once.
func (c *Cutter) ffmpegVersion(ctx context.Context) (Version, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.version != nil {
		return *c.version, nil
	}
	v, err := c.Tools.Version(ctx)
	if err != nil {
		return v, err
	}
	if !v.atLeast(minMajor, minMinor) {
		return v, tooOld(v)
	}
	c.version = &v
	return v, nil
}

func clipID(output string) string {
	return strings.TrimSuffix(filepath.Base(output), filepath.Ext(output))
}

// beside is a path with the clip's id and another ending.
func beside(output, extension string) string {
	return strings.TrimSuffix(output, filepath.Ext(output)) + extension
}

// sweepOutput removes temporary files of an earlier attempt at the same clip, and
// its mark: should it still be there, in a process that stood still, it publishes
// nothing any more.
func sweepOutput(output string) error {
	left, err := filepath.Glob(filepath.Join(escapeGlob(filepath.Dir(output)), escapeGlob("."+clipID(output)+".")+"*"+cutSuffix))
	if err != nil {
		return err
	}
	for _, path := range left {
		if err := os.Remove(path); err != nil && !notRecorded(err) {
			return err
		}
	}
	return nil
}

// markAttempt leaves a file beside the output that stays there until the next
// attempt at the same clip begins.
func markAttempt(output string) (string, error) {
	file, err := os.CreateTemp(filepath.Dir(output), "."+clipID(output)+".*.attempt"+cutSuffix)
	if err != nil {
		return "", fmt.Errorf("mark the attempt at the clip: %w", err)
	}
	return file.Name(), file.Close()
}

// errSuperseded says that another attempt at the clip has begun since.
var errSuperseded = errors.New("another attempt at the clip has begun since")

var globEscaper = strings.NewReplacer(`*`, `[*]`, `?`, `[?]`, `[`, `[[]`)

func escapeGlob(text string) string { return globEscaper.Replace(text) }

// cutSuffix ends the names of files that are not finished.
const cutSuffix = ".cutting"
