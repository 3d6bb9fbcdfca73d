package durable

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteFile replaces path by data with exactly the permissions perm. A reader
// sees the old content or the new one; when WriteFile has returned nil, the new
// one survives a power failure. The folder must exist.
func WriteFile(path string, data []byte, perm fs.FileMode) error {
	return replace(path, perm, whole(path, data))
}

// Write replaces path by what fill writes, with the guarantees of WriteFile, for
// content that is not at hand as a whole. When fill fails, path is untouched and
// the error wraps fill's.
func Write(path string, perm fs.FileMode, fill func(io.Writer) error) error {
	return replace(path, perm, func(f *os.File) error {
		buffered := bufio.NewWriterSize(f, writeBuffer)
		if err := fill(buffered); err != nil {
			return err
		}
		return buffered.Flush()
	})
}

// writeBuffer is how much Write collects before it goes to the file.
const writeBuffer = 256 << 10

// Rename moves a file or a folder within one file system and makes the move
// itself survive a power failure. A file at newpath is replaced.
func Rename(oldpath, newpath string) error {
	if err := rename(oldpath, newpath); err != nil {
		return fmt.Errorf("rename %s: %w", oldpath, err)
	}
	if err := syncDir(filepath.Dir(newpath)); err != nil {
		return fmt.Errorf("make the rename to %s durable: %w", newpath, err)
	}
	return nil
}

// replace fills a temporary file beside path and renames it into place.
func replace(path string, perm fs.FileMode, fill func(*os.File) error) error {
	staged, err := stage(path, perm, fill)
	if err != nil {
		return err
	}
	if err := Rename(staged.temporary, path); err != nil {
		staged.Drop() // unless it is the file by now
		return err
	}
	return nil
}
