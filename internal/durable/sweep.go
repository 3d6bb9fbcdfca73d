package durable

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const temporarySuffix = ".tmp"

// SweepTemporary removes what a killed process left half-written in dir: the
// temporary files of WriteFile and CopyFile. Only the owner of the folder may
// call it, before it writes there itself. A folder that does not exist is clean.
func SweepTemporary(dir string) error { return SweepAbandoned(dir, 0) }

// SweepAbandoned removes such files that nobody has written to for that long. In a
// folder that several processes write to, it has to be longer than any of them
// leaves a file alone.
func SweepAbandoned(dir string, unchanged time.Duration) error {
	latest := time.Now().Add(-unchanged)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for half-written files: %w", err)
	}
	var failures []error
	for _, entry := range entries {
		if !isTemporary(entry) {
			continue
		}
		info, err := entry.Info()
		if err != nil || unchanged > 0 && info.ModTime().After(latest) {
			continue // gone meanwhile, or in use
		}
		if err := os.Remove(filepath.Join(dir, entry.Name())); !errors.Is(err, os.ErrNotExist) {
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}

func isTemporary(entry os.DirEntry) bool {
	return entry.Type().IsRegular() &&
		strings.HasPrefix(entry.Name(), ".") &&
		strings.HasSuffix(entry.Name(), temporarySuffix)
}
