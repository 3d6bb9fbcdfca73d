package durable

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const temporarySuffix = ".tmp"

// SweepTemporary removes what a killed process left half-written in dir: the
// temporary files of WriteFile and CopyFile. Only the owner of the folder may
// call it, before it writes there itself. A folder that does not exist is clean.
func SweepTemporary(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for half-written files: %w", err)
	}
	var failures []error
	for _, entry := range entries {
		if isTemporary(entry) {
			failures = append(failures, os.Remove(filepath.Join(dir, entry.Name())))
		}
	}
	return errors.Join(failures...)
}

func isTemporary(entry os.DirEntry) bool {
	return entry.Type().IsRegular() &&
		strings.HasPrefix(entry.Name(), ".") &&
		strings.HasSuffix(entry.Name(), temporarySuffix)
}
