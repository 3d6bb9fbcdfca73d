package access

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/platform/call"
)

// UserConfig is what a User needs.
type UserConfig struct {
	Platform string // for errors and logs
	// Exchange trades a refresh token for new tokens.
	Exchange func(ctx context.Context, refresh string) (Token, error)
	// Persist is handed every token before it is used; nil when nothing can be
	// stored.
	Persist func(ctx context.Context, token Token) error
	Clock   func() time.Time
	Log     zerolog.Logger
}

// User are the tokens of one account. Both may change with every refresh, and the
// old ones be void.
type User struct {
	cfg UserConfig

	mu      sync.Mutex
	token   Token
	unsaved bool // Persist has not taken the token yet
}

// NewUser starts from tokens that were granted before.
func NewUser(cfg UserConfig, token Token) *User { return &User{cfg: cfg, token: token} }

// Token returns the current access token. One whose end is known and near is
// replaced first; if that fails, the old one is returned, and the platform decides.
func (u *User) Token(ctx context.Context) (string, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.token.Refresh != "" && u.token.ending(u.cfg.Clock()) {
		if err := u.replace(ctx); err != nil {
			u.cfg.Log.Warn().Err(err).Msg(u.cfg.Platform + " token could not be refreshed before its end")
		}
	}
	return u.usable(ctx)
}

// Refresh replaces an access token that the platform refused and returns its
// successor. If it was replaced meanwhile, that one is returned: concurrent calls
// make one exchange.
func (u *User) Refresh(ctx context.Context, refused string) (string, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.token.Access != refused && u.token.Access != "" {
		return u.usable(ctx)
	}
	if u.token.Refresh == "" {
		return "", &call.Error{Platform: u.cfg.Platform, Operation: "refresh token", Message: "there is no refresh token", Err: ErrNeedsLogin}
	}
	if err := u.replace(ctx); err != nil {
		return "", err
	}
	return u.usable(ctx)
}

func (u *User) replace(ctx context.Context) error {
	fresh, err := u.cfg.Exchange(ctx, u.token.Refresh)
	if err != nil {
		return err
	}
	u.token, u.unsaved = fresh, true // the old one is used up, whatever happens to the new
	return nil
}

// usable returns the access token once it is stored: one that is lost in a crash
// takes the account's access with it.
func (u *User) usable(ctx context.Context) (string, error) {
	if u.token.Access == "" {
		return "", &call.Error{Platform: u.cfg.Platform, Operation: "token", Err: ErrNeedsLogin}
	}
	if u.unsaved && u.cfg.Persist != nil {
		if err := u.cfg.Persist(ctx, u.token); err != nil {
			return "", &call.Error{
				Platform: u.cfg.Platform, Operation: "refresh token", Retry: true, Unreached: true,
				Err: fmt.Errorf("store the refreshed token: %w", err),
			}
		}
	}
	u.unsaved = false
	return u.token.Access, nil
}
