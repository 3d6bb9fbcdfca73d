package youtube

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// RangeError is a Range header that cannot be true. Errors that hold one wrap
// ErrBroken too.
type RangeError struct {
	Value     string // as the server wrote it, shortened
	Confirmed int64  // how many bytes it had confirmed before
	Sent      int64  // how many it can have at most
}

// Error implements error.
func (e *RangeError) Error() string {
	return fmt.Sprintf("range %q with %d bytes confirmed and %d sent", e.Value, e.Confirmed, e.Sent)
}

// Unwrap returns ErrBroken.
func (e *RangeError) Unwrap() error { return ErrBroken }

// stored reads from a 308 how many bytes the server has: "bytes=0-N" means N+1,
// no Range at all means none. It may not take back what it confirmed, nor have
// more than was sent.
func stored(header http.Header, confirmed, sent int64) (int64, error) {
	values := header.Values("Range")
	value := strings.Join(values, ", ")
	wrong := &RangeError{Value: value[:min(len(value), 64)], Confirmed: confirmed, Sent: sent}
	var n int64
	if len(values) > 0 {
		last, ok := strings.CutPrefix(strings.TrimPrefix(strings.TrimSpace(value), "bytes="), "0-")
		if !ok {
			return 0, wrong
		}
		end, err := strconv.ParseUint(last, 10, 62)
		if err != nil {
			return 0, wrong
		}
		n = int64(end) + 1
	}
	if n < confirmed || n > sent {
		return 0, wrong
	}
	return n, nil
}
