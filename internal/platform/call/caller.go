package call

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/backoff"
)

// maxBody is how much of an answer is read, in bytes.
const maxBody = 4 << 20

// Caller makes the calls of one platform. It may be used by many goroutines.
type Caller struct {
	Platform string       // for errors
	HTTP     *http.Client // such as one of WithoutRedirects
	Timeout  time.Duration
	// MaxWait is the longest wait for room under a limit; see Pause.
	MaxWait time.Duration
	// Clock is compared with the dates that the server announces.
	Clock func() time.Time
	// Rand returns numbers in [0, 1) for jitter.
	Rand func() float64
	// Explain takes the server's message out of the body of an error.
	Explain func(body []byte) string
	// Secret, of the application, is cut out of whatever the server echoes.
	Secret string
}

// Do makes a call and decodes its answer as JSON, unless into is nil; the headers
// are those of the last answer, if there was one. A failure is an *Error. One that
// the request declares worth a second attempt gets it, after a short pause.
func (c *Caller) Do(ctx context.Context, r Request, into any) (http.Header, error) {
	header, err := c.once(ctx, r, into)
	if err == nil || r.Again == nil || ctx.Err() != nil || !r.Again(err) {
		return header, plain(err)
	}
	pause := 250*time.Millisecond + time.Duration(c.Rand()*float64(500*time.Millisecond))
	if backoff.Wait(ctx, pause) != nil {
		return header, err
	}
	header, second := c.once(ctx, r, into)
	if second != nil {
		second.Unreached = second.Unreached && err.Unreached // the first attempt may have been carried out
	}
	return header, plain(second)
}

// plain keeps a nil *Error from becoming an error.
func plain(err *Error) error {
	if err == nil {
		return nil
	}
	return err
}

func (c *Caller) once(ctx context.Context, r Request, into any) (http.Header, *Error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	req, err := r.build(ctx)
	if err != nil {
		return nil, &Error{Platform: c.Platform, Operation: r.Operation, Err: err}
	}
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return nil, &Error{Platform: c.Platform, Operation: r.Operation, Retry: true, Unreached: unreached(err), Err: withoutAddress(err)}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	failed := &Error{Platform: c.Platform, Operation: r.Operation, Status: resp.StatusCode}
	switch {
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		failed.Message = Short(c.Explain(body), slices.Concat(r.Secrets, []string{c.Secret})...)
		failed.Retry = resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusRequestTimeout
		failed.RetryAfter, _ = RetryAfter(resp.Header, c.Clock())
		return resp.Header, failed
	case err != nil:
		failed.Retry, failed.Err = true, fmt.Errorf("read the answer: %w", err)
		return resp.Header, failed
	case len(body) > maxBody:
		failed.Message = "answer is too large"
		return resp.Header, failed
	case into == nil:
		return resp.Header, nil
	}
	if json.Unmarshal(body, into) != nil {
		failed.Retry, failed.Err = true, errors.New("answer is not the JSON that was expected")
		return resp.Header, failed
	}
	return resp.Header, nil
}

// unreached tells errors from before anything was written.
func unreached(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &dns) || (errors.As(err, &op) && op.Op == "dial")
}

// withoutAddress drops the address, which may hold a secret, from a transport's
// error.
func withoutAddress(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}
