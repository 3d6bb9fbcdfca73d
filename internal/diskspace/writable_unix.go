//go:build unix

package diskspace

import (
	"errors"

	"golang.org/x/sys/unix"
)

// writable asks whether a folder's disk could be written to, without writing. Who
// may write there is another matter: not everybody who asks has to.
func writable(folder string) error {
	err := unix.Access(folder, unix.W_OK)
	switch {
	case errors.Is(err, unix.EROFS):
		return ErrReadOnly
	case errors.Is(err, unix.EACCES):
		return nil
	default:
		return err
	}
}

// ReadOnly tells whether err means that a disk is read-only.
func ReadOnly(err error) bool { return errors.Is(err, unix.EROFS) || errors.Is(err, ErrReadOnly) }
