package diskspace

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// writable only sees whether the folder is there: volumes of this system are not
// remounted under a running program.
func writable(folder string) error {
	_, err := os.Stat(folder)
	return err
}

// ReadOnly tells whether err means that a disk is read-only.
func ReadOnly(err error) bool {
	return errors.Is(err, windows.ERROR_WRITE_PROTECT) || errors.Is(err, ErrReadOnly)
}
