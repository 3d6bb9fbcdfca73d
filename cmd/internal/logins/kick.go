package logins

import (
	"context"
	"errors"
	"strconv"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/login"
	"github.com/streamsuites/streamsuites/internal/platform/kick"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

// kickPort is where Kick sends browsers back to: an application names its
// addresses beforehand, and has to name http://127.0.0.1:47815/callback.
const kickPort = 47815

func forKick(cfg *config.Config, label string, log zerolog.Logger) (*Provider, error) {
	account := cfg.KickAccount(label)
	c, err := KickClient(cfg, account, log)
	if err != nil {
		return nil, err
	}
	return &Provider{
		Port:     kickPort,
		Seed:     tokens.Seed{Refresh: account.RefreshToken.Reveal()},
		Exchange: Kick(c),
		Missing: missing(variable{labelled(config.OptKickClientID, label), account.ClientID != ""},
			variable{labelled(config.OptKickClientSecret, label), account.ClientSecret.IsSet()}),
		Needs: []Need{
			{Scope: kick.ScopeUserRead, Without: "nobody knows whose login it is"},
			{Scope: kick.ScopeChannelRead, Without: "nobody knows who is live"},
			{Scope: kick.ScopeChatWrite, Without: "nothing can be answered"},
			{Scope: kick.ScopeModerate, Without: "messages cannot be deleted"},
			{Scope: kick.ScopeEvents, Without: "webhooks cannot be subscribed to"},
		},
		Browser: func(redirect string, proof login.Proof, scopes []string) (string, Finish) {
			return c.AuthorizeURL(redirect, proof.State, proof.Challenge(), scopes), func(ctx context.Context, code string) (tokens.Grant, error) {
				t, err := c.Exchange(ctx, code, proof.Verifier, redirect)
				return fromKick(t), err
			}
		},
		Owner: func(ctx context.Context, g tokens.Grant) (tokens.Owner, tokens.Grant, error) {
			users, err := c.API("login", fixed(g.Access)).Users(ctx)
			if err != nil || len(users) == 0 {
				return tokens.Owner{}, g, errors.Join(err, missingUser(users))
			}
			return tokens.Owner{AccountID: strconv.FormatInt(users[0].ID, 10), Login: users[0].Name, DisplayName: users[0].Name}, g, nil
		},
		Revoke: func(ctx context.Context, g tokens.Grant) error {
			if g.Refresh != "" {
				if err := c.Revoke(ctx, g.Refresh, "refresh_token"); err != nil {
					return err
				}
			}
			return c.Revoke(ctx, g.Access, "")
		},
	}, nil
}

func missingUser(users []kick.User) error {
	if len(users) > 0 {
		return nil
	}
	return errors.New("kick does not say whose token it is")
}

// KickClient is the client of an account's application.
func KickClient(cfg *config.Config, account config.KickAccount, log zerolog.Logger) (*kick.Client, error) {
	e := cfg.Platform(chat.Kick).Kick
	trusted, err := client(e.CAFile)
	if err != nil {
		return nil, err
	}
	return kick.New(kick.Config{
		Endpoints: kick.Endpoints{API: e.API, OAuth: e.OAuth, Site: e.Site, Pusher: e.Pusher},
		ClientID:  account.ClientID, ClientSecret: account.ClientSecret.Reveal(), HTTPClient: trusted, Log: log,
	})
}

// fixed is an access token of a login that has just been made.
type fixed string

// Token implements kick.Tokens.
func (f fixed) Token(context.Context) (string, error) { return string(f), nil }

// Refresh implements kick.Tokens.
func (f fixed) Refresh(context.Context, string) (string, error) { return "", kick.ErrNeedsLogin }

func fromKick(t kick.Token) tokens.Grant {
	return tokens.Grant{Access: t.Access, Refresh: t.Refresh, Expires: t.Expires, Scopes: t.Scopes}
}

// Kick exchanges refresh tokens with a client.
func Kick(c *kick.Client) tokens.Exchanger {
	return exchanger{
		trade: func(ctx context.Context, refresh string) (tokens.Grant, error) {
			t, err := c.RefreshToken(ctx, refresh)
			return fromKick(t), err
		},
		needsLogin: kick.ErrNeedsLogin,
		doubtful: func(err error) bool {
			var failed *kick.Error
			return !errors.As(err, &failed) || failed.Unanswered()
		},
	}
}
