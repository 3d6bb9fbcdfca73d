package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// staleError says that a program was built before a file that it is built from
// changed.
type staleError struct{ program, source string }

// Error implements error.
func (e *staleError) Error() string {
	return fmt.Sprintf("%s is older than %s: run make bench, which builds first, or make build", e.program, e.source)
}

// program finds a program that make build builds in the checkout root, and refuses
// one whose figures would be those of an earlier state of the code.
func program(root, name string) (path string, err error) {
	if path, err = filepath.Abs(filepath.Join(root, name)); err != nil {
		return "", fmt.Errorf("find %s: %w", name, err)
	}
	built, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("find %s, which make build builds; run the benchmark at the top of the checkout: %w", name, err)
	}
	source, err := changedSince(root, built.ModTime())
	if err != nil {
		return "", fmt.Errorf("look whether %s is up to date: %w", name, err)
	}
	if source != "" {
		return "", &staleError{name, source}
	}
	return path, nil
}

// changedSince returns a file of the programs' code that was changed after a moment;
// empty for none. Tests, and what is not part of the programs, do not count.
func changedSince(root string, moment time.Time) (changed string, err error) {
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			switch {
			case path == root:
				return nil
			case strings.HasPrefix(name, "."), name == "testdata", name == "node_modules", path == filepath.Join(root, "bench"),
				path == filepath.Join(root, "e2e"):
				return fs.SkipDir
			}
			return nil
		}
		if name != "go.mod" && (!strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go")) {
			return nil
		}
		file, err := entry.Info()
		if err != nil {
			return err
		}
		if file.ModTime().After(moment) {
			changed = path
			return fs.SkipAll
		}
		return nil
	})
	return changed, err
}
