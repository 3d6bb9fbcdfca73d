package twitch

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/streamsuites/streamsuites/internal/platform/call"
)

// Validation is what the service knows about a token.
type Validation struct {
	ClientID  string   `json:"client_id"`
	Login     string   `json:"login"`
	UserID    string   `json:"user_id"`
	Scopes    []string `json:"scopes"`
	ExpiresIn int64    `json:"expires_in"` // seconds
}

// Validate asks whether an access token is good. The platform wants that at
// start and hourly. A bad token gives an error that wraps ErrNeedsLogin: it has
// to be refreshed or granted anew.
func (c *Client) Validate(ctx context.Context, access string) (Validation, error) {
	var v Validation
	_, err := c.do(ctx, call.Request{
		Operation: "oauth validate", Method: http.MethodGet, URL: c.cfg.Endpoints.OAuth + "/validate",
		Header:  http.Header{"Authorization": {"OAuth " + access}},
		Secrets: []string{access}, Again: repeatable,
	}, &v)
	return v, final(err)
}

// RefreshToken exchanges a refresh token. The one that comes back replaces it
// and has to be stored before it is used. A refused refresh token gives an
// error that wraps ErrNeedsLogin.
func (c *Client) RefreshToken(ctx context.Context, refresh string) (Token, error) {
	token, err := c.grant(ctx, "oauth refresh", url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {refresh},
		"client_id": {c.cfg.ClientID}, "client_secret": {c.cfg.ClientSecret},
	})
	if err != nil {
		return Token{}, err
	}
	if token.Refresh == "" {
		token.Refresh = refresh
	}
	return token, nil
}

// AppToken gets a token of the application itself, which is enough to read
// public data.
func (c *Client) AppToken(ctx context.Context) (Token, error) {
	return c.grant(ctx, "oauth app token", url.Values{
		"grant_type": {"client_credentials"},
		"client_id":  {c.cfg.ClientID}, "client_secret": {c.cfg.ClientSecret},
	})
}

func (c *Client) grant(ctx context.Context, operation string, form url.Values) (Token, error) {
	var answer struct {
		AccessToken  string   `json:"access_token"`
		RefreshToken string   `json:"refresh_token"`
		ExpiresIn    int64    `json:"expires_in"`
		Scope        []string `json:"scope"`
	}
	asked := c.cfg.Clock()
	// Not repeatable: a refresh token may be good for one use, and an answer
	// that was lost has used it.
	_, err := c.do(ctx, call.Request{
		Operation: operation, Method: http.MethodPost, URL: c.cfg.Endpoints.OAuth + "/token", Form: form, Again: unfulfilled,
		Secrets: []string{form.Get("client_secret"), form.Get("refresh_token"), form.Get("device_code")},
	}, &answer)
	if err != nil {
		return Token{}, final(err)
	}
	if answer.AccessToken == "" {
		return Token{}, &Error{Platform: platform, Operation: operation, Status: http.StatusOK, Retry: true, Message: "answer holds no token"}
	}
	token := Token{Access: answer.AccessToken, Refresh: answer.RefreshToken, Scopes: answer.Scope}
	if answer.ExpiresIn > 0 {
		token.Expires = asked.Add(time.Duration(answer.ExpiresIn) * time.Second)
	}
	return token, nil
}

// final marks the answers that only a new login mends.
func final(err error) error {
	failed, ok := err.(*Error)
	if !ok {
		return err
	}
	switch failed.Status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		return failed.Because(ErrNeedsLogin)
	}
	return err
}
