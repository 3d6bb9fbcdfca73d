package kick

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	platform   = "kick"
	maxBody    = 4 << 20
	maxMessage = 200
)

// request is one call, to be made once or twice.
type request struct {
	operation string
	method    string
	url       string
	form      url.Values // sent as the body when not nil
	json      any        // sent as the body when not nil
	header    http.Header
	// secrets are cut out of whatever the server echoes.
	secrets []string
	// repeatable calls are made again after an answer that was lost or a server
	// error; all others happen at most once.
	repeatable bool
}

// do makes the call and decodes its answer.
func (c *Client) do(ctx context.Context, r request, into any) error {
	err := c.once(ctx, r, into)
	var failed *Error
	if !r.repeatable || !errors.As(err, &failed) || !failed.Retry || failed.Status == http.StatusTooManyRequests || ctx.Err() != nil {
		return err
	}
	pause := 250*time.Millisecond + time.Duration(c.cfg.Rand()*float64(500*time.Millisecond))
	if wait(ctx, pause) != nil {
		return err
	}
	return c.once(ctx, r, into)
}

func (c *Client) once(ctx context.Context, r request, into any) error {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	req, err := c.build(ctx, r)
	if err != nil {
		return &Error{Platform: platform, Operation: r.operation, Err: err}
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return &Error{Platform: platform, Operation: r.operation, Retry: true, Unreached: unreached(err), Err: unwrapURL(err)}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	failed := &Error{Platform: platform, Operation: r.operation, Status: resp.StatusCode}
	switch {
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		failed.Message = explain(body, append(r.secrets, c.cfg.ClientSecret))
		failed.Retry = resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusRequestTimeout
		failed.RetryAfter = retryAfter(resp.Header, c.cfg.Clock())
		return failed
	case err != nil:
		failed.Retry, failed.Err = true, fmt.Errorf("read the answer: %w", err)
		return failed
	case len(body) > maxBody:
		failed.Message = "answer is too large"
		return failed
	case into == nil:
		return nil
	}
	if json.Unmarshal(body, into) != nil {
		failed.Retry, failed.Err = true, errors.New("answer is not the JSON that was expected")
		return failed
	}
	return nil
}

func (c *Client) build(ctx context.Context, r request) (*http.Request, error) {
	var body io.Reader = http.NoBody
	kind := ""
	switch {
	case r.form != nil:
		body, kind = strings.NewReader(r.form.Encode()), "application/x-www-form-urlencoded"
	case r.json != nil:
		text, err := json.Marshal(r.json)
		if err != nil {
			return nil, fmt.Errorf("build the request: %w", err)
		}
		body, kind = bytes.NewReader(text), "application/json"
	}
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, body)
	if err != nil {
		return nil, errors.New("build the request")
	}
	for name, values := range r.header {
		req.Header[name] = values
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	req.Header.Set("Accept", "application/json")
	return req, nil
}

// unreached tells errors from before anything was written.
func unreached(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &dns) || (errors.As(err, &op) && op.Op == "dial")
}

// unwrapURL drops the address from a transport's error.
func unwrapURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// explain takes the server's message out of an error's body.
func explain(body []byte, secrets []string) string {
	var answer struct {
		Message     string `json:"message"`
		Error       any    `json:"error"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	text := answer.Message
	if word, ok := answer.Error.(string); ok && text == "" {
		text = strings.TrimSpace(word + " " + answer.Description)
	}
	return shorten(text, secrets)
}

// shorten makes one short line without secrets of the server's words.
func shorten(text string, secrets []string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "[redacted]")
		}
	}
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > maxMessage {
		text = string([]rune(text)[:maxMessage-1]) + "…"
	}
	return text
}

// retryAfter reads how long the server wants to be left alone, as seconds or as
// a date; zero when it does not say.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := header.Get("Retry-After")
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
