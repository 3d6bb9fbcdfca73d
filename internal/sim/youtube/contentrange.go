package youtube

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// unknown is a size that has not been told.
const unknown = -1

// contentRange is what a request says it brings.
type contentRange struct {
	query bool  // brings nothing: "bytes */…"
	first int64 // of the bytes
	last  int64 // of the bytes, inclusive
	total int64 // of the whole video, or unknown
}

var errRange = errors.New("not a content range")

// parseContentRange reads "bytes a-b/N", "bytes a-b/*", "bytes */N" and
// "bytes */*".
func parseContentRange(header string) (contentRange, error) {
	spec, ok := strings.CutPrefix(header, "bytes ")
	if !ok {
		return contentRange{}, fmt.Errorf("%w: %.100q", errRange, header)
	}
	span, size, ok := strings.Cut(strings.TrimSpace(spec), "/")
	if !ok {
		return contentRange{}, fmt.Errorf("%w: %.100q", errRange, header)
	}
	r := contentRange{total: unknown}
	var err error
	if size != "*" {
		if r.total, err = offset(size); err != nil {
			return contentRange{}, err
		}
	}
	if span == "*" {
		r.query = true
		return r, nil
	}
	first, last, _ := strings.Cut(span, "-")
	if r.first, err = offset(first); err != nil {
		return contentRange{}, err
	}
	if r.last, err = offset(last); err != nil {
		return contentRange{}, err
	}
	if r.last < r.first || r.total != unknown && r.last >= r.total {
		return contentRange{}, fmt.Errorf("%w: %.100q", errRange, header)
	}
	return r, nil
}

// offset reads digits and nothing else.
func offset(text string) (int64, error) {
	n, err := strconv.ParseUint(text, 10, 62)
	if err != nil {
		return 0, fmt.Errorf("%w: %.100q is no number of bytes", errRange, text)
	}
	return int64(n), nil
}

// length is how many bytes the request should bring.
func (r contentRange) length() int64 {
	if r.query {
		return 0
	}
	return r.last - r.first + 1
}

// final reports whether the request brings the end of the video.
func (r contentRange) final() bool { return !r.query && r.total == r.last+1 }
