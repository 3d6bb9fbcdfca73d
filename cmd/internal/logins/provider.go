package logins

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/login"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

// Platforms are those that accounts log in to.
var Platforms = []chat.Platform{chat.Kick, chat.Twitch, chat.YouTube}

// Provider is what can be done about the login of one account.
type Provider struct {
	Account tokens.Account
	// Seed are the account's configured tokens.
	Seed     tokens.Seed
	Exchange tokens.Exchanger
	// Needs are the scopes that features want.
	Needs []Need
	// Missing are the variables without which there is no login.
	Missing []string
	// Device begins a login on another device; nil where the platform has none.
	Device func(ctx context.Context, scopes []string) (login.DeviceCode, Poll, error)
	// Browser begins a login in a browser on this machine; nil where the platform has
	// none.
	Browser func(redirect string, proof login.Proof, scopes []string) (address string, finish Finish)
	// Port is where the browser comes back to when nobody names another; 0 is any.
	Port int
	// Owner asks whose a grant is, and completes its scopes and its end.
	Owner func(ctx context.Context, g tokens.Grant) (tokens.Owner, tokens.Grant, error)
	// Verify asks whether an access token is good; nil where the platform does not want
	// to be asked unless something is done with it.
	Verify func(ctx context.Context, access string) error
	// Revoke takes a grant back.
	Revoke func(ctx context.Context, g tokens.Grant) error
}

// Poll asks whether the person has decided; see login.AwaitDevice.
type Poll func(ctx context.Context) (tokens.Grant, error)

// Finish turns the code that a browser brought into tokens.
type Finish func(ctx context.Context, code string) (tokens.Grant, error)

// Need is a scope, and what does not work without it.
type Need struct {
	Scope string
	// Or are scopes that allow the same.
	Or      []string
	Without string
}

// Lacking returns the needs that granted scopes do not meet.
func (p *Provider) Lacking(granted []string) []Need {
	return slices.DeleteFunc(slices.Clone(p.Needs), func(n Need) bool {
		return slices.ContainsFunc(append([]string{n.Scope}, n.Or...), func(s string) bool { return slices.Contains(granted, s) })
	})
}

// Scopes are those that a login asks for when nobody names others.
func (p *Provider) Scopes() []string {
	scopes := make([]string, len(p.Needs))
	for i, n := range p.Needs {
		scopes[i] = n.Scope
	}
	return scopes
}

// For returns the provider of an account.
func For(cfg *config.Config, platform chat.Platform, label string, log zerolog.Logger) (*Provider, error) {
	var p *Provider
	var err error
	switch platform {
	case chat.Twitch:
		p, err = forTwitch(cfg, label, log)
	case chat.YouTube:
		p, err = forYouTube(cfg, label)
	case chat.Kick:
		p, err = forKick(cfg, label, log)
	default:
		return nil, fmt.Errorf("%q has no logins: choose from kick, twitch and youtube", platform)
	}
	if err != nil {
		return nil, fmt.Errorf("prepare logins on %s: %w", platform, err)
	}
	p.Account = tokens.Account{Platform: string(platform), Label: label}
	return p, nil
}

// Configured are the accounts that the configuration knows, by platform and label.
func Configured(cfg *config.Config) []tokens.Account {
	var all []tokens.Account
	add := func(p chat.Platform, label string) {
		all = append(all, tokens.Account{Platform: string(p), Label: label})
	}
	for label := range cfg.Kick {
		add(chat.Kick, label)
	}
	for label := range cfg.Twitch {
		add(chat.Twitch, label)
	}
	for label := range cfg.YouTube {
		add(chat.YouTube, label)
	}
	return all
}

// client returns a client that trusts a file's certificates besides the system's.
func client(caFile string) (*http.Client, error) {
	trusted, err := trust(caFile)
	if err != nil || trusted == nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = trusted
	return &http.Client{Transport: transport}, nil
}

// exchanger is a tokens.Exchanger made of a platform's parts.
type exchanger struct {
	trade      func(ctx context.Context, refresh string) (tokens.Grant, error)
	needsLogin error
	doubtful   func(error) bool
}

// Exchange implements tokens.Exchanger.
func (e exchanger) Exchange(ctx context.Context, refresh string) (tokens.Grant, error) {
	return e.trade(ctx, refresh)
}

// Refused implements tokens.Exchanger.
func (e exchanger) Refused(err error) bool { return errors.Is(err, e.needsLogin) }

// Doubtful implements tokens.Exchanger.
func (e exchanger) Doubtful(err error) bool { return !e.Refused(err) && e.doubtful(err) }

// NeedsLogin implements tokens.Exchanger.
func (e exchanger) NeedsLogin() error { return e.needsLogin }

// missing are the variables among those given that are not set.
func missing(variables ...variable) []string {
	var names []string
	for _, v := range variables {
		if !v.set {
			names = append(names, v.name)
		}
	}
	return names
}

type variable struct {
	name string
	set  bool
}

func labelled(name, label string) string {
	if label == "" {
		return name
	}
	return name + "_" + label
}
