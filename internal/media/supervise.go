package media

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/durable"
)

// Retries of an address that does not work.
const (
	firstRetry = time.Second
	lastRetry  = 30 * time.Second
)

// errEnded says that a source told that nothing will be added.
var errEnded = errors.New("the source has ended")

// errStalled says that a source sends nothing new.
var errStalled = errors.New("the source sends nothing new")

// errFinished says that a file was played to its end.
var errFinished = errors.New("the file has been played to its end")

// errNoPlaylist says that an address over HTTP does not lead to HLS.
var errNoPlaylist = errors.New("the address does not lead to a playlist")

// connection is one attempt to record from one address. It returns how many
// segments it stored and why it ended, which is never nil.
type connection interface {
	record(ctx context.Context) (stored int, err error)
}

// supervise connects, again and again, until the source is over.
func (r *Recorder) supervise(ctx context.Context) error {
	retries := 0
	reason := GapRestart // of what is missing until the first segment
	for {
		r.tell(StateConnecting, nil)
		stored, err := r.connect(ctx, reason)
		reason = GapStall
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if over, err := r.verdict(stored, err); over {
			return err
		}
		if stored > 0 {
			retries = 0
		}
		r.tell(stateAfter(err), err)
		if err := r.cfg.Wait(ctx, r.backoff(retries)); err != nil {
			return err
		}
		retries++
	}
}

// verdict tells whether the recording is over after a connection ended with err,
// and with which error.
func (r *Recorder) verdict(stored int, err error) (over bool, outcome error) {
	var unsupported *UnsupportedError
	var tool *ToolError
	switch {
	case errors.Is(err, ErrSourceOver), errors.Is(err, errFinished), errors.Is(err, errEnded) && stored == 0:
		// A source that says once that it has ended may have moved: only the
		// second time, with nothing new, it is believed.
		if err := r.sink.journal.append(record{Kind: kindEnded}); err != nil {
			return true, fmt.Errorf("record: %w", err)
		}
		r.tell(StateEnded, nil)
		return true, nil
	case errors.As(err, &unsupported), errors.As(err, &tool):
		r.tell(StateStalled, err)
		return true, err
	default:
		return false, nil
	}
}

// backoff is how long to wait before try n+1: doubling, with jitter so that
// many recorders do not ask at once.
func (r *Recorder) backoff(n int) time.Duration {
	d := firstRetry << min(n, 10)
	d = min(d, lastRetry)
	return d/2 + time.Duration(r.cfg.Rand()*float64(d/2))
}

func (r *Recorder) connect(ctx context.Context, reason string) (int, error) {
	address, err := r.resolve(ctx)
	if err != nil {
		return 0, err
	}
	base, isHTTP := httpAddress(address)
	if !isHTTP {
		return r.ffmpeg(address, reason).record(ctx)
	}
	stored, err := r.hls(base, reason).record(ctx)
	if errors.Is(err, errNoPlaylist) {
		return r.ffmpeg(address, reason).record(ctx)
	}
	return stored, err
}

// addressError says that no address is known.
type addressError struct{ err error }

// Error implements error.
func (e *addressError) Error() string { return "waiting for an address: " + e.err.Error() }

// Unwrap returns why.
func (e *addressError) Unwrap() error { return e.err }

// stateAfter is where a recording stands whose connection ended with err.
func stateAfter(err error) string {
	var waiting *addressError
	if errors.As(err, &waiting) {
		return StateWaiting
	}
	return StateStalled
}

// resolve asks for the source's address. The error is an *addressError, or says
// that the source is over.
func (r *Recorder) resolve(ctx context.Context) (string, error) {
	address, err := r.cfg.Resolve(ctx)
	if err == nil && address == "" {
		err = errors.New("there is none")
	}
	if err != nil {
		return "", &addressError{err}
	}
	return address, nil
}

func httpAddress(address string) (*url.URL, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, false
	}
	scheme := strings.ToLower(u.Scheme)
	return u, scheme == "http" || scheme == "https"
}

// hls makes a connection that follows a playlist.
func (r *Recorder) hls(base *url.URL, reason string) connection {
	last, any := r.sink.journal.ix.last()
	return &hlsConnection{
		r: r, fetch: fetcher{r.cfg.HTTPClient}, address: base, reason: reason,
		timeline: newTimeline(last, any, r.cfg.Window), initials: map[string]string{},
		renewal: newRenewal(r, base),
	}
}

// isFolderError tells errors of the capture folder from those of the source.
func isFolderError(err error) bool {
	var path *fs.PathError
	var link *os.LinkError
	return (errors.As(err, &path) || errors.As(err, &link)) && !durable.DiskFull(err)
}
