package durable

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
)

// Lock is an exclusive claim on a file by this process. The operating system
// drops it when the process dies, however it dies; child processes do not
// inherit it.
type Lock struct {
	file *flock.Flock
}

// LockedError says that another holder has the lock.
type LockedError struct {
	// Path is the lock file.
	Path string
	// PID is the holder's process id, 0 if it could not be read.
	PID int
}

// Error implements error.
func (e *LockedError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("%s is locked by another process", e.Path)
	}
	return fmt.Sprintf("%s is locked by process %d", e.Path, e.PID)
}

// TakeLock claims path, creating the file with this process's id in it, and
// returns a *LockedError at once if somebody has it. The file stays after
// Release: removing it would let two processes lock two files of one name.
func TakeLock(path string) (*Lock, error) {
	file := flock.New(path, flock.SetPermissions(0o644))
	got, err := file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if !got {
		file.Close()
		return nil, &LockedError{Path: path, PID: readHolder(path)}
	}
	if err := writeHolder(path, os.Getpid()); err != nil {
		file.Close()
		return nil, fmt.Errorf("write the holder into %s: %w", path, err)
	}
	return &Lock{file: file}, nil
}

// Release gives the lock up. Calling it again does nothing.
func (l *Lock) Release() error { return l.file.Close() }

func readHolder(path string) int {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 0 {
		return 0
	}
	return pid
}
