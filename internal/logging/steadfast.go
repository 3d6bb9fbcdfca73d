package logging

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
)

// steadfast drops what cannot be written and says so once for each outage: a
// full disk must not make every line of the log a line on the terminal.
type steadfast struct {
	out     io.Writer
	say     io.Writer
	failing atomic.Bool
}

// Write implements io.Writer; it never fails.
func (s *steadfast) Write(p []byte) (int, error) {
	_, err := s.out.Write(p)
	switch {
	case err == nil:
		s.failing.Store(false)
	case errors.Is(err, os.ErrClosed): // a late line after Close
	case !s.failing.Swap(true):
		_, _ = fmt.Fprintf(s.say, "the log cannot be written, lines are lost: %v\n", err)
	}
	return len(p), nil
}
