package media

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// pruner is the only one that deletes segments.
type pruner struct {
	journal *journal
	window  time.Duration
}

// due tells whether the window leaves anything to delete, so that nobody is
// asked for held spans in vain.
func (p pruner) due() bool { return p.disposable(p.window, nil) > 0 }

// disposable returns the number of the last segment that may go; 0 if none may.
// Segments go in the order of recording and stop at the first that is needed: it
// lies in the window, or a held span begins before its end. A source whose clock
// was set back leaves segments that look new for ever; they go when two windows
// have been recorded behind them and no held span shares any of them.
func (p pruner) disposable(window time.Duration, held []Span) int64 {
	newest, ok := p.journal.ix.last()
	if !ok {
		return 0
	}
	mark := newest.End().Add(-window)
	for _, span := range held {
		if span.Start.Before(mark) {
			mark = span.Start
		}
	}
	segments := p.journal.ix.Segments()
	var behind time.Duration
	for _, s := range segments {
		behind += s.Duration
	}
	var last int64
	for _, s := range segments {
		behind -= s.Duration
		if s.End().After(mark) && (behind <= 2*window || sharedBy(held, s)) {
			break
		}
		last = s.Seq
	}
	return last
}

func sharedBy(spans []Span, s Segment) bool {
	for _, span := range spans {
		if _, shared := span.overlap(s.Start, s.End()); shared {
			return true
		}
	}
	return false
}

// prune deletes what lies below the window of the given length and below every
// held span, and returns how many segments that were.
func (p pruner) prune(window time.Duration, held []Span) (int, error) {
	last := p.disposable(window, held)
	if last == 0 {
		return 0, nil
	}
	return p.deleteThrough(last)
}

// deleteThrough deletes every segment up to seq. The files go first: on a full
// disk that makes the room for the line which says so, and a reader treats a
// missing file as expired.
func (p pruner) deleteThrough(seq int64) (int, error) {
	var end time.Time
	var failures []error
	deleted, keep := 0, map[string]bool{}
	segments := p.journal.ix.Segments()
	for _, s := range segments {
		if s.Seq > seq {
			keep[s.Init] = true
		}
	}
	for _, s := range segments {
		if s.Seq > seq {
			break
		}
		failures = append(failures, p.remove(s.File))
		if s.Init != "" && !keep[s.Init] {
			failures = append(failures, p.remove(s.Init))
		}
		if s.End().After(end) {
			end = s.End()
		}
		deleted++
	}
	failures = append(failures, p.journal.append(record{Kind: kindExpired, Seq: seq, End: end}))
	failures = append(failures, p.journal.tidy())
	if err := errors.Join(failures...); err != nil {
		return deleted, fmt.Errorf("prune the recording: %w", err)
	}
	return deleted, nil
}

func (p pruner) remove(name string) error {
	err := os.Remove(filepath.Join(p.journal.ix.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// squeeze makes room on a full disk: the oldest quarter of the buffer goes,
// as far as no clip holds it. It reports whether there was anything to delete.
func (p pruner) squeeze(held []Span) (bool, error) {
	oldest, newest, _, _, _ := p.journal.ix.totals()
	n, err := p.prune(newest.Sub(oldest)*3/4, held)
	return n > 0, err
}
