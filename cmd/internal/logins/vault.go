package logins

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/logging"
	"github.com/streamsuites/streamsuites/internal/statedir"
	"github.com/streamsuites/streamsuites/internal/store"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

// Vault opens the vault of a configuration. Its tokens are taken over from older
// keys, where some are configured.
func Vault(ctx context.Context, cfg *config.Config, s *store.Store, redactor *logging.Redactor, log zerolog.Logger) (*tokens.Vault, error) {
	keys, err := tokens.OpenKeys(ctx, cfg.TokenKey.Reveal(), statedir.Dir(cfg.StateDir), s)
	if err != nil {
		return nil, err
	}
	vault := tokens.New(tokens.Options{
		Store: s, Keys: keys, Holder: uuid.NewString(), Log: log,
		OnToken: func(secret string) { redactor.Add(secret) },
	})
	rotated, err := vault.Rotate(ctx)
	if err != nil {
		log.Warn().Err(err).Msg("Not all stored tokens can be read")
	}
	if rotated > 0 {
		log.Info().Int("accounts", rotated).Msg("Stored tokens were encrypted with the present key")
	}
	return vault, nil
}

// Source is where an account's token comes from. What an older version kept in a
// file is taken in first.
func (p *Provider) Source(ctx context.Context, vault *tokens.Vault, dir statedir.Dir) (*tokens.Source, error) {
	if err := p.takeOver(ctx, vault, dir); err != nil {
		return nil, err
	}
	return vault.Source(p.Account, p.Exchange, p.Seed), nil
}

// keptTokens is the file in which older versions kept a Twitch account's renewed
// tokens.
type keptTokens struct {
	Given   string    `json:"given"` // hash of the configured tokens that they descend from
	Access  string    `json:"access"`
	Refresh string    `json:"refresh"`
	Expires time.Time `json:"expires,omitzero"`
}

// takeOver imports that file, unless other tokens are configured since, and
// removes it: the tokens in it are good until somebody refreshes them.
func (p *Provider) takeOver(ctx context.Context, vault *tokens.Vault, dir statedir.Dir) error {
	name := p.Account.Platform + ".json"
	if p.Account.Label != "" {
		name = p.Account.Platform + "-" + p.Account.Label + ".json"
	}
	path := filepath.Join(dir.Secrets(), name)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the renewed tokens: %w", err)
	}
	var kept keptTokens
	if json.Unmarshal(text, &kept) == nil && kept.Given == p.Seed.Fingerprint() {
		if _, err := vault.ImportKept(ctx, p.Account, p.Seed, tokens.Grant{Access: kept.Access, Refresh: kept.Refresh, Expires: kept.Expires}); err != nil {
			return err
		}
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the file of renewed tokens, which are in the database now: %w", err)
	}
	return nil
}
