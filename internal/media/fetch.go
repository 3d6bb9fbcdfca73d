package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/media/hls"
)

// StatusError says that a source answered with an HTTP error. It names the host
// only: paths and queries of media addresses hold tokens.
type StatusError struct {
	Host   string
	Status int
}

// Error implements error.
func (e *StatusError) Error() string {
	return fmt.Sprintf("%s answered %d %s", e.Host, e.Status, http.StatusText(e.Status))
}

// refused tells whether the address is of no use any more: it has expired, or
// what it led to is gone.
func refused(err error) bool {
	var status *StatusError
	if !errors.As(err, &status) {
		return false
	}
	switch status.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusGone:
		return true
	default:
		return false
	}
}

func gone(err error) bool {
	var status *StatusError
	if !errors.As(err, &status) {
		return false
	}
	return status.Status == http.StatusNotFound
}

// errTooLong says that an answer exceeds its bound.
var errTooLong = errors.New("the answer is longer than anything that is expected")

// userAgent is how the recorder introduces itself.
const userAgent = "StreamSuites"

// request is one bounded GET.
type request struct {
	url     *url.URL
	part    *hls.Range
	limit   int64 // bytes
	timeout time.Duration
}

// fetcher gets resources of a source. No error of it holds an address.
type fetcher struct{ client *http.Client }

// get writes the resource to w and returns the address that answered, behind
// redirects. An error of w comes back as it is.
func (f fetcher) get(ctx context.Context, r request, w io.Writer) (*url.URL, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url.String(), nil)
	if err != nil {
		return nil, errors.New("the address cannot be requested")
	}
	req.Header.Set("User-Agent", userAgent)
	if r.part != nil {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", r.part.Offset, r.part.Offset+r.part.Length-1))
	}
	resp, err := f.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("get from %s: %w", r.url.Host, bare(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK && (r.part == nil || resp.StatusCode != http.StatusPartialContent) {
		return nil, &StatusError{Host: r.url.Host, Status: resp.StatusCode}
	}
	if err := r.copy(w, resp); err != nil {
		return resp.Request.URL, err
	}
	return resp.Request.URL, nil
}

func (r request) copy(w io.Writer, resp *http.Response) error {
	body := &source{from: resp.Body, host: r.url.Host}
	limit := r.limit
	if r.part != nil {
		if resp.StatusCode == http.StatusOK { // the server does not know ranges
			if _, err := io.CopyN(io.Discard, body, r.part.Offset); err != nil {
				return err
			}
		}
		if r.part.Length > limit {
			return errTooLong
		}
		_, err := io.CopyN(w, body, r.part.Length)
		return err
	}
	if resp.ContentLength > limit {
		return errTooLong
	}
	n, err := io.Copy(w, io.LimitReader(body, limit+1))
	if err == nil && n > limit {
		return errTooLong
	}
	return err
}

// source names the host in errors of a body, so that they can be told from
// errors of the disk.
type source struct {
	from io.Reader
	host string
}

// Read implements io.Reader.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("read from %s: %w", s.host, bare(err))
	}
	return n, err
}

// bare removes the address that net/http puts into its errors.
func bare(err error) error {
	var withAddress *url.Error
	if errors.As(err, &withAddress) {
		return withAddress.Err
	}
	return err
}

// follow resolves a URI of a playlist. A playlist may lead to other hosts, but
// not to files or other protocols.
func follow(base *url.URL, uri string) (*url.URL, error) {
	next, err := base.Parse(uri)
	if err != nil {
		return nil, errors.New("the playlist holds an address that cannot be read")
	}
	if scheme := strings.ToLower(next.Scheme); scheme != "http" && scheme != "https" || next.Host == "" {
		return nil, errors.New("the playlist leads away from HTTP")
	}
	return next, nil
}
