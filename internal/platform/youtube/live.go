package youtube

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
	"strings"
	"time"
)

// Tokens hands out the access token of one account. An error that wraps
// ErrNeedsLogin, or that has a method NeedsLogin() bool answering true, says that
// only a person can help; any other passes.
type Tokens interface {
	// Token returns the current access token.
	Token(ctx context.Context) (string, error)
	// Refresh replaces an access token that the platform refused and returns
	// its successor. If it was replaced meanwhile, that one is returned.
	Refresh(ctx context.Context, refused string) (string, error)
}

// LiveConfig is what a Live needs: an API key, which is enough for reading, or
// the tokens of an account. With both, the account's tokens are used.
type LiveConfig struct {
	// API is the root of the Data API; empty means Production's.
	API    string
	APIKey string
	Tokens Tokens
	// HTTPClient makes the requests; nil means one of our own. Its redirect
	// policy and its timeout are replaced.
	HTTPClient *http.Client
	UserAgent  string
	// Clock is compared with dates in answers; nil means time.Now.
	Clock func() time.Time
	// Timeout is for one request that is no stream, and for a stream to begin;
	// default 30 s.
	Timeout time.Duration
	// Idle ends a stream that is silent for so long; default 5 min.
	Idle time.Duration
	// PageBytes bounds an answer, and one page of a stream; default 16 MiB.
	PageBytes int64
}

// Live makes the calls about broadcasts and their chat. It may be used by many
// goroutines. Every error of its methods is an *Error, whose Action says what to
// do.
type Live struct {
	cfg  LiveConfig
	http *http.Client
}

// NewLive checks the configuration and returns a client. It makes no request.
func NewLive(cfg LiveConfig) (*Live, error) {
	if cfg.API == "" {
		cfg.API = Production.API
	}
	cfg.API = strings.TrimRight(cfg.API, "/")
	if u, err := url.Parse(cfg.API); err != nil || u.Host == "" || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, errors.New("youtube api address is not an http address")
	}
	if cfg.APIKey == "" && cfg.Tokens == nil {
		return nil, errors.New("youtube needs an api key or the tokens of an account")
	}
	if cfg.UserAgent == "" {
		cfg.UserAgent = "streamsuites"
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 30 * time.Second
	}
	if cfg.Idle <= 0 {
		cfg.Idle = 5 * time.Minute
	}
	if cfg.PageBytes <= 0 {
		cfg.PageBytes = 16 << 20
	}
	return &Live{cfg: cfg, http: clientFor(cfg.HTTPClient)}, nil
}

// CanWrite reports whether the calls are made for an account, which is what
// writing and the account's own broadcasts need.
func (l *Live) CanWrite() bool { return l.cfg.Tokens != nil }

// request is one call of the API.
type request struct {
	operation string // the method's name in the platform's documentation
	verb      string // of HTTP
	path      string // below /youtube/v3/
	query     url.Values
	body      any // nil for none
}

// call makes a request and decodes its answer into out, which may be nil.
func (l *Live) call(ctx context.Context, r request, out any) error {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.Timeout)
	defer cancel()
	resp, secrets, err := l.open(ctx, r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(&bounded{ReadCloser: resp.Body, left: l.cfg.PageBytes})
	if err != nil {
		return l.lost(ctx, r.operation, resp.StatusCode, fmt.Errorf("read the answer: %w", err), secrets)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return &Error{Operation: r.operation, Status: resp.StatusCode, Err: ErrBroken}
	}
	return nil
}

// open makes a request and returns its answer once that is a good one. A token
// that is refused is replaced once.
func (l *Live) open(ctx context.Context, r request) (*http.Response, []string, error) {
	token, err := l.token(ctx)
	if err != nil {
		return nil, nil, l.noToken(ctx, r.operation, err)
	}
	resp, secrets, err := l.send(ctx, r, token)
	var failed *Error
	if err == nil || l.cfg.Tokens == nil || !errors.As(err, &failed) || failed.Status != http.StatusUnauthorized {
		return resp, secrets, err
	}
	fresh, renewed := l.cfg.Tokens.Refresh(ctx, token)
	if renewed != nil {
		return nil, nil, l.noToken(ctx, r.operation, renewed)
	}
	return l.send(ctx, r, fresh)
}

func (l *Live) token(ctx context.Context) (string, error) {
	if l.cfg.Tokens == nil {
		return "", nil
	}
	return l.cfg.Tokens.Token(ctx)
}

func (l *Live) send(ctx context.Context, r request, token string) (*http.Response, []string, error) {
	secrets := []string{l.cfg.APIKey, token}
	req, err := l.prepare(ctx, r, token)
	if err != nil {
		return nil, nil, &Error{Operation: r.operation, Unsent: true, Err: withoutAddress(err, secrets)}
	}
	resp, err := l.http.Do(req)
	if err != nil {
		return nil, nil, l.lost(ctx, r.operation, 0, err, secrets)
	}
	if resp.StatusCode/100 == 2 {
		return resp, secrets, nil
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxBody)) // the status says enough
	return nil, nil, l.refused(r.operation, resp, body, secrets)
}

func (l *Live) prepare(ctx context.Context, r request, token string) (*http.Request, error) {
	query := url.Values{}
	for key, values := range r.query {
		query[key] = values
	}
	if token == "" {
		query.Set("key", l.cfg.APIKey)
	}
	var body io.Reader
	if r.body != nil {
		encoded, err := json.Marshal(r.body)
		if err != nil {
			return nil, fmt.Errorf("encode the request: %w", err)
		}
		body = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(ctx, r.verb, l.cfg.API+"/youtube/v3/"+r.path+"?"+query.Encode(), body)
	if err != nil {
		return nil, fmt.Errorf("prepare the request: %w", err)
	}
	req.Header.Set("User-Agent", l.cfg.UserAgent)
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return req, nil
}

// lost is a request without a whole answer.
func (l *Live) lost(ctx context.Context, operation string, status int, err error, secrets []string) error {
	failed := &Error{Operation: operation, Status: status, Unsent: undialled(err)}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	failed.Err = withoutAddress(err, secrets)
	return failed
}

// undialled reports whether there was no connection over which anything could
// have been asked.
func undialled(err error) bool {
	var failed *net.OpError
	var unresolved *net.DNSError
	return errors.As(err, &unresolved) || errors.As(err, &failed) && failed.Op == "dial"
}

// refused is an answer that says no.
func (l *Live) refused(operation string, resp *http.Response, body []byte, secrets []string) *Error {
	failed := &Error{Operation: operation, Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header, l.cfg.Clock())}
	failed.Reason, failed.Message = explain(body, secrets)
	switch {
	case resp.StatusCode == http.StatusUnauthorized, actions[failed.Reason] == ActionLogin, badKey(failed):
		failed.Err = ErrNeedsLogin
	case resp.StatusCode < 400:
		failed.Err = ErrBroken
	}
	return failed
}

// badKey recognises the answer to a key that is none: its reason is as general as
// can be.
func badKey(failed *Error) bool {
	return failed.Status == http.StatusBadRequest && strings.Contains(failed.Message, "API key")
}

// noToken is a call that was not made for want of a token.
func (l *Live) noToken(ctx context.Context, operation string, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	failed := &Error{Operation: operation + " token", Unsent: true, Err: err}
	var named interface{ NeedsLogin() bool }
	if errors.As(err, &named) && named.NeedsLogin() && !errors.Is(err, ErrNeedsLogin) {
		failed.Err = fmt.Errorf("%w: %w", ErrNeedsLogin, err)
	}
	return failed
}
