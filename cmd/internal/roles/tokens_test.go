package roles

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/config"
	"github.com/streamsuites/streamsuites/internal/logging"
	platform "github.com/streamsuites/streamsuites/internal/platform/twitch"
	"github.com/streamsuites/streamsuites/internal/statedir"
)

func account(label, access, refresh string) config.TwitchAccount {
	return config.TwitchAccount{Label: label, Nick: "bot", Token: config.NewSecret(access), RefreshToken: config.NewSecret(refresh)}
}

// open opens the tokens of an account as a start does.
func open(t *testing.T, dir statedir.Dir, a config.TwitchAccount, redactor *logging.Redactor) *tokens {
	t.Helper()
	opened, err := openTokens(dir, a, redactor)
	require.NoError(t, err)
	return opened
}

func renewed() platform.Token {
	return platform.Token{Access: "renewed-access", Refresh: "renewed-refresh", Expires: time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)}
}

func TestConfiguredTokensAreUsedUntilOneIsRenewed(t *testing.T) {
	t.Parallel()
	dir := statedir.Dir(t.TempDir())
	opened := open(t, dir, account("", "given-access", "given-refresh"), &logging.Redactor{})
	require.Equal(t, platform.Token{Access: "given-access", Refresh: "given-refresh"}, opened.current())
	require.NoDirExists(t, dir.Secrets(), "what is configured is not copied")
	require.NoError(t, opened.persist(t.Context(), renewed()))
	require.Equal(t, renewed(), opened.current())
}

func TestRenewedTokensSurviveARestart(t *testing.T) {
	t.Parallel()
	dir := statedir.Dir(t.TempDir())
	given := account("", "given-access", "given-refresh")
	require.NoError(t, open(t, dir, given, &logging.Redactor{}).persist(t.Context(), renewed()))
	again := open(t, dir, given, &logging.Redactor{})
	require.Equal(t, renewed(), again.current())
	next := renewed()
	next.Access = "renewed-twice"
	require.NoError(t, again.persist(t.Context(), next))
	require.Equal(t, next, open(t, dir, given, &logging.Redactor{}).current(), "they still descend from what is configured")
}

func TestNewlyConfiguredTokensWin(t *testing.T) {
	t.Parallel()
	for name, now := range map[string]config.TwitchAccount{
		"another token":                      account("", "other-access", "given-refresh"),
		"another refresh token":              account("", "given-access", "other-refresh"),
		"the same characters, cut elsewhere": account("", "given-accessgiven-", "refresh"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := statedir.Dir(t.TempDir())
			require.NoError(t, open(t, dir, account("", "given-access", "given-refresh"), &logging.Redactor{}).persist(t.Context(), renewed()))
			require.Equal(t,
				platform.Token{Access: now.Token.Reveal(), Refresh: now.RefreshToken.Reveal()},
				open(t, dir, now, &logging.Redactor{}).current())
		})
	}
}

func TestOnlyTheirOwnerCanReadThem(t *testing.T) {
	t.Parallel()
	dir := statedir.Dir(t.TempDir())
	require.NoError(t, open(t, dir, account("", "a", "b"), &logging.Redactor{}).persist(t.Context(), renewed()))
	folder, err := os.Stat(dir.Secrets())
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), folder.Mode().Perm())
	file, err := os.Stat(filepath.Join(dir.Secrets(), "twitch.json"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), file.Mode().Perm())
}

func TestEachAccountHasAFileOfItsOwn(t *testing.T) {
	t.Parallel()
	dir := statedir.Dir(t.TempDir())
	require.NoError(t, open(t, dir, account("MAIN", "a", "b"), &logging.Redactor{}).persist(t.Context(), renewed()))
	require.FileExists(t, filepath.Join(dir.Secrets(), "twitch-MAIN.json"))
	require.Equal(t, "a", open(t, dir, account("", "a", "b"), &logging.Redactor{}).current().Access)
}

func TestADamagedFileIsIgnored(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"an empty one":          "",
		"a torn one":            `{"given": "`,
		"one of another shape":  `[]`,
		"one with a wrong date": `{"given": "", "access": "x", "expires": "soon"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := statedir.Dir(t.TempDir())
			require.NoError(t, os.Mkdir(dir.Secrets(), 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(dir.Secrets(), "twitch.json"), []byte(text), 0o600))
			opened := open(t, dir, account("", "given-access", "given-refresh"), &logging.Redactor{})
			require.Equal(t, platform.Token{Access: "given-access", Refresh: "given-refresh"}, opened.current())
			require.NoError(t, opened.persist(t.Context(), renewed()))
			require.Equal(t, renewed(), open(t, dir, account("", "given-access", "given-refresh"), &logging.Redactor{}).current())
		})
	}
}

func TestAFileThatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	dir := statedir.Dir(t.TempDir())
	require.NoError(t, os.MkdirAll(filepath.Join(dir.Secrets(), "twitch.json"), 0o700))
	_, err := openTokens(dir, account("", "a", "b"), &logging.Redactor{})
	require.ErrorContains(t, err, "read the renewed Twitch tokens")
}

func TestRenewedTokensAreRedactedAndConfiguredOnesAreNotInTheFile(t *testing.T) {
	t.Parallel()
	dir := statedir.Dir(t.TempDir())
	given := account("", "given-access", "given-refresh")
	redactor := &logging.Redactor{}
	require.NoError(t, open(t, dir, given, redactor).persist(t.Context(), renewed()))
	require.NotContains(t, redactor.String("renewed-access renewed-refresh"), "renewed")
	restarted := &logging.Redactor{}
	open(t, dir, given, restarted)
	require.NotContains(t, restarted.String("renewed-access renewed-refresh"), "renewed")

	text, err := os.ReadFile(filepath.Join(dir.Secrets(), "twitch.json"))
	require.NoError(t, err)
	require.True(t, json.Valid(text))
	require.False(t, bytes.Contains(text, []byte("given-access")))
}
