//go:build unix

package durable

import (
	"errors"
	"os"
	"strconv"
	"syscall"
)

// DiskFull tells whether err means that there is no room: a full disk or an
// exhausted quota. Nothing gets better by trying again soon.
func DiskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

func rename(oldpath, newpath string) error { return os.Rename(oldpath, newpath) }

// syncDir makes the names in a folder survive a power failure. Some file
// systems cannot flush a folder and say EINVAL or ENOTSUP: they have nothing to
// flush.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	err = f.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		return nil
	}
	return err
}

// writeHolder writes in place: a rename would put an unlocked file there.
func writeHolder(path string, pid int) error {
	return os.WriteFile(path, []byte(strconv.Itoa(pid)+"\n"), 0o644)
}
