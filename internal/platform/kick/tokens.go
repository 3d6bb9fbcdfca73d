package kick

import (
	"context"

	"github.com/streamsuites/streamsuites/internal/platform/access"
)

// Tokens hands out the access token of one account or application.
type Tokens interface {
	// Token returns the current access token.
	Token(ctx context.Context) (string, error)
	// Refresh replaces an access token that the platform refused and returns
	// its successor. If it was replaced meanwhile, that one is returned.
	Refresh(ctx context.Context, refused string) (string, error)
}

// Token is what the token service grants.
type Token = access.Token

// UserTokens are the tokens of one account. Both tokens change with every
// refresh, and the old ones are void.
type UserTokens = access.User

// NewUserTokens starts from tokens that were granted before. Every token that
// replaces them is handed to persist before it is used; persist may be nil when
// nothing can be stored.
func NewUserTokens(client *Client, token Token, persist func(ctx context.Context, token Token) error) *UserTokens {
	return access.NewUser(access.UserConfig{
		Platform: platform, Exchange: client.RefreshToken, Persist: persist, Clock: client.cfg.Clock, Log: client.cfg.Log,
	}, token)
}

// AppTokens are the tokens of the application.
type AppTokens = access.App

// NewAppTokens returns tokens that are asked for when they are first needed.
func NewAppTokens(client *Client) *AppTokens {
	return access.NewApp(client.AppToken, client.cfg.Clock)
}
