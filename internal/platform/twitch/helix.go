package twitch

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/platform/call"
)

// perCall is how many logins one call takes.
const perCall = 100

// Stream is a broadcast that is live.
type Stream struct {
	ID        string    `json:"id"`
	UserID    string    `json:"user_id"`
	UserLogin string    `json:"user_login"`
	UserName  string    `json:"user_name"`
	GameID    string    `json:"game_id"`
	GameName  string    `json:"game_name"`
	Type      string    `json:"type"`
	Title     string    `json:"title"`
	Tags      []string  `json:"tags"`
	Viewers   int       `json:"viewer_count"`
	StartedAt time.Time `json:"started_at"`
	Language  string    `json:"language"`
	Thumbnail string    `json:"thumbnail_url"`
}

// User is an account.
type User struct {
	ID          string    `json:"id"`
	Login       string    `json:"login"`
	DisplayName string    `json:"display_name"`
	Type        string    `json:"type"`
	Broadcaster string    `json:"broadcaster_type"`
	Description string    `json:"description"`
	Image       string    `json:"profile_image_url"`
	CreatedAt   time.Time `json:"created_at"`
}

// Helix reads with the tokens of one account or application; the platform's
// limits are per such pair.
type Helix struct {
	client *Client
	tokens Tokens
	name   string
}

// Helix returns the API as seen with these tokens. name tells the rate limits
// of several tokens of one client apart and appears in logs.
func (c *Client) Helix(name string, tokens Tokens) *Helix {
	return &Helix{client: c, tokens: tokens, name: name}
}

// Streams returns the broadcasts of these logins that are live now; whoever is
// missing from the result is offline. It is all or nothing: after an error
// nothing is known about anybody. The platform's answers are one to three
// minutes old.
func (h *Helix) Streams(ctx context.Context, logins []string) ([]Stream, error) {
	var all []Stream
	err := h.inCalls(logins, func(query url.Values) error {
		query.Set("first", "100")
		var answer struct {
			Data []Stream `json:"data"`
		}
		if err := h.get(ctx, "helix streams", "/streams", "user_login", query, &answer); err != nil {
			return err
		}
		for _, s := range answer.Data {
			if s.Type == "live" {
				all = append(all, s)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// Users returns the accounts of these logins that exist.
func (h *Helix) Users(ctx context.Context, logins []string) ([]User, error) {
	var all []User
	err := h.inCalls(logins, func(query url.Values) error {
		var answer struct {
			Data []User `json:"data"`
		}
		if err := h.get(ctx, "helix users", "/users", "login", query, &answer); err != nil {
			return err
		}
		all = append(all, answer.Data...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// inCalls splits logins over calls; each gets its share under the key "logins".
func (h *Helix) inCalls(logins []string, call func(query url.Values) error) error {
	clean := make([]string, 0, len(logins))
	for _, login := range logins {
		if login = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(login), "#")); login != "" {
			clean = append(clean, login)
		}
	}
	slices.Sort(clean)
	for share := range slices.Chunk(slices.Compact(clean), perCall) {
		if err := call(url.Values{"logins": share}); err != nil {
			return err
		}
	}
	return nil
}

// get reads something about the logins in a query, under the platform's name for
// them.
func (h *Helix) get(ctx context.Context, operation, path, key string, query url.Values, into any) error {
	query[key] = query["logins"]
	query.Del("logins")
	return h.call(ctx, call.Request{Operation: operation, Method: http.MethodGet, URL: h.address(path, query), Again: repeatable}, into)
}

func (h *Helix) address(path string, query url.Values) string {
	if len(query) == 0 {
		return h.client.cfg.Endpoints.Helix + path
	}
	return h.client.cfg.Endpoints.Helix + path + "?" + query.Encode()
}

// call makes one call, waiting for the rate limit before it and once after it,
// and replacing a refused token once. A token that lacks a scope is not refused:
// its successor would lack it as well.
func (h *Helix) call(ctx context.Context, r call.Request, into any) error {
	token, err := h.tokens.Token(ctx)
	if err != nil {
		return err
	}
	r.Secrets = append(r.Secrets, token)
	refreshed, waited := false, false
	for {
		if err := h.awaitRoom(ctx, r.Operation); err != nil {
			return err
		}
		r.Header = http.Header{"Authorization": {"Bearer " + token}, "Client-Id": {h.client.cfg.ClientID}}
		header, err := h.client.do(ctx, r, into)
		h.learn(header, err)
		var failed *Error
		if !errors.As(err, &failed) {
			return err
		}
		switch {
		case lacksScope(failed):
			return failed.Because(ErrMissingScope)
		case failed.Status == http.StatusUnauthorized && !refreshed:
			refreshed = true
			if token, err = h.tokens.Refresh(ctx, token); err != nil {
				return err
			}
			r.Secrets = append(r.Secrets, token)
		case failed.Status == http.StatusTooManyRequests && !waited:
			waited = true
		default:
			return h.explained(failed, header)
		}
	}
}

func (h *Helix) explained(failed *Error, header http.Header) error {
	if failed.Status == http.StatusUnauthorized {
		return final(failed)
	}
	if failed.Status == http.StatusTooManyRequests {
		failed.RetryAfter, _ = resetAfter(header, h.client.cfg.Clock())
	}
	return failed
}
