package twitch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
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
	// repeatable calls are made again after an answer that was lost.
	repeatable bool
	// atMostOnce calls are not even made again after a server error: they may have
	// been carried out.
	atMostOnce bool
}

// do makes the call and decodes its answer. A server error, and for repeatable
// calls a lost answer, is tried once more.
func (c *Client) do(ctx context.Context, r request, into any) (http.Header, error) {
	header, err := c.once(ctx, r, into)
	if !c.again(ctx, r, err) {
		return header, err
	}
	pause := 250*time.Millisecond + time.Duration(c.cfg.Rand()*float64(500*time.Millisecond))
	if wait(ctx, pause) != nil {
		return header, err
	}
	return c.once(ctx, r, into)
}

func (c *Client) again(ctx context.Context, r request, err error) bool {
	var failed *Error
	if r.atMostOnce || !errors.As(err, &failed) || ctx.Err() != nil {
		return false
	}
	answered := failed.Status >= 500
	lost := r.repeatable && failed.Retry && (failed.Status == 0 || failed.Status == http.StatusOK)
	return answered || lost
}

func (c *Client) once(ctx context.Context, r request, into any) (http.Header, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	body, kind, err := r.body()
	if err != nil {
		return nil, c.failed(r, 0, "", err)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, strings.NewReader(body))
	if err != nil {
		return nil, c.failed(r, 0, "", errors.New("build the request"))
	}
	for name, values := range r.header {
		req.Header[name] = values
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.failed(r, 0, "", unwrapURL(err))
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	switch {
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return resp.Header, c.failed(r, resp.StatusCode, explain(answer, append(r.secrets, c.cfg.ClientSecret)), nil)
	case err != nil:
		return resp.Header, c.failed(r, resp.StatusCode, "", fmt.Errorf("read the answer: %w", err))
	case len(answer) > maxBody:
		return resp.Header, &Error{Platform: platform, Operation: r.operation, Status: resp.StatusCode, Message: "answer is too large"}
	case into == nil:
		return resp.Header, nil
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return resp.Header, c.failed(r, resp.StatusCode, "", errors.New("answer is not the JSON that was expected"))
	}
	return resp.Header, nil
}

// body returns what is sent, and its media type; both are empty for no body.
func (r request) body() (content, kind string, err error) {
	switch {
	case r.json != nil:
		encoded, err := json.Marshal(r.json)
		if err != nil {
			return "", "", errors.New("encode the request")
		}
		return string(encoded), "application/json", nil
	case r.form != nil:
		return r.form.Encode(), "application/x-www-form-urlencoded", nil
	}
	return "", "", nil
}

const platform = "twitch"

func (c *Client) failed(r request, status int, message string, err error) *Error {
	return &Error{
		Platform: platform, Operation: r.operation, Status: status, Message: message, Err: err,
		Retry: status < 300 || status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout,
	}
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
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	text := strings.ToValidUTF8(answer.Message, "\uFFFD")
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

// resetAfter reads how long the server wants to be left alone.
func resetAfter(header http.Header, now time.Time) (time.Duration, bool) {
	if unix, err := strconv.ParseInt(header.Get("Ratelimit-Reset"), 10, 64); err == nil && unix > 0 {
		return max(time.Unix(unix, 0).Sub(now), 0), true
	}
	if seconds, err := strconv.ParseInt(header.Get("Retry-After"), 10, 32); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second, true
	}
	return 0, false
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
