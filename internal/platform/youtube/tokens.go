package youtube

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

// early is how long before its end a token is replaced.
const early = time.Minute

// tokens keeps the account's access token. One exchange goes on at a time.
type tokens struct {
	cfg   Config
	oauth oauth2.Config
	http  *http.Client
	turn  chan struct{} // holds one item, for whoever exchanges

	mu      sync.Mutex
	access  string
	refresh string
	ends    time.Time // of access; zero when unknown
}

func newTokens(cfg Config, client *http.Client) *tokens {
	t := &tokens{
		cfg: cfg, http: client, turn: make(chan struct{}, 1), refresh: cfg.RefreshToken,
		oauth: oauth2.Config{
			ClientID: cfg.ClientID, ClientSecret: cfg.ClientSecret,
			Endpoint: oauth2.Endpoint{TokenURL: cfg.Endpoints.OAuth, AuthStyle: oauth2.AuthStyleInParams},
		},
	}
	t.turn <- struct{}{}
	return t
}

// token returns an access token that is good as far as we know. refused is one
// that the platform did not take, or "": it is replaced unless somebody did so
// meanwhile.
func (t *tokens) token(ctx context.Context, refused string) (string, error) {
	select {
	case <-t.turn:
	case <-ctx.Done():
		return "", &Error{Operation: operationToken, Err: context.Cause(ctx)}
	}
	defer func() { t.turn <- struct{}{} }()
	if t.cfg.Tokens != nil {
		return t.given(ctx, refused)
	}
	if access := t.good(); access != "" && access != refused {
		return access, nil
	}
	return t.exchange(ctx)
}

// given asks whoever looks after the account's token.
func (t *tokens) given(ctx context.Context, refused string) (access string, err error) {
	if refused == "" {
		access, err = t.cfg.Tokens.Token(ctx)
	} else {
		access, err = t.cfg.Tokens.Refresh(ctx, refused)
	}
	if err != nil {
		return "", &Error{Operation: operationToken, Err: err}
	}
	t.cfg.OnToken(access)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.access = access
	return access, nil
}

// good returns the access token unless its end is near.
func (t *tokens) good() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ends.IsZero() || t.cfg.Clock().Before(t.ends.Add(-early)) {
		return t.access
	}
	return ""
}

// current returns both tokens as they are.
func (t *tokens) current() (access, refresh string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.access, t.refresh
}

const operationToken = "oauth token"

func (t *tokens) exchange(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, t.cfg.Timeout)
	defer cancel()
	asked := t.cfg.Clock()
	_, refresh := t.current()
	granted, err := t.oauth.TokenSource(context.WithValue(ctx, oauth2.HTTPClient, t.http), &oauth2.Token{RefreshToken: refresh}).Token()
	if err != nil {
		return "", t.failure(err)
	}
	if strings.ContainsAny(granted.AccessToken, "\r\n") {
		return "", &Error{Operation: operationToken, Status: http.StatusOK, Err: ErrBroken}
	}
	t.cfg.OnToken(granted.AccessToken)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.access, t.refresh, t.ends = granted.AccessToken, granted.RefreshToken, time.Time{}
	if granted.ExpiresIn > 0 {
		t.ends = asked.Add(time.Duration(granted.ExpiresIn) * time.Second)
	}
	return t.access, nil
}

// failure is what a refused or lost exchange means. The library's own error
// holds the body of the answer, and is dropped for that.
func (t *tokens) failure(err error) error {
	access, refresh := t.current()
	secrets := []string{t.cfg.ClientSecret, t.cfg.RefreshToken, access, refresh}
	failed := &Error{Operation: operationToken}
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) || refused.Response == nil {
		failed.Err = withoutAddress(err, secrets)
		return failed
	}
	failed.Status = refused.Response.StatusCode
	failed.RetryAfter = retryAfter(refused.Response.Header, t.cfg.Clock())
	failed.Reason, failed.Message = explain(refused.Body, secrets)
	switch status := failed.Status; {
	case status < 300:
		failed.Err = ErrBroken
	case status >= 400 && status < 500 && status != http.StatusTooManyRequests && status != http.StatusRequestTimeout:
		failed.Err = fmt.Errorf("the token service refuses: %w", ErrNeedsLogin)
	}
	return failed
}
