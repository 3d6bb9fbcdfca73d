package media

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/streamsuites/streamsuites/internal/durable"
)

// Discard removes the folder of a recording that is over, unless a held span
// still needs part of it or a recorder is using it; it reports whether the
// folder is gone. It is what retention calls: only pruners delete segments.
func Discard(dir string, held []Span) (bool, error) {
	lock, err := durable.TakeLock(filepath.Join(dir, lockFile))
	var busy *durable.LockedError
	switch {
	case errors.As(err, &busy):
		return false, nil
	case notRecorded(err):
		return true, nil
	case err != nil:
		return false, fmt.Errorf("discard a recording: %w", err)
	}
	defer lock.Release()
	ix, err := OpenIndex(dir)
	if err != nil && !notRecorded(err) {
		return false, fmt.Errorf("discard a recording: %w", err)
	}
	if err == nil && ix.holdsAny(held) {
		return false, nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return false, fmt.Errorf("discard a recording: %w", err)
	}
	return true, nil
}

func (ix *Index) holdsAny(spans []Span) bool {
	for _, span := range spans {
		if len(ix.Cover(span).Segments) > 0 {
			return true
		}
	}
	return false
}
