package durable

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// DiskFull tells whether err means that there is no room: a full disk or an
// exhausted quota. Nothing gets better by trying again soon.
func DiskFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) ||
		errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) ||
		errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED)
}

// rename waits out readers and virus scanners, which on Windows keep a file from
// being replaced while they have it open.
func rename(oldpath, newpath string) error {
	var err error
	for wait := time.Millisecond; wait < 500*time.Millisecond; wait *= 2 {
		err = os.Rename(oldpath, newpath)
		if !errors.Is(err, windows.ERROR_SHARING_VIOLATION) && !errors.Is(err, windows.ERROR_ACCESS_DENIED) {
			return err
		}
		time.Sleep(wait)
	}
	return err
}

// syncDir has nothing to do: NTFS journals names itself.
func syncDir(string) error { return nil }

// writeHolder has nothing to do: on Windows nobody could read the process id
// from a locked file.
func writeHolder(string, int) error { return nil }
