package twitch

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/login"
	"github.com/streamsuites/streamsuites/internal/platform/call"
)

// The scopes that the features of this program need.
const (
	ScopeRead   = "chat:read"                      // reading chat as the account
	ScopeEdit   = "chat:edit"                      // answering through the chat connection
	ScopeWrite  = "user:write:chat"                // answering through the API
	ScopeDelete = "moderator:manage:chat_messages" // deleting messages
)

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

// BeginDevice asks for a code that a person enters on Twitch's page.
func (c *Client) BeginDevice(ctx context.Context, scopes []string) (login.DeviceCode, error) {
	var answer struct {
		DeviceCode string `json:"device_code"`
		UserCode   string `json:"user_code"`
		Page       string `json:"verification_uri"`
		ExpiresIn  int64  `json:"expires_in"`
		Interval   int64  `json:"interval"`
	}
	asked := c.cfg.Clock()
	_, err := c.do(ctx, call.Request{
		Operation: "oauth device", Method: http.MethodPost, URL: c.cfg.Endpoints.OAuth + "/device", Again: repeatable,
		Form: url.Values{"client_id": {c.cfg.ClientID}, "scopes": {strings.Join(scopes, " ")}},
	}, &answer)
	if err != nil {
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
func (c *Client) DeviceToken(ctx context.Context, code login.DeviceCode, scopes []string) (Token, error) {
	token, err := c.grant(ctx, "oauth device token", url.Values{
		"grant_type": {deviceGrant}, "device_code": {code.Secret}, "client_id": {c.cfg.ClientID}, "scopes": {strings.Join(scopes, " ")},
	})
	var failed *Error
	if errors.As(err, &failed) {
		for word, meaning := range map[string]error{
			"authorization_pending": login.ErrPending, "slow_down": login.ErrSlowDown, "access_denied": login.ErrDenied,
			"expired_token": login.ErrExpired, "invalid device code": login.ErrExpired,
		} {
			if strings.EqualFold(failed.Message, word) {
				return Token{}, meaning
			}
		}
	}
	return token, err
}

// Revoke takes back an access token, and with it the consent. One that is not good
// any more is no error.
func (c *Client) Revoke(ctx context.Context, access string) error {
	_, err := c.do(ctx, call.Request{
		Operation: "oauth revoke", Method: http.MethodPost, URL: c.cfg.Endpoints.OAuth + "/revoke", Again: repeatable,
		Form: url.Values{"client_id": {c.cfg.ClientID}, "token": {access}}, Secrets: []string{access},
	}, nil)
	var failed *Error
	if errors.As(err, &failed) && failed.Status == http.StatusBadRequest {
		return nil
	}
	return err
}
