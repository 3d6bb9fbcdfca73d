package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Staged is the new content of a file, flushed to disk beside it, where nobody looks.
// Many files become durable sooner when each is staged, at the same time as others,
// then all are published, and their folders flushed once.
type Staged struct{ temporary, path string }

// Stage prepares to replace path by data with exactly the permissions perm. The folder
// must exist. Call Publish or Drop afterwards.
func Stage(path string, data []byte, perm fs.FileMode) (*Staged, error) {
	return stage(path, perm, whole(path, data))
}

// whole fills a file with data.
func whole(path string, data []byte) func(*os.File) error {
	return func(f *os.File) error {
		_, err := f.Write(data)
		return about(path, err)
	}
}

// Publish replaces the file. A reader sees the old content or the new one; it is the
// new one also after a power failure when FlushDir has flushed the file's folder.
func (s *Staged) Publish() error {
	if err := rename(s.temporary, s.path); err != nil {
		s.Drop()
		return fmt.Errorf("rename %s: %w", s.temporary, err)
	}
	return nil
}

// Drop gives the new content up.
func (s *Staged) Drop() { _ = os.Remove(s.temporary) }

// FlushDir makes what was published in a folder survive a power failure.
func FlushDir(dir string) error {
	if err := syncDir(dir); err != nil {
		return fmt.Errorf("make the names in %s durable: %w", dir, err)
	}
	return nil
}

// stage fills a temporary file beside path. Its name begins with a dot and ends in
// .tmp, see SweepTemporary.
func stage(path string, perm fs.FileMode, fill func(*os.File) error) (_ *Staged, err error) {
	dir, base := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	f, err := os.CreateTemp(dir, "."+base+".*"+temporarySuffix)
	if err != nil {
		return nil, fmt.Errorf("create a temporary file for %s: %w", path, about(path, err))
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err := fill(f); err != nil {
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	if err := f.Chmod(perm); err != nil {
		return nil, fmt.Errorf("set permissions of %s: %w", path, about(path, err))
	}
	if err := f.Sync(); err != nil {
		return nil, fmt.Errorf("flush %s: %w", path, about(path, err))
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("close %s: %w", path, about(path, err))
	}
	return &Staged{f.Name(), path}, nil
}

// about makes an error of a temporary file one of the file that it stands for: its own
// name is another one each time, and a failure that goes on should always read the same.
func about(path string, err error) error {
	var own *fs.PathError
	if errors.As(err, &own) {
		return &fs.PathError{Op: own.Op, Path: path, Err: own.Err}
	}
	return err
}
