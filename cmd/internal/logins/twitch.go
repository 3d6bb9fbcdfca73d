package logins

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	chattwitch "github.com/streamsuites/streamsuites/ingest/twitch"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/login"
	"github.com/streamsuites/streamsuites/internal/platform/twitch"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

func trust(caFile string) (*tls.Config, error) {
	if caFile == "" {
		return nil, nil
	}
	trusted, err := chattwitch.TLSWithCA(caFile)
	if err != nil {
		return nil, fmt.Errorf("trust %s: %w", caFile, err)
	}
	return trusted, nil
}

func forTwitch(cfg *config.Config, label string, log zerolog.Logger) (*Provider, error) {
	account := cfg.TwitchAccount(label)
	p := &Provider{
		Seed:    tokens.Seed{Access: account.Token.Reveal(), Refresh: account.RefreshToken.Reveal(), Login: account.Nick},
		Missing: missing(variable{labelled(config.OptTwitchClientID, label), account.ClientID != ""}),
		Needs: []Need{
			{Scope: twitch.ScopeRead, Without: "chat cannot be read as the account"},
			{Scope: twitch.ScopeEdit, Without: "nothing can be answered through the chat connection"},
			{Scope: twitch.ScopeWrite, Without: withoutWriting(cfg)},
			{Scope: twitch.ScopeDelete, Without: "messages cannot be deleted"},
		},
	}
	if len(p.Missing) > 0 {
		return p, nil
	}
	endpoints := cfg.Platform(chat.Twitch).Twitch
	c, err := twitch.New(twitch.Config{
		Endpoints: twitch.Endpoints{Helix: endpoints.Helix, OAuth: endpoints.OAuth},
		ClientID:  account.ClientID, ClientSecret: account.ClientSecret.Reveal(), Log: log,
	})
	if err != nil {
		return nil, err
	}
	p.Exchange = Twitch(c)
	p.Device = func(ctx context.Context, scopes []string) (login.DeviceCode, Poll, error) {
		code, err := c.BeginDevice(ctx, scopes)
		return code, func(ctx context.Context) (tokens.Grant, error) {
			t, err := c.DeviceToken(ctx, code, scopes)
			return fromTwitch(t), err
		}, err
	}
	p.Owner = func(ctx context.Context, g tokens.Grant) (tokens.Owner, tokens.Grant, error) {
		v, err := c.Validate(ctx, g.Access)
		if err != nil {
			return tokens.Owner{}, g, err
		}
		g.Scopes = v.Scopes
		if v.ExpiresIn > 0 {
			g.Expires = time.Now().Add(time.Duration(v.ExpiresIn) * time.Second)
		}
		return tokens.Owner{AccountID: v.UserID, Login: v.Login, DisplayName: v.Login}, g, nil
	}
	p.Verify = func(ctx context.Context, access string) error {
		_, err := c.Validate(ctx, access)
		return err
	}
	p.Revoke = func(ctx context.Context, g tokens.Grant) error { return c.Revoke(ctx, g.Access) }
	return p, nil
}

// withoutWriting says what the API's scope for messages is for.
func withoutWriting(cfg *config.Config) string {
	if cfg.Platform(chat.Twitch).SendThrough == config.ThroughAPI {
		return "answers go through the chat connection, although the configuration says send_through api"
	}
	return "nothing can be answered through the API"
}

func fromTwitch(t twitch.Token) tokens.Grant {
	return tokens.Grant{Access: t.Access, Refresh: t.Refresh, Expires: t.Expires, Scopes: t.Scopes}
}

// Twitch exchanges refresh tokens with a client.
func Twitch(c *twitch.Client) tokens.Exchanger {
	return exchanger{
		trade: func(ctx context.Context, refresh string) (tokens.Grant, error) {
			t, err := c.RefreshToken(ctx, refresh)
			return fromTwitch(t), err
		},
		needsLogin: twitch.ErrNeedsLogin,
		doubtful: func(err error) bool {
			var failed *twitch.Error
			return !errors.As(err, &failed) || failed.Unanswered()
		},
	}
}
