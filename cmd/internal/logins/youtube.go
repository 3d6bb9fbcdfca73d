package logins

import (
	"context"
	"errors"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/login"
	"github.com/streamsuites/streamsuites/internal/platform/youtube"
	"github.com/streamsuites/streamsuites/internal/tokens"
	"github.com/streamsuites/streamsuites/internal/version"
)

func forYouTube(cfg *config.Config, label string) (*Provider, error) {
	account := cfg.YouTubeAccountOf(label)
	c, err := consent(cfg, account)
	if err != nil {
		return nil, err
	}
	p := &Provider{
		Seed:     tokens.Seed{Refresh: account.RefreshToken.Reveal()},
		Exchange: YouTube(c),
		Missing: missing(variable{labelled(config.OptYouTubeClientID, label), account.ClientID != ""},
			variable{labelled(config.OptYouTubeClientSecret, label), account.ClientSecret.IsSet()}),
		Needs: []Need{{Scope: youtube.ScopeManage, Or: []string{youtube.ScopeForceSSL},
			Without: "chat can be neither written nor moderated, and clips cannot be published"}},
		Revoke: func(ctx context.Context, g tokens.Grant) error {
			if g.Refresh != "" {
				return c.Revoke(ctx, g.Refresh)
			}
			return c.Revoke(ctx, g.Access)
		},
	}
	p.Device = func(ctx context.Context, scopes []string) (login.DeviceCode, Poll, error) {
		code, err := c.BeginDevice(ctx, scopes)
		return code, func(ctx context.Context) (tokens.Grant, error) {
			g, err := c.DeviceToken(ctx, code)
			return tokens.Grant(g), err
		}, err
	}
	p.Browser = func(redirect string, proof login.Proof, scopes []string) (string, Finish) {
		return c.AuthorizeURL(redirect, proof, scopes), func(ctx context.Context, code string) (tokens.Grant, error) {
			g, err := c.Code(ctx, code, redirect, proof)
			return tokens.Grant(g), err
		}
	}
	p.Owner = func(ctx context.Context, g tokens.Grant) (tokens.Owner, tokens.Grant, error) {
		o, err := c.Owner(ctx, g.Access)
		return tokens.Owner{AccountID: o.ID, Login: o.Handle, DisplayName: o.Title}, g, err
	}
	return p, nil
}

func consent(cfg *config.Config, account config.YouTubeAccount) (*youtube.Consent, error) {
	e := cfg.Platform(chat.YouTube).YouTube
	trusted, err := client(e.CAFile)
	if err != nil {
		return nil, err
	}
	return youtube.NewConsent(youtube.ConsentConfig{
		API: e.API, OAuth: e.OAuth, Authorize: e.Authorize, Device: e.Device,
		ClientID: account.ClientID, ClientSecret: account.ClientSecret.Reveal(), HTTPClient: trusted, UserAgent: "StreamSuites/" + version.Version,
	}), nil
}

// YouTube exchanges refresh tokens.
func YouTube(c *youtube.Consent) tokens.Exchanger {
	return exchanger{
		trade: func(ctx context.Context, refresh string) (tokens.Grant, error) {
			g, err := c.Refresh(ctx, refresh)
			return tokens.Grant(g), err
		},
		needsLogin: youtube.ErrNeedsLogin,
		doubtful: func(err error) bool {
			var failed *youtube.Error
			return !errors.As(err, &failed) || failed.Doubtful()
		},
	}
}
