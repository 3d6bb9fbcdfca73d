package tokens_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/statedir"
	"github.com/streamsuites/streamsuites/internal/tokens"
)

const otherKey = "b29vb29vb29vb29vb29vb29vb29vb29vb29vb29vb28="

func TestTokensLieEncryptedAndBoundToTheirAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.host(nil)
	g := w.loggedIn(v)
	row := w.row()
	for _, data := range [][]byte{row.Tokens.Access, row.Tokens.Refresh} {
		require.NotEmpty(t, data)
		require.NotContains(t, string(data), g.Access)
		require.NotContains(t, string(data), g.Refresh)
	}
	before := row.Tokens.Access
	require.NoError(t, v.Keep(t.Context(), account, tokens.Owner{}, g, tokens.Seed{}))
	require.NotEqual(t, before, w.row().Tokens.Access, "nonces are random")

	w.exec(`update streamsuites.account_tokens set label = 'OTHER'`)
	_, err := v.Tokens(t.Context(), tokens.Account{Platform: "kick", Label: "OTHER"})
	var wrong *tokens.KeyError
	require.ErrorAs(t, err, &wrong)
	require.True(t, wrong.Damaged)
	w.exec(`update streamsuites.account_tokens set label = 'MAIN', access_token = refresh_token`)
	_, err = v.Tokens(t.Context(), account)
	require.ErrorAs(t, err, &wrong)
	w.exec(`update streamsuites.account_tokens set access_token = 'x'`)
	_, err = v.Tokens(t.Context(), account)
	require.ErrorAs(t, err, &wrong)
}

func TestAWrongKeyIsToldWithPlaceAndRemedy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.loggedIn(w.host(nil))
	other := w.host(func(o *tokens.Options) { o.Keys = keys(t, otherKey) })
	_, err := other.Source(account, w.platform, tokens.Seed{}).Token(t.Context())
	for _, want := range []string{`kick account "MAIN"`, "which the test does not hold", "STREAMSUITES_TOKEN_KEY", "streamsuites auth login kick --account MAIN"} {
		require.ErrorContains(t, err, want)
	}
	require.NotErrorIs(t, err, tokens.ErrNeedsLogin, "the tokens are good, for whoever has the key")
	_, err = other.Rotate(t.Context())
	require.Error(t, err)
}

func TestOldKeysAreReadAndTheirTokensEncryptedAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.loggedIn(w.host(nil))
	both := w.host(func(o *tokens.Options) { o.Keys = keys(t, otherKey+", "+testKey) })
	kept, err := both.Tokens(t.Context(), account)
	require.NoError(t, err)
	require.Equal(t, g.Access, kept.Access)
	rotated, err := both.Rotate(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, rotated)
	kept, err = w.host(func(o *tokens.Options) { o.Keys = keys(t, otherKey) }).Tokens(t.Context(), account)
	require.NoError(t, err)
	require.Equal(t, g.Refresh, kept.Refresh)
	rotated, err = both.Rotate(t.Context())
	require.NoError(t, err)
	require.Zero(t, rotated)
}

func TestAKeyIsMadeOnceAndOnlyItsOwnerCanReadIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := statedir.Dir(t.TempDir())
	first, err := tokens.OpenKeys(t.Context(), "", dir, w.store)
	require.NoError(t, err)
	second, err := tokens.OpenKeys(t.Context(), "", dir, w.store)
	require.NoError(t, err)
	require.Equal(t, first.ID(), second.ID())
	info, err := os.Stat(filepath.Join(dir.Secrets(), "token.key"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	w.loggedIn(w.host(func(o *tokens.Options) { o.Keys = first }))
	_, err = tokens.OpenKeys(t.Context(), "", statedir.Dir(t.TempDir()), w.store)
	require.ErrorContains(t, err, first.ID(), "a second host does not make a key that cannot read what is there")
	configured, err := tokens.OpenKeys(t.Context(), otherKey, dir, w.store)
	require.NoError(t, err)
	require.NotEqual(t, first.ID(), configured.ID())
}

func TestKeysThatAreNoneAreRefusedWithoutShowingThem(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "almostakey", testKey + ",", testKey + "," + testKey[:20], testKey[4:]} {
		_, err := tokens.ParseKeys(bad, "the variable")
		require.ErrorContains(t, err, "the variable holds something that is not 32 bytes in base64")
		require.NotContains(t, err.Error(), testKey[:8])
	}
}

func TestProcessesThatStartTogetherHaveOneKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := statedir.Dir(t.TempDir())
	ids := make(chan string, 16)
	var starting sync.WaitGroup
	for range cap(ids) {
		starting.Go(func() {
			made, err := tokens.OpenKeys(t.Context(), "", dir, w.store)
			if assert.NoError(t, err) {
				ids <- made.ID()
			}
		})
	}
	starting.Wait()
	close(ids)
	first := <-ids
	require.NotEmpty(t, first)
	for id := range ids {
		require.Equal(t, first, id)
	}
}
