package youtube

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"google.golang.org/api/googleapi"
)

// secrets are what must not be in any text, with those of a session.
func (c *Client) secrets(session string) []string {
	access, refresh := c.tokens.current()
	return []string{c.cfg.ClientSecret, c.cfg.RefreshToken, session, uploadID(session), access, refresh}
}

// lost is a request without a whole answer.
func (c *Client) lost(ctx context.Context, operation, session string, status int, err error) error {
	var known *Error
	if errors.As(err, &known) {
		again := *known
		again.Operation = fmt.Sprintf("%s: %s", operation, known.Operation)
		return &again
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return &Error{Operation: operation, Status: status, Err: withoutAddress(err, c.secrets(session))}
}

// refused is an answer that says no.
func (c *Client) refused(operation, session string, status int, header http.Header, body []byte) *Error {
	failed := &Error{Operation: operation, Status: status, RetryAfter: retryAfter(header, c.cfg.Clock())}
	failed.Reason, failed.Message = explain(body, c.secrets(session))
	switch {
	case status == http.StatusUnauthorized && failed.Reason != "youtubeSignupRequired":
		failed.Err = ErrNeedsLogin
	case session != "" && (status == http.StatusNotFound || status == http.StatusGone):
		failed.Err = ErrSessionLost
	case status < 400:
		failed.Err = ErrBroken
	}
	return failed
}

// fromAPI turns an error of the generated client into one of ours.
func (c *Client) fromAPI(ctx context.Context, operation string, err error) error {
	var answered *googleapi.Error
	if errors.As(err, &answered) {
		return c.refused(operation, "", answered.Code, answered.Header, []byte(answered.Body))
	}
	return c.lost(ctx, operation, "", 0, err)
}

// answer reads a body. What it holds is of no use when its end is missing.
func (c *Client) answer(ctx context.Context, operation, session string, resp *http.Response) ([]byte, error) {
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil && resp.StatusCode < 300 {
		return nil, c.lost(ctx, operation, session, resp.StatusCode, fmt.Errorf("read the answer: %w", err))
	}
	return body, nil
}
