package statedir

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func addresses() Addresses {
	return Addresses{
		Temporal: "127.0.0.1:7233", UI: "http://127.0.0.1:8233", HTTP: "http://127.0.0.1:8080",
		Database: "postgres://app:hunter22@127.0.0.1:5433/streamsuites",
		Simulators: &Simulators{
			Control: "http://127.0.0.1:1", TwitchIRC: "127.0.0.1:2", TwitchHelix: "http://127.0.0.1:3", HLS: "http://127.0.0.1:4/live.m3u8",
			YouTube: "http://127.0.0.1:5", Kick: "http://127.0.0.1:6",
		},
		PID: 4242,
	}
}

func TestAddressesRoundTripAndOnlyTheirOwnerCanReadThem(t *testing.T) {
	t.Parallel()
	dir := Dir(t.TempDir())
	_, err := dir.ReadAddresses()
	require.ErrorIs(t, err, ErrNotRunning)
	require.NoError(t, dir.WriteAddresses(addresses()))
	read, err := dir.ReadAddresses()
	require.NoError(t, err)
	require.Equal(t, addresses(), read)
	info, err := os.Stat(dir.AddressesFile())
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "the database's password is in it")
	text, err := os.ReadFile(dir.AddressesFile())
	require.NoError(t, err)
	require.JSONEq(t, `{
		"temporal": "127.0.0.1:7233", "ui": "http://127.0.0.1:8233", "http": "http://127.0.0.1:8080",
		"database": "postgres://app:hunter22@127.0.0.1:5433/streamsuites",
		"simulators": {"control": "http://127.0.0.1:1", "twitch_irc": "127.0.0.1:2", "twitch_helix": "http://127.0.0.1:3", "hls": "http://127.0.0.1:4/live.m3u8", "youtube": "http://127.0.0.1:5", "kick": "http://127.0.0.1:6"},
		"pid": 4242}`, string(text))
}

func TestAddressesThatOthersCouldReadAreClosedWhenTheyAreWrittenAgain(t *testing.T) {
	t.Parallel()
	dir := Dir(t.TempDir())
	require.NoError(t, os.WriteFile(dir.AddressesFile(), []byte("{}"), 0o644))
	require.NoError(t, dir.WriteAddresses(addresses()))
	info, err := os.Stat(dir.AddressesFile())
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestWithdrawnAddressesAreGoneAndMayBeWithdrawnTwice(t *testing.T) {
	t.Parallel()
	dir := Dir(t.TempDir())
	require.NoError(t, dir.WriteAddresses(addresses()))
	require.NoError(t, dir.RemoveAddresses())
	require.NoError(t, dir.RemoveAddresses())
	_, err := dir.ReadAddresses()
	require.ErrorIs(t, err, ErrNotRunning)
}

func TestAddressesThatAreDamagedNameTheirFile(t *testing.T) {
	t.Parallel()
	dir := Dir(t.TempDir())
	require.NoError(t, os.WriteFile(dir.AddressesFile(), []byte(`{"temporal":`), 0o600))
	_, err := dir.ReadAddresses()
	require.ErrorContains(t, err, dir.AddressesFile())
	require.NotErrorIs(t, err, ErrNotRunning)
}

func TestEverythingLiesBelowTheStateDirectory(t *testing.T) {
	t.Parallel()
	dir, err := Open(filepath.Join(t.TempDir(), "a", "..", "state"))
	require.NoError(t, err)
	require.True(t, filepath.IsAbs(dir.String()))
	require.NoDirExists(t, dir.String(), "looking at it makes nothing")
	require.NoError(t, dir.Create())
	require.NoError(t, dir.Create())
	seen := map[string]bool{}
	for _, path := range []string{
		dir.Config(), dir.Exports(), dir.Mirror(), dir.ClipsOutput(), dir.ClipsPublished(), dir.Capture(), dir.Logs(),
		dir.Postgres(), dir.Simulators(), dir.Secrets(), dir.Children(), dir.LockFile(), dir.AddressesFile(),
	} {
		require.False(t, seen[path], "%s has two meanings", path)
		seen[path] = true
		rel, err := filepath.Rel(dir.String(), path)
		require.NoError(t, err)
		require.True(t, filepath.IsLocal(rel), path)
	}
	require.DirExists(t, dir.Config())
	require.DirExists(t, dir.Logs())
	require.NoDirExists(t, dir.Postgres(), "the private Postgres makes its own")
}
