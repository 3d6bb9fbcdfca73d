package kick

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Tokens hands out the access token of one account or application.
type Tokens interface {
	// Token returns the current access token.
	Token(ctx context.Context) (string, error)
	// Refresh replaces an access token that the platform refused and returns
	// its successor. If it was replaced meanwhile, that one is returned.
	Refresh(ctx context.Context, refused string) (string, error)
}

// early is how long before its end a token is replaced.
const early = 5 * time.Minute

// UserTokens are the tokens of one account. Both tokens change with every
// refresh, and the old ones are void.
type UserTokens struct {
	client  *Client
	persist func(ctx context.Context, token Token) error

	mu      sync.Mutex
	token   Token
	unsaved bool // persist has not taken the token yet
}

// NewUserTokens starts from tokens that were granted before. Every token that
// replaces them is handed to persist before it is used; persist may be nil when
// nothing can be stored.
func NewUserTokens(client *Client, token Token, persist func(ctx context.Context, token Token) error) *UserTokens {
	return &UserTokens{client: client, token: token, persist: persist}
}

// Token implements Tokens. A token whose end is known and near is replaced
// first; if that fails, the old one is returned, and the platform decides.
func (u *UserTokens) Token(ctx context.Context) (string, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.token.Refresh != "" && u.token.ending(u.client.cfg.Clock()) {
		if err := u.replace(ctx); err != nil {
			u.client.cfg.Log.Warn().Err(err).Msg("kick token could not be refreshed before its end")
		}
	}
	return u.usable(ctx)
}

// Refresh implements Tokens. Concurrent calls make one exchange.
func (u *UserTokens) Refresh(ctx context.Context, refused string) (string, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.token.Access != refused && u.token.Access != "" {
		return u.usable(ctx)
	}
	if u.token.Refresh == "" {
		return "", &Error{Platform: platform, Operation: "refresh token", Message: "there is no refresh token", Err: ErrNeedsLogin}
	}
	if err := u.replace(ctx); err != nil {
		return "", err
	}
	return u.usable(ctx)
}

func (u *UserTokens) replace(ctx context.Context) error {
	fresh, err := u.client.RefreshToken(ctx, u.token.Refresh)
	if err != nil {
		return err
	}
	u.token, u.unsaved = fresh, true // the old one is used up, whatever happens to the new
	return nil
}

// usable returns the access token once it is stored: one that is lost in a
// crash takes the account's access with it.
func (u *UserTokens) usable(ctx context.Context) (string, error) {
	if u.token.Access == "" {
		return "", &Error{Platform: platform, Operation: "token", Err: ErrNeedsLogin}
	}
	if u.unsaved && u.persist != nil {
		if err := u.persist(ctx, u.token); err != nil {
			return "", &Error{Platform: platform, Operation: "refresh token", Retry: true, Unreached: true, Err: fmt.Errorf("store the refreshed token: %w", err)}
		}
	}
	u.unsaved = false
	return u.token.Access, nil
}

// AppTokens are the tokens of the application.
type AppTokens struct {
	client *Client

	mu    sync.Mutex
	token Token
}

// NewAppTokens returns tokens that are asked for when they are first needed.
func NewAppTokens(client *Client) *AppTokens { return &AppTokens{client: client} }

// Token implements Tokens.
func (a *AppTokens) Token(ctx context.Context) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.token.Access != "" && !a.token.ending(a.client.cfg.Clock()) {
		return a.token.Access, nil
	}
	return a.replace(ctx)
}

// Refresh implements Tokens.
func (a *AppTokens) Refresh(ctx context.Context, refused string) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.token.Access != "" && a.token.Access != refused {
		return a.token.Access, nil
	}
	return a.replace(ctx)
}

func (a *AppTokens) replace(ctx context.Context) (string, error) {
	fresh, err := a.client.AppToken(ctx)
	if err != nil {
		return "", err
	}
	a.token = fresh
	return fresh.Access, nil
}
