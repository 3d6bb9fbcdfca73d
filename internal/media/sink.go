package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/diskspace"
	"github.com/streamsuites/streamsuites/internal/durable"
)

// lockFile keeps a second recorder out of a capture folder.
const lockFile = "lock"

// workName matches what is being written and has no place in the index yet.
var workName = regexp.MustCompile(`^(\..*\.(part|tmp)|work-[0-9]+-[0-9]+\.ts)$`)

// heldEvery is how often held spans are asked for at most, in stream time.
const heldEvery = 5 * time.Second

// errDiskFull says that a segment found no room even after pruning.
var errDiskFull = errors.New("the disk is full")

// sink stores segments: atomically as files, then in the index; and prunes.
type sink struct {
	dir     string
	journal *journal
	pruner  pruner
	held    func(context.Context) ([]Span, error)
	clock   func() time.Time
	create  func(path string) (io.WriteCloser, error)
	log     zerolog.Logger

	room func(folder string) (diskspace.Room, error)

	spans []Span    // held, as they were last known
	known bool      // they were known once
	asked time.Time // when held spans were asked for last
	full  bool      // the last segment found no room

	lowSaid bool // that room is scarce
}

func createFile(path string) (io.WriteCloser, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
}

// put stores one segment whose bytes fill writes; extension is "ts" or "m4s".
// fill may be called a second time, when the first attempt found the disk full.
// A full disk that stays full is errDiskFull.
func (s *sink) put(ctx context.Context, meta Segment, extension string, fill func(io.Writer) error) error {
	meta.Seq = s.journal.nextSeq()
	meta.File = fmt.Sprintf("seg-%08d.%s", meta.Seq, extension)
	return s.withRoom(ctx, func() error {
		n, err := s.write(meta.File, fill)
		if err != nil {
			return err
		}
		meta.Bytes = n
		return s.enter(meta)
	})
}

// adopt stores a segment that is a file in the folder already, by renaming it.
func (s *sink) adopt(ctx context.Context, meta Segment, file, extension string) error {
	meta.Seq = s.journal.nextSeq()
	meta.File = fmt.Sprintf("seg-%08d.%s", meta.Seq, extension)
	info, err := os.Stat(filepath.Join(s.dir, file))
	if err != nil {
		return fmt.Errorf("look at a recorded segment: %w", err)
	}
	if meta.Bytes = info.Size(); meta.Bytes == 0 {
		return os.Remove(filepath.Join(s.dir, file))
	}
	if err := os.Rename(filepath.Join(s.dir, file), filepath.Join(s.dir, meta.File)); err != nil {
		return fmt.Errorf("store a recorded segment: %w", err)
	}
	return s.withRoom(ctx, func() error { return s.enter(meta) })
}

// enter puts a segment whose file stands into the index.
func (s *sink) enter(meta Segment) error {
	meta.Arrived = s.clock()
	err := s.journal.append(segmentRecord(meta))
	if err != nil {
		_ = os.Remove(filepath.Join(s.dir, meta.File))
	}
	return err
}

// withRoom does what needs room on the disk and prunes afterwards. If there is
// none it makes some, at the cost of the oldest part of the buffer, and tries
// once more.
func (s *sink) withRoom(ctx context.Context, store func() error) error {
	err := store()
	if durable.DiskFull(err) {
		freed, squeezed := s.squeeze(ctx)
		if !freed {
			return errors.Join(errDiskFull, squeezed)
		}
		err = store()
	}
	if durable.DiskFull(err) {
		return errDiskFull
	}
	if err != nil {
		return err
	}
	s.full = false
	s.prune(ctx)
	return nil
}

func (s *sink) write(name string, fill func(io.Writer) error) (n int64, err error) {
	part := filepath.Join(s.dir, "."+name+".part")
	file, err := s.create(part)
	if err != nil {
		return 0, fmt.Errorf("create a segment: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(part)
		}
	}()
	counted := &counter{to: file}
	err = errors.Join(fill(counted), file.Close())
	if err == nil && counted.n == 0 {
		err = errEmpty
	}
	if err != nil {
		return 0, fmt.Errorf("store a segment: %w", err)
	}
	if err := os.Rename(part, filepath.Join(s.dir, name)); err != nil {
		return 0, fmt.Errorf("store a segment: %w", err)
	}
	return counted.n, nil
}

// errEmpty says that a source gave a segment without a single byte.
var errEmpty = errors.New("it is empty")

type counter struct {
	to io.Writer
	n  int64
}

// Write implements io.Writer.
func (c *counter) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.n += int64(n)
	return n, err
}

// initialization stores an initialization section under a name made from its
// content, so that equal ones are kept once, and returns the name.
func (s *sink) initialization(ctx context.Context, data []byte) (string, error) {
	sum := sha256.Sum256(data)
	name := "init-" + hex.EncodeToString(sum[:8]) + ".mp4"
	if _, err := os.Stat(filepath.Join(s.dir, name)); err == nil {
		return name, nil
	}
	return name, s.withRoom(ctx, func() error {
		_, err := s.write(name, func(w io.Writer) error {
			_, err := w.Write(data)
			return err
		})
		return err
	})
}

// has tells whether a file of the folder is still there.
func (s *sink) has(name string) bool {
	_, err := os.Stat(filepath.Join(s.dir, name))
	return err == nil
}

// heldSpans asks which parts clips still need. Nobody may be able to say, while
// the database is away: then what was known last counts, since without a database
// no clip is asked for either. The error says that, or that nothing was ever known.
func (s *sink) heldSpans(ctx context.Context) ([]Span, error) {
	held, err := s.held(ctx)
	if err != nil {
		return s.spans, err
	}
	s.spans, s.known = held, true
	return held, nil
}

// prune deletes what has left the window. What fails is tried again with one of
// the next segments. Without an answer about held spans twice the window is kept,
// for clips that were asked for after the last answer; without ever having had
// one, everything.
func (s *sink) prune(ctx context.Context) {
	low := s.low()
	if !s.pruner.due() && !low || s.clock().Sub(s.asked).Abs() < heldEvery {
		return
	}
	s.asked = s.clock()
	window := s.pruner.window
	held, err := s.heldSpans(ctx)
	if err != nil {
		s.log.Warn().Err(err).Bool("pruned", s.known).Msg("nobody says which parts of the recording clips still need")
		if !s.known {
			return
		}
		window *= 2
	}
	if low {
		window = s.lower(window)
	}
	if _, err := s.pruner.prune(window, held); err != nil {
		s.log.Warn().Err(err).Msg("recording is not pruned")
	}
}

// leastWindow is what the recording keeps of itself when others need the room.
const leastWindow = time.Minute

// low tells whether the disk has less room than the recording leaves to others.
func (s *sink) low() bool {
	room, err := s.room(s.dir)
	low := err == nil && !room.Allows(0, diskspace.BeforeCapture)
	if low && !s.lowSaid {
		s.log.Error().Stringer("room", room).Msg("the disk is nearly full: the oldest part of the recording is given up")
	}
	s.lowSaid = low
	return low
}

// lower is the window without the oldest quarter of what there is.
func (s *sink) lower(window time.Duration) time.Duration {
	oldest, newest, _, _, _ := s.journal.ix.totals()
	return min(window, max(leastWindow, newest.Sub(oldest)*3/4))
}

// squeeze frees room on a full disk and reports whether it could.
func (s *sink) squeeze(ctx context.Context) (bool, error) {
	held, err := s.heldSpans(ctx)
	if err != nil && !s.known {
		return false, fmt.Errorf("the disk is full, and nobody says which parts clips still need: %w", err)
	}
	freed, err := s.pruner.squeeze(held)
	if !s.full {
		s.log.Error().Bool("pruned", freed).Msg("the disk is full: the oldest part of the recording was given up")
	}
	s.full = true
	return freed, err
}
