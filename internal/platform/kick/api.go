package kick

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/streamsuites/streamsuites/internal/platform/call"
	"github.com/streamsuites/streamsuites/internal/retry"
)

// API is the official interface as seen with the tokens of one account or
// application.
type API struct {
	client *Client
	tokens Tokens
	name   string
}

// API returns the official interface with these tokens. name tells the limits of
// several tokens of one client apart.
func (c *Client) API(name string, tokens Tokens) *API {
	return &API{client: c, tokens: tokens, name: name}
}

func (a *API) address(path string, query url.Values) string {
	address := a.client.cfg.Endpoints.API + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return address
}

// call makes one call. It waits for a limit that the server announced, and
// replaces a refused token once. A call that met the limit is made again where
// that does no harm and the wait is short.
func (a *API) call(ctx context.Context, r call.Request, into any) error {
	token, err := a.tokens.Token(ctx)
	if err != nil {
		return noToken(r.Operation, err)
	}
	r.Secrets = append(r.Secrets, token)
	refreshed, waited := false, false
	for {
		if err := a.awaitRoom(ctx, r.Operation); err != nil {
			return err
		}
		r.Header = http.Header{"Authorization": {"Bearer " + token}}
		err := a.client.do(ctx, r, into)
		a.learn(err)
		var failed *Error
		if !errors.As(err, &failed) {
			return err
		}
		switch {
		case failed.Status == http.StatusUnauthorized && !refreshed:
			refreshed = true
			if token, err = a.tokens.Refresh(ctx, token); err != nil {
				return noToken(r.Operation, err)
			}
			r.Secrets = append(r.Secrets, token)
		case failed.Status == http.StatusTooManyRequests && r.Again != nil && !waited:
			waited = true
		default:
			return explained(err)
		}
	}
}

// listed makes a call whose answer is a list.
func listed[T any](ctx context.Context, a *API, r call.Request) ([]T, error) {
	var answer struct {
		Data []T `json:"data"`
	}
	err := a.call(ctx, r, &answer)
	return answer.Data, err
}

// noToken is a call that was not made, or not taken, for want of a token. Sources
// of tokens may say NeedsLogin() bool, Retryable() bool and RetryIn()
// time.Duration of their errors.
func noToken(operation string, err error) *Error {
	failed := &Error{Platform: platform, Operation: operation, Retry: true, Unreached: true, RetryAfter: retry.In(err), Err: err}
	var login interface{ NeedsLogin() bool }
	if errors.As(err, &login) && login.NeedsLogin() && !errors.Is(err, ErrNeedsLogin) {
		failed.Err = fmt.Errorf("%w: %w", ErrNeedsLogin, err)
	}
	var retry interface{ Retryable() bool }
	if errors.Is(failed.Err, ErrNeedsLogin) || (errors.As(err, &retry) && !retry.Retryable()) {
		failed.Retry = false
	}
	return failed
}
