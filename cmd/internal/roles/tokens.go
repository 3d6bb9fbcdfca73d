package roles

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/streamsuites/streamsuites/cmd/internal/logins"
	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	platform "github.com/streamsuites/streamsuites/internal/platform/twitch"
	"github.com/streamsuites/streamsuites/internal/platform/youtube"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

// opensVault opens the vault of tokens once, when a role first needs it.
func (p Parts) opensVault(ctx context.Context) func() (*tokens.Vault, error) {
	return sync.OnceValues(func() (*tokens.Vault, error) {
		vault, err := logins.Vault(ctx, p.Config, p.Store, p.Redactor, p.Log)
		if err != nil {
			return nil, fmt.Errorf("open the accounts' tokens: %w", err)
		}
		return vault, nil
	})
}

// tokensOf is where an account's token comes from, whoever logs in, and whether
// tokens are configured for as long as nobody does. The account has an application.
// What is kept has to be readable.
func (p Parts) tokensOf(ctx context.Context, name chat.Platform, label string) (source *tokens.Source, seeded bool, err error) {
	vault, err := p.vault()
	if err != nil {
		return nil, false, err
	}
	provider, err := logins.For(p.Config, name, label, p.Log)
	if err != nil {
		return nil, false, err
	}
	if source, err = provider.Source(ctx, vault, p.Dir); err != nil {
		return nil, false, err
	}
	if _, err = vault.Tokens(ctx, provider.Account); err != nil && !errors.Is(err, store.ErrNoTokens) {
		return nil, false, err
	}
	return source, provider.Seed.IsSet(), nil
}

// twitchTokens are those of a bot account: kept by the vault where there is an
// application to renew them with, else as they are configured; then source is nil, as
// nobody can log in.
func (p Parts) twitchTokens(ctx context.Context, account config.TwitchAccount) (user userTokens, source *tokens.Source, err error) {
	if account.ClientID == "" {
		return configuredToken(account), nil, nil
	}
	source, _, err = p.tokensOf(ctx, chat.Twitch, account.Label)
	if err != nil {
		// Others' tokens are no reason to read nothing at all.
		p.Log.Error().Err(err).Str("account", account.Label).Msg("The tokens of a Twitch account cannot be used; what is configured is, as long as it is good")
		return configuredToken(account), nil, ctx.Err()
	}
	return func(*platform.Client) platform.Tokens { return source }, source, nil
}

// youtubeTokens are those of an account that publishes; nil where they cannot be
// used, so that only what is configured is left.
func (p Parts) youtubeTokens(ctx context.Context, account config.YouTubeAccount) (youtube.Tokens, error) {
	source, _, err := p.tokensOf(ctx, chat.YouTube, account.Label)
	if err != nil {
		p.Log.Error().Err(err).Str("account", account.Label).Msg("The tokens of a YouTube account cannot be used; what is configured is, if anything")
		return nil, ctx.Err()
	}
	return source, nil
}
