package youtube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/login"
)

// The scopes that the features of this program need.
const (
	// ScopeManage allows everything that this program does: reading and writing
	// chat, deleting messages, uploads.
	ScopeManage = "https://www.googleapis.com/auth/youtube"
	// ScopeForceSSL allows the same over TLS; no device can ask for it.
	ScopeForceSSL = "https://www.googleapis.com/auth/youtube.force-ssl"
	// ScopeUpload allows uploads alone.
	ScopeUpload = "https://www.googleapis.com/auth/youtube.upload"
	// ScopeReadOnly allows reading what the account sees.
	ScopeReadOnly = "https://www.googleapis.com/auth/youtube.readonly"
)

// ConsentConfig is what a Consent needs.
type ConsentConfig struct {
	API, OAuth, Authorize, Device string // addresses; see config.YouTubeEndpoints
	ClientID, ClientSecret        string
	HTTPClient                    *http.Client
	UserAgent                     string
	Clock                         func() time.Time // nil means time.Now
	Timeout                       time.Duration    // of one request; default 20 s
}

// Consent makes the requests around a person's consent: the login itself,
// exchanges of refresh tokens, and taking it back.
type Consent struct {
	cfg  ConsentConfig
	http *http.Client
}

// NewConsent returns a Consent. It makes no request.
func NewConsent(cfg ConsentConfig) *Consent {
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 20 * time.Second
	}
	if cfg.UserAgent == "" {
		cfg.UserAgent = "streamsuites"
	}
	return &Consent{cfg, clientFor(cfg.HTTPClient)}
}

// Granted is what the token service gives.
type Granted struct {
	Access      string
	Refresh     string    // empty in exchange for one that stays good
	Expires     time.Time // zero when unknown
	ConsentEnds time.Time // zero unless the consent is for a limited time
	Scopes      []string
}

// String hides the tokens, so that printing one by accident shows none.
func (g Granted) String() string { return "youtube grant [redacted]" }

// GoString hides them from %#v.
func (g Granted) GoString() string { return g.String() }

// AuthorizeURL is the page on which a person consents. It asks for a refresh token
// even where one was granted before.
func (c *Consent) AuthorizeURL(redirect string, proof login.Proof, scopes []string) string {
	return c.cfg.Authorize + "?" + url.Values{
		"response_type": {"code"}, "client_id": {c.cfg.ClientID}, "redirect_uri": {redirect}, "scope": {strings.Join(scopes, " ")},
		"state": {proof.State}, "code_challenge": {proof.Challenge()}, "code_challenge_method": {"S256"},
		"access_type": {"offline"}, "prompt": {"consent"},
	}.Encode()
}

// Code turns the code that the browser brought back into tokens.
func (c *Consent) Code(ctx context.Context, code, redirect string, proof login.Proof) (Granted, error) {
	return c.grant(ctx, "oauth code", url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirect}, "code_verifier": {proof.Verifier}})
}

// Refresh gets an access token for a refresh token. A refused one gives an error
// that wraps ErrNeedsLogin.
func (c *Consent) Refresh(ctx context.Context, refresh string) (Granted, error) {
	return c.grant(ctx, operationToken, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})
}

// BeginDevice asks for a code that a person enters on Google's page.
func (c *Consent) BeginDevice(ctx context.Context, scopes []string) (login.DeviceCode, error) {
	var answer struct {
		DeviceCode string `json:"device_code"`
		UserCode   string `json:"user_code"`
		Page       string `json:"verification_url"`
		ExpiresIn  int64  `json:"expires_in"`
		Interval   int64  `json:"interval"`
	}
	asked := c.cfg.Clock()
	form := url.Values{"client_id": {c.cfg.ClientID}, "scope": {strings.Join(scopes, " ")}}
	if err := c.post(ctx, "oauth device", c.cfg.Device, form, &answer); err != nil {
		return login.DeviceCode{}, err
	}
	code := login.DeviceCode{Secret: answer.DeviceCode, Shown: answer.UserCode, Page: answer.Page, Interval: time.Duration(answer.Interval) * time.Second}
	if answer.ExpiresIn > 0 {
		code.Expires = asked.Add(time.Duration(answer.ExpiresIn) * time.Second)
	}
	return code, nil
}

// DeviceToken asks whether the person has entered the code. The errors of package
// login say what else an answer means.
func (c *Consent) DeviceToken(ctx context.Context, code login.DeviceCode) (Granted, error) {
	g, err := c.grant(ctx, "oauth device token", url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {code.Secret}})
	var failed *Error
	if errors.As(err, &failed) {
		if meaning, ok := map[string]error{
			"authorization_pending": login.ErrPending, "slow_down": login.ErrSlowDown,
			"access_denied": login.ErrDenied, "expired_token": login.ErrExpired, "invalid_grant": login.ErrExpired,
		}[failed.Reason]; ok {
			return Granted{}, meaning
		}
	}
	return g, err
}

// Revoke takes the consent back by its refresh token or an access token. One that
// is not good any more is no error.
func (c *Consent) Revoke(ctx context.Context, token string) error {
	address := strings.TrimSuffix(c.cfg.OAuth, "/token") + "/revoke"
	err := c.post(ctx, "oauth revoke", address, url.Values{"token": {token}}, nil)
	var failed *Error
	if errors.As(err, &failed) && failed.Status == http.StatusBadRequest {
		return nil
	}
	return err
}

// ChannelOwner is the channel of who consented.
type ChannelOwner struct{ ID, Title, Handle string }

// Owner asks whose an access token is. An account without a channel is an error:
// it can neither write nor publish.
func (c *Consent) Owner(ctx context.Context, access string) (ChannelOwner, error) {
	var answer struct {
		Items []struct {
			ID      string `json:"id"`
			Snippet struct {
				Title     string `json:"title"`
				CustomURL string `json:"customUrl"`
			} `json:"snippet"`
		} `json:"items"`
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(c.cfg.API, "/")+"/youtube/v3/channels?part=id%2Csnippet&mine=true", nil)
	if err != nil {
		return ChannelOwner{}, &Error{Operation: "channels.list", Err: ErrBroken}
	}
	req.Header.Set("Authorization", "Bearer "+access)
	if err := c.send(req, "channels.list", []string{access}, &answer); err != nil {
		return ChannelOwner{}, err
	}
	if len(answer.Items) == 0 {
		return ChannelOwner{}, &Error{Operation: "channels.list", Message: "the account has no channel on YouTube"}
	}
	item := answer.Items[0]
	return ChannelOwner{item.ID, item.Snippet.Title, item.Snippet.CustomURL}, nil
}

func (c *Consent) grant(ctx context.Context, operation string, form url.Values) (Granted, error) {
	form.Set("client_id", c.cfg.ClientID)
	form.Set("client_secret", c.cfg.ClientSecret)
	var answer struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
		ExpiresIn    int64  `json:"expires_in"`
		ConsentFor   int64  `json:"refresh_token_expires_in"`
		Scope        string `json:"scope"`
	}
	asked := c.cfg.Clock()
	err := c.post(ctx, operation, c.cfg.OAuth, form, &answer)
	var failed *Error
	switch {
	case errors.As(err, &failed) && refusedGrant(failed):
		failed.Err = fmt.Errorf("the token service refuses: %w", ErrNeedsLogin)
		return Granted{}, failed
	case err != nil:
		return Granted{}, err
	case answer.AccessToken == "" || strings.ContainsAny(answer.AccessToken, "\r\n"):
		return Granted{}, &Error{Operation: operation, Status: http.StatusOK, Err: ErrBroken}
	}
	g := Granted{Access: answer.AccessToken, Refresh: answer.RefreshToken, Scopes: strings.Fields(answer.Scope)}
	if answer.ExpiresIn > 0 {
		g.Expires = asked.Add(time.Duration(answer.ExpiresIn) * time.Second)
	}
	if answer.ConsentFor > 0 {
		g.ConsentEnds = asked.Add(time.Duration(answer.ConsentFor) * time.Second)
	}
	return g, nil
}

// refusedGrant tells the answers that only a new login mends.
func refusedGrant(e *Error) bool {
	return e.Status >= 400 && e.Status < 500 && e.Status != http.StatusTooManyRequests && e.Status != http.StatusRequestTimeout
}

func (c *Consent) post(ctx context.Context, operation, address string, form url.Values, into any) error {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return &Error{Operation: operation, Err: ErrBroken}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	secrets := []string{c.cfg.ClientSecret, form.Get("refresh_token"), form.Get("code"), form.Get("code_verifier"), form.Get("device_code"), form.Get("token")}
	return c.send(req, operation, secrets, into)
}

func (c *Consent) send(req *http.Request, operation string, secrets []string, into any) error {
	req.Header.Set("User-Agent", c.cfg.UserAgent)
	resp, err := c.http.Do(req)
	if err != nil {
		return &Error{Operation: operation, Err: withoutAddress(err, secrets)}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		failed := &Error{Operation: operation, Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header, c.cfg.Clock())}
		failed.Reason, failed.Message = explain(body, secrets)
		return failed
	}
	if err != nil {
		return &Error{Operation: operation, Status: resp.StatusCode, Err: withoutAddress(err, secrets)}
	}
	if into != nil && json.Unmarshal(body, into) != nil {
		return &Error{Operation: operation, Status: resp.StatusCode, Err: ErrBroken}
	}
	return nil
}
