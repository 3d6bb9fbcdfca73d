package roles

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/logging"
	platform "github.com/streamsuites/streamsuites/internal/platform/twitch"
	sim "github.com/streamsuites/streamsuites/internal/sim/twitch"
	"github.com/streamsuites/streamsuites/internal/statedir"
	"github.com/streamsuites/streamsuites/internal/store/storetest"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

// host is a process that serves a simulated account.
func hostOf(t *testing.T, cfg *config.Config, account config.TwitchAccount) Parts {
	t.Helper()
	_, s := storetest.New(t)
	cfg.Twitch = map[string]config.TwitchAccount{account.Label: account}
	p := Parts{Dir: statedir.Dir(cfg.StateDir), Config: cfg, Store: s, Log: zerolog.Nop(), Redactor: &logging.Redactor{}}
	p.vault, p.logins = p.opensVault(t.Context()), newLoginsSeen()
	return p
}

// restarted is the same host, started again.
func (p Parts) restarted(t *testing.T) Parts {
	p.vault = p.opensVault(t.Context())
	return p
}

func (p Parts) twitchToken(t *testing.T) platform.Tokens {
	t.Helper()
	user, _, err := p.twitchTokens(t.Context(), p.Config.Twitch[""])
	require.NoError(t, err)
	require.NotNil(t, user)
	e := p.Config.Platform(chat.Twitch).Twitch
	client, err := platform.New(platform.Config{Endpoints: platform.Endpoints{Helix: e.Helix, OAuth: e.OAuth}, ClientID: p.Config.Twitch[""].ClientID})
	require.NoError(t, err)
	return user(client)
}

func TestRenewedTokensSurviveARestartAndAreKeptFromLogs(t *testing.T) {
	t.Parallel()
	twitch, cfg, account := simulated(t)
	p := hostOf(t, cfg, account)
	first, err := p.twitchToken(t).Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, account.Token.Reveal(), first)
	require.NoError(t, twitch.ExpireTokens(sim.DefaultSeed().Accounts[0].Login))
	renewed, err := p.twitchToken(t).Refresh(t.Context(), first)
	require.NoError(t, err)
	require.NotEqual(t, first, renewed)
	require.NotContains(t, p.Redactor.String("token "+renewed), renewed)

	again, err := p.restarted(t).twitchToken(t).Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, renewed, again)
}

func TestWhatAnOlderVersionKeptInAFileIsTakenOver(t *testing.T) {
	t.Parallel()
	_, cfg, account := simulated(t)
	p := hostOf(t, cfg, account)
	given := tokens.Seed{Access: account.Token.Reveal(), Refresh: account.RefreshToken.Reveal()}
	path := filepath.Join(p.Dir.Secrets(), "twitch.json")
	require.NoError(t, os.MkdirAll(p.Dir.Secrets(), 0o700))
	write := func(fingerprint string) {
		text, err := json.Marshal(map[string]any{"given": fingerprint, "access": "renewed", "refresh": "next", "expires": time.Now().Add(time.Hour)})
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, text, 0o600))
	}
	write("of others")
	got, err := p.twitchToken(t).Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, account.Token.Reveal(), got, "it descends from tokens that are configured no more")
	require.NoFileExists(t, path)

	p = hostOf(t, cfg, account)
	require.NoError(t, os.Remove(filepath.Join(p.Dir.Secrets(), "token.key")))
	write(given.Fingerprint())
	got, err = p.twitchToken(t).Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, "renewed", got)
	require.NoFileExists(t, path)
}

func TestAHostWithoutTheKeyUsesWhatIsConfiguredAndSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	_, cfg, account := simulated(t)
	p := hostOf(t, cfg, account)
	_, err := p.twitchToken(t).Token(t.Context())
	require.NoError(t, err)
	for name, c := range map[string]struct{ key, want string }{
		"another key":    {"b29vb29vb29vb29vb29vb29vb29vb29vb29vb29vb28=", "which STREAMSUITES_TOKEN_KEY does not hold"},
		"none at all":    {"", "there is neither STREAMSUITES_TOKEN_KEY nor"},
		"what is no key": {"c2hvcnQ=", "STREAMSUITES_TOKEN_KEY holds something that is not 32 bytes in base64"},
	} {
		other, log := p, &bytes.Buffer{}
		moved := *cfg
		moved.TokenKey, moved.StateDir = config.NewSecret(c.key), t.TempDir()
		other.Config, other.Log = &moved, zerolog.New(log)
		other = other.restarted(t)
		got, err := other.twitchToken(t).Token(t.Context())
		require.NoError(t, err, name)
		require.Equal(t, account.Token.Reveal(), got, name)
		require.Contains(t, log.String(), c.want, name)
	}
}

func TestTheExportsKnowWhoLoggedInAndConfiguredTokensGetAnOwner(t *testing.T) {
	t.Parallel()
	_, cfg, account := simulated(t)
	account.Nick, account.Token = "", config.Secret{}
	p := hostOf(t, cfg, account)
	complete := func() bool { return p.exportSettings().Tables.Accounts[0].Complete }
	require.False(t, complete())
	vault, err := p.vault()
	require.NoError(t, err)
	seed := sim.DefaultSeed().Accounts[0]
	kept := tokens.Account{Platform: string(chat.Twitch)}
	_, err = vault.Import(t.Context(), kept, tokens.Seed{Access: seed.Token, Refresh: seed.Refresh})
	require.NoError(t, err)
	require.NoError(t, p.identifyLogins(t.Context()))
	require.NoError(t, p.lookAtLogins(t.Context()))
	require.True(t, complete())
	require.Equal(t, seed.Login, p.exportSettings().Tables.Accounts[0].Login)
	row, err := p.Store.AccountTokens(t.Context(), kept)
	require.NoError(t, err)
	require.Equal(t, seed.ID, row.AccountID)
	require.False(t, row.Expires.IsZero())

	require.NoError(t, p.Store.RequireLogin(t.Context(), kept, row.Generation, "it was taken back"))
	require.NoError(t, p.lookAtLogins(t.Context()))
	require.False(t, complete())
	events, err := p.Store.LatestRuntimeEvents(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, events, 1)
}
