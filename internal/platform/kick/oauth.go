package kick

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/platform/call"
)

// The scopes that the features of this program need.
const (
	ScopeUserRead    = "user:read"                      // whose token it is
	ScopeChannelRead = "channel:read"                   // who is live
	ScopeChatWrite   = "chat:write"                     // sending
	ScopeEvents      = "events:subscribe"               // webhooks
	ScopeKicks       = "kicks:read"                     // webhooks for kicks
	ScopeModerate    = "moderation:chat_message:manage" // deleting messages
)

// AuthorizeURL is the page on which a person grants access. The challenge is the
// S256 form of the verifier that Exchange gets; the platform demands both.
func (c *Client) AuthorizeURL(redirect, state, challenge string, scopes []string) string {
	return c.cfg.Endpoints.OAuth + "/oauth/authorize?" + url.Values{
		"response_type": {"code"}, "client_id": {c.cfg.ClientID}, "redirect_uri": {redirect},
		"scope": {strings.Join(scopes, " ")}, "state": {state},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}.Encode()
}

// Exchange turns the code that the person's browser brought back into tokens.
func (c *Client) Exchange(ctx context.Context, code, verifier, redirect string) (Token, error) {
	return c.grant(ctx, "exchange code", url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "code_verifier": {verifier}, "redirect_uri": {redirect},
	})
}

// RefreshToken exchanges a refresh token. Both tokens that come back replace the
// old ones, which are void, and have to be stored before they are used. A refused
// refresh token gives an error that wraps ErrNeedsLogin.
func (c *Client) RefreshToken(ctx context.Context, refresh string) (Token, error) {
	token, err := c.grant(ctx, "refresh token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})
	if err == nil && token.Refresh == "" {
		token.Refresh = refresh
	}
	return token, err
}

// AppToken gets a token of the application itself, which is enough to read
// public data and to keep subscriptions.
func (c *Client) AppToken(ctx context.Context) (Token, error) {
	return c.grant(ctx, "get app token", url.Values{"grant_type": {"client_credentials"}})
}

// Revoke takes back an access token, or a refresh token when hint is
// "refresh_token".
func (c *Client) Revoke(ctx context.Context, token, hint string) error {
	if hint == "" {
		hint = "access_token"
	}
	query := url.Values{"token": {token}, "token_hint_type": {hint}}
	return c.do(ctx, call.Request{
		Operation: "revoke token", Method: http.MethodPost, Again: repeatable, Secrets: []string{token},
		URL: c.cfg.Endpoints.OAuth + "/oauth/revoke?" + query.Encode(),
	}, nil)
}

// Introspection is what the service knows about a token.
type Introspection struct {
	Active    bool
	ClientID  string
	TokenType string // "user" or "app"
	Scopes    []string
	Expires   time.Time // zero when unknown
}

// Introspect asks what an access token is good for. One that is no good is not
// an error: it is not active.
func (c *Client) Introspect(ctx context.Context, access string) (Introspection, error) {
	var answer struct {
		Data struct {
			Active    bool   `json:"active"`
			ClientID  string `json:"client_id"`
			TokenType string `json:"token_type"`
			Scope     string `json:"scope"`
			Exp       int64  `json:"exp"`
		} `json:"data"`
	}
	err := c.do(ctx, call.Request{
		Operation: "introspect token", Method: http.MethodPost, Again: repeatable, Secrets: []string{access},
		URL: c.cfg.Endpoints.OAuth + "/oauth/token/introspect", Header: http.Header{"Authorization": {"Bearer " + access}},
	}, &answer)
	var failed *Error
	switch {
	case errors.As(err, &failed) && failed.Status == http.StatusUnauthorized:
		return Introspection{}, nil
	case err != nil:
		return Introspection{}, err
	}
	found := Introspection{
		Active: answer.Data.Active, ClientID: answer.Data.ClientID, TokenType: answer.Data.TokenType,
		Scopes: strings.Fields(answer.Data.Scope),
	}
	if answer.Data.Exp > 0 {
		found.Expires = time.Unix(answer.Data.Exp, 0).UTC()
	}
	return found, nil
}

func (c *Client) grant(ctx context.Context, operation string, form url.Values) (Token, error) {
	form.Set("client_id", c.cfg.ClientID)
	if c.cfg.ClientSecret != "" {
		form.Set("client_secret", c.cfg.ClientSecret)
	}
	var answer struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
		ExpiresIn    int64  `json:"expires_in"`
		Scope        string `json:"scope"`
	}
	asked := c.cfg.Clock()
	// Not repeatable: an answer that was lost has used up the code or the token.
	err := c.do(ctx, call.Request{
		Operation: operation, Method: http.MethodPost, URL: c.cfg.Endpoints.OAuth + "/oauth/token", Form: form,
		Secrets: []string{form.Get("refresh_token"), form.Get("code"), form.Get("code_verifier")},
	}, &answer)
	var failed *Error
	switch {
	case errors.As(err, &failed) && refusedGrant(failed.Status):
		return Token{}, failed.Because(ErrNeedsLogin)
	case err != nil:
		return Token{}, err
	case answer.AccessToken == "":
		return Token{}, &Error{Platform: platform, Operation: operation, Status: http.StatusOK, Retry: true, Message: "answer holds no token"}
	}
	token := Token{Access: answer.AccessToken, Refresh: answer.RefreshToken, Scopes: strings.Fields(answer.Scope)}
	if answer.ExpiresIn > 0 {
		token.Expires = asked.Add(time.Duration(answer.ExpiresIn) * time.Second)
	}
	return token, nil
}

// refusedGrant tells the answers that only a new login mends.
func refusedGrant(status int) bool {
	return status == http.StatusBadRequest || status == http.StatusUnauthorized || status == http.StatusForbidden
}
