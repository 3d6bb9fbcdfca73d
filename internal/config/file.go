package config

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
)

// maxFile is the size of the largest file that is read, in bytes.
const maxFile = 8 << 20

// readLimited reads a whole regular file of at most maxFile bytes.
func readLimited(path string) ([]byte, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, errTooLarge
	}
	return data, nil
}

// hashLimited returns the hash of what readLimited returns, without holding it: it
// is asked for every few seconds.
func hashLimited(path string) (sum [sha256.Size]byte, err error) {
	f, err := openRegular(path)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(f, maxFile+1))
	if err != nil {
		return sum, err
	}
	if n > maxFile {
		return sum, errTooLarge
	}
	h.Sum(sum[:0])
	return sum, nil
}

var errTooLarge = fmt.Errorf("larger than %d MiB", maxFile>>20)

func openRegular(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		// A pipe or device would block for ever.
		return nil, errors.New("not a regular file")
	}
	return os.Open(path)
}
