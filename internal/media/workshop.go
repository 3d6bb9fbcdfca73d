package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/process"
)

// workshop makes one clip.
type workshop struct {
	tools    Tools
	version  Version
	registry *process.Registry
	log      zerolog.Logger
	req      CutRequest
	mark     string // is there as long as this is the newest attempt
	threads  int

	prefix     string        // of segments' names in FFmpeg's arguments
	work       string        // FFmpeg's working directory; empty: this process's
	recorded   []Segment     // all that the index knows
	privileged bool          // another user cannot get at the files
	spent      time.Duration // in FFmpeg and FFprobe
}

// cutPlan is what a clip is made from.
type cutPlan struct {
	parts []part
	gaps  []clip.Gap
}

func (p cutPlan) frames() (n int64) {
	for _, part := range p.parts {
		n += part.frames
	}
	return n
}

func (p cutPlan) length() (d time.Duration) {
	for _, part := range p.parts {
		d += part.length()
	}
	return d
}

// enter decides how FFmpeg gets at the segments: by absolute paths, because a
// child that drops root cannot change into a folder below a private one before
// it runs; or from within their folder if its name holds the character that
// FFmpeg separates names with.
func (w *workshop) enter() {
	w.prefix = w.req.Dir
	if strings.Contains(w.req.Dir, "|") {
		w.prefix, w.work, w.privileged = "", w.req.Dir, true
	}
}

// run runs FFmpeg or FFprobe as an unprivileged user if the files permit: what it
// decodes came from strangers.
func (w *workshop) run(ctx context.Context, path string, args []string, stdout io.Writer) error {
	began := time.Now()
	defer func() { w.spent += time.Since(began) }()
	for {
		complaints := &tail{}
		err := run(ctx, job{
			Name: filepath.Base(path), Path: path, Args: args, Dir: w.work, Stdout: stdout, Stderr: complaints,
			Background: true, Unprivileged: !w.privileged, Registry: w.registry,
		})
		switch {
		case ctx.Err() != nil:
			return err
		case err == nil && noRoom(complaints.String()):
			// FFmpeg before 6 ends well although it could not write the end.
			return &toolFailure{exit: errDiskFull, complaints: complaints.String()}
		case err == nil:
			return nil
		case !w.privileged && deniesAccess(err, complaints.String()):
			w.log.Warn().Msg("FFmpeg runs with this process's rights: another user cannot reach the recording")
			w.privileged = true
		case isStartError(err):
			return missingTool(filepath.Base(path), err)
		default:
			return &toolFailure{exit: err, complaints: complaints.String()}
		}
	}
}

func deniesAccess(err error, complaints string) bool {
	return errors.Is(err, os.ErrPermission) || strings.Contains(complaints, "Permission denied") ||
		isStartError(err) && strings.Contains(err.Error(), "drop root")
}

// plan finds the pictures of the span.
func (w *workshop) plan(ctx context.Context) (cutPlan, error) {
	cover := w.coverage()
	if failure := cover.Failure(w.req.Span); failure != nil {
		return cutPlan{}, failure
	}
	if err := w.verifyFiles(&cover); err != nil {
		return cutPlan{}, err
	}
	if failure := cover.Failure(w.req.Span); failure != nil {
		return cutPlan{}, failure
	}
	var p cutPlan
	rest := w.req.Span
	for _, r := range group(cover.Segments) {
		parts, err := w.partsWithLead(ctx, r, rest)
		if err != nil {
			return cutPlan{}, err
		}
		for _, part := range parts {
			p.parts = append(p.parts, part)
			rest.Start = part.wall.End
		}
		if len(p.parts) > maxReels {
			return cutPlan{}, &clip.Failure{Code: clip.CaptureGap, Final: true,
				Message: "The stream broke off so often that no clip can be put together from the recording of that moment."}
		}
	}
	p.gaps = missing(w.req.Span, p.parts, cover.Gaps)
	cover.Gaps, cover.Covered = p.gaps, w.req.Span.Length()
	for _, g := range p.gaps {
		cover.Covered -= g.End.Sub(g.Start)
	}
	if failure := cover.Failure(w.req.Span); failure != nil {
		return cutPlan{}, failure
	}
	return p, nil
}

// coverage is what the index knows, narrowed to the requested segments if there
// are any.
func (w *workshop) coverage() Coverage {
	ix, err := OpenIndex(w.req.Dir)
	if err != nil {
		ix = &Index{dir: w.req.Dir, segments: w.req.Segments}
	}
	w.recorded = ix.Segments()
	cover := ix.Cover(w.req.Span)
	if len(w.req.Segments) == 0 || err != nil {
		return cover
	}
	wanted := &Index{segments: w.req.Segments, gaps: cover.Gaps, expired: cover.Expired}
	narrowed := wanted.Cover(w.req.Span)
	narrowed.Oldest, narrowed.Newest = cover.Oldest, cover.Newest
	return narrowed
}

// verifyFiles takes segments out of the coverage that have expired since, and
// refuses those whose files are not what was recorded.
func (w *workshop) verifyFiles(cover *Coverage) error {
	kept := make([]Segment, 0, len(cover.Segments))
	for _, s := range cover.Segments {
		info, err := os.Stat(filepath.Join(w.req.Dir, s.File))
		switch {
		case notRecorded(err):
			if shared, ok := w.req.Span.overlap(s.Start, s.End()); ok {
				cover.Gaps = append(cover.Gaps, clip.Gap{Start: shared.Start, End: shared.End, Reason: GapExpired})
				cover.Covered -= shared.Length()
			}
			continue
		case err != nil:
			return fmt.Errorf("look at a segment: %w", err)
		case info.Size() != s.Bytes:
			return corrupt(fmt.Errorf("%s has %d bytes instead of %d", s.File, info.Size(), s.Bytes))
		}
		kept = append(kept, s)
	}
	cover.Segments = kept
	return nil
}

// maxLead is how many segments in front of a span are looked at for the key
// picture that its first pictures refer to.
const maxLead = 5

// partsWithLead takes from a reel what belongs to span. Where the first pictures
// cannot be decoded because they refer to earlier ones, it begins reading earlier.
func (w *workshop) partsWithLead(ctx context.Context, r reel, span Span) ([]part, error) {
	best, outcome := w.parts(ctx, r, span)
	for range maxLead {
		begin := r[0].Start
		if begin.Before(span.Start) {
			begin = span.Start
		}
		complete := outcome == nil && len(best) > 0 && best[0].wall.Start.Sub(begin) <= best[0].interval
		if complete || ctx.Err() != nil {
			break
		}
		before, ok := w.before(r[0])
		if !ok {
			break
		}
		r = append(reel{before}, r...)
		if better, err := w.parts(ctx, r, span); err == nil && len(better) > 0 {
			best, outcome = better, nil
		}
	}
	return best, outcome
}

// before returns the segment that s continues, if it is still there.
func (w *workshop) before(s Segment) (Segment, bool) {
	for i, next := range w.recorded {
		if i == 0 || next.Seq != s.Seq || breaksAfter(w.recorded[i-1], next) {
			continue
		}
		before := w.recorded[i-1]
		info, err := os.Stat(filepath.Join(w.req.Dir, before.File))
		return before, err == nil && info.Size() == before.Bytes
	}
	return Segment{}, false
}

// parts takes from a reel what belongs to span. Where timestamps break although
// the index knows nothing of it, the reel is taken in two.
func (w *workshop) parts(ctx context.Context, r reel, span Span) ([]part, error) {
	s, err := w.probe(ctx, r)
	if err != nil {
		return nil, err
	}
	all, bad, split := pictures(r, s)
	switch {
	case bad >= 0:
		return nil, corrupt(fmt.Errorf("%s holds no picture that can be decoded", r[bad].File))
	case split > 0:
		before, err := w.parts(ctx, r[:split], span)
		if err != nil {
			return nil, err
		}
		for _, p := range before {
			span.Start = p.wall.End
		}
		after, err := w.parts(ctx, r[split:], span)
		return append(before, after...), err
	}
	p, ok := choose(r, s, all, span)
	if !ok {
		return nil, nil
	}
	return []part{p}, nil
}

// probe asks FFprobe for every picture of a reel.
func (w *workshop) probe(ctx context.Context, r reel) (stretch, error) {
	var head int64
	if r[0].Init != "" {
		info, err := os.Stat(filepath.Join(w.req.Dir, r[0].Init))
		if err != nil {
			return stretch{}, corrupt(fmt.Errorf("the initialization section cannot be used: %w", err))
		}
		head = info.Size()
	}
	out := tail{limit: maxListing}
	args := []string{"-v", "error", "-of", "compact=p=1:nk=0", "-show_entries", stretchEntries}
	err := w.run(ctx, w.tools.FFprobe, append(args, r.input(w.prefix)...), &out)
	var failed *toolFailure
	if errors.As(err, &failed) {
		return stretch{}, corrupt(err)
	}
	if err != nil {
		return stretch{}, err
	}
	s, err := parseStretch(out.bytes())
	if err == nil && !s.video {
		err = errors.New("there is no picture in it")
	}
	if err != nil {
		return stretch{}, corrupt(err)
	}
	s.head = head
	return s, nil
}

// input are FFmpeg's options that read a reel as one file. The format is given
// and protocols are restricted, so that a segment which is really a playlist
// cannot make FFmpeg open anything else.
func (r reel) input(dir string) []string {
	names := make([]string, 0, len(r)+1)
	format := "mpegts"
	if r[0].Init != "" {
		format = "mov"
		names = append(names, filepath.ToSlash(filepath.Join(dir, r[0].Init)))
	}
	for _, s := range r {
		names = append(names, filepath.ToSlash(filepath.Join(dir, s.File)))
	}
	return []string{"-protocol_whitelist", "file,concat", "-f", format, "-i", "concat:" + strings.Join(names, "|")}
}
