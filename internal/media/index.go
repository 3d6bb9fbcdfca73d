package media

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/streamsuites/streamsuites/internal/clip"
)

// Index is what a capture folder holds, as its index file told it when the Index
// was opened or last refreshed. It is safe for concurrent use.
type Index struct {
	dir string

	mu       sync.RWMutex
	segments []Segment // in order of recording
	gaps     []clip.Gap
	expired  time.Time // end of the newest pruned segment
	lastSeq  int64
	ended    bool
	damaged  int
}

// OpenIndex reads the index of a capture folder, also while a recorder writes to
// it. The error is fs.ErrNotExist if nothing was ever recorded there.
func OpenIndex(dir string) (*Index, error) {
	ix := &Index{dir: dir}
	if err := ix.Refresh(); err != nil {
		return nil, err
	}
	return ix, nil
}

// Refresh reads the index file again.
func (ix *Index) Refresh() error {
	data, err := os.ReadFile(filepath.Join(ix.dir, indexFile))
	if err != nil {
		return fmt.Errorf("read the index of a recording: %w", err)
	}
	fresh := Index{}
	_, fresh.damaged = scan(data, fresh.apply)
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.segments, ix.gaps, ix.expired = fresh.segments, fresh.gaps, fresh.expired
	ix.lastSeq, ix.ended, ix.damaged = fresh.lastSeq, fresh.ended, fresh.damaged
	return nil
}

// apply adds what one line says. The caller holds the lock, or the only
// reference.
func (ix *Index) apply(r record) {
	switch r.Kind {
	case kindSegment:
		if r.Seq <= ix.lastSeq {
			ix.damaged++
			return
		}
		ix.lastSeq, ix.ended = r.Seq, false
		ix.segments = append(ix.segments, r.segment())
	case kindGap:
		ix.addGap(clip.Gap{Start: r.Start, End: r.End, Reason: r.Reason})
	case kindExpired:
		ix.expire(r.Seq, r.End)
	case kindEnded:
		ix.ended = true
	}
}

// maxGaps bounds the memory that a source can take which is nothing but gaps.
const maxGaps = 4096

// addGap joins a gap to the one before it if that goes on for the same reason.
func (ix *Index) addGap(g clip.Gap) {
	if n := len(ix.gaps); n > 0 {
		last := &ix.gaps[n-1]
		if last.Reason == g.Reason && !g.Start.Before(last.Start) && g.Start.Sub(last.End) <= seam {
			if g.End.After(last.End) {
				last.End = g.End
			}
			return
		}
	}
	ix.gaps = append(ix.gaps, g)
	if len(ix.gaps) > maxGaps {
		ix.gaps = slices.Delete(ix.gaps, 0, len(ix.gaps)-maxGaps)
	}
}

func (ix *Index) expire(seq int64, end time.Time) {
	ix.segments = slices.DeleteFunc(ix.segments, func(s Segment) bool { return s.Seq <= seq })
	ix.gaps = slices.DeleteFunc(ix.gaps, func(g clip.Gap) bool { return !g.End.After(end) })
	ix.lastSeq = max(ix.lastSeq, seq)
	if end.After(ix.expired) {
		ix.expired = end
	}
}

// Segments returns a copy of all segments, in order of recording.
func (ix *Index) Segments() []Segment {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return slices.Clone(ix.segments)
}

// Damaged is how many lines of the index could not be understood.
func (ix *Index) Damaged() int {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return ix.damaged
}

// totals sums the buffer up.
func (ix *Index) totals() (oldest, newest time.Time, segments, bytes, gaps int64) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	oldest, newest = ix.bounds()
	for _, s := range ix.segments {
		bytes += s.Bytes
	}
	return oldest, newest, int64(len(ix.segments)), bytes, int64(len(ix.gaps))
}

// bounds are the earliest start and the latest end. The caller holds the lock.
func (ix *Index) bounds() (oldest, newest time.Time) {
	for i, s := range ix.segments {
		if i == 0 || s.Start.Before(oldest) {
			oldest = s.Start
		}
		if end := s.End(); i == 0 || end.After(newest) {
			newest = end
		}
	}
	return oldest, newest
}

// last returns the segment recorded last.
func (ix *Index) last() (Segment, bool) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if len(ix.segments) == 0 {
		return Segment{}, false
	}
	return ix.segments[len(ix.segments)-1], true
}

// notRecorded tells whether err means that a folder holds no index.
func notRecorded(err error) bool { return errors.Is(err, fs.ErrNotExist) }
