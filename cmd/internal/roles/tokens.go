package roles

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/durable"
	"github.com/streamsuites/streamsuites/internal/logging"
	platform "github.com/streamsuites/streamsuites/internal/platform/twitch"
	"github.com/streamsuites/streamsuites/internal/statedir"
)

// tokens keeps a bot account's tokens over restarts: Twitch replaces them when
// they are refreshed, and the replaced ones may never work again. They lie in a
// file that only its owner can read.
type tokens struct {
	path     string
	redactor *logging.Redactor
	kept     keptTokens
}

// keptTokens is the file. Given is a hash of the configured tokens that these
// descend from: once somebody configures others, those count.
type keptTokens struct {
	Given   string    `json:"given"`
	Access  string    `json:"access"`
	Refresh string    `json:"refresh"`
	Expires time.Time `json:"expires,omitzero"`
}

func openTokens(dir statedir.Dir, account config.TwitchAccount, redactor *logging.Redactor) (*tokens, error) {
	name := "twitch.json"
	if account.Label != "" {
		name = "twitch-" + account.Label + ".json"
	}
	t := &tokens{path: filepath.Join(dir.Secrets(), name), redactor: redactor}
	configured := keptTokens{
		Given:  fingerprint(account.Token.Reveal(), account.RefreshToken.Reveal()),
		Access: account.Token.Reveal(), Refresh: account.RefreshToken.Reveal(),
	}
	text, err := os.ReadFile(t.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		t.kept = configured
		return t, nil
	case err != nil:
		return nil, fmt.Errorf("read the renewed Twitch tokens: %w", err)
	}
	if err := json.Unmarshal(text, &t.kept); err != nil || t.kept.Given != configured.Given {
		// Unreadable, or of tokens that are configured no more.
		t.kept = configured
	}
	redactor.Add(t.kept.Access, t.kept.Refresh)
	return t, nil
}

func (t *tokens) current() platform.Token {
	return platform.Token{Access: t.kept.Access, Refresh: t.kept.Refresh, Expires: t.kept.Expires}
}

// persist keeps a renewed token before it is used.
func (t *tokens) persist(_ context.Context, token platform.Token) error {
	t.redactor.Add(token.Access, token.Refresh)
	kept := keptTokens{Given: t.kept.Given, Access: token.Access, Refresh: token.Refresh, Expires: token.Expires}
	text, err := json.MarshalIndent(kept, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the renewed Twitch tokens: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(t.path), 0o700); err != nil {
		return fmt.Errorf("make the folder of secrets: %w", err)
	}
	if err := durable.WriteFile(t.path, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("keep the renewed Twitch tokens: %w", err)
	}
	t.kept = kept
	return nil
}

// fingerprint tells configured tokens apart without holding them.
func fingerprint(values ...string) string {
	h := sha256.New()
	for _, v := range values {
		_, _ = fmt.Fprintf(h, "%d:%s", len(v), v)
	}
	return hex.EncodeToString(h.Sum(nil))
}
