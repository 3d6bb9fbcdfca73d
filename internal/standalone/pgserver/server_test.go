//go:build unix

package pgserver_test

import (
	"errors"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/logging/logtest"
	"github.com/streamsuites/streamsuites/internal/process"
	"github.com/streamsuites/streamsuites/internal/standalone/pgserver"
)

func TestAClusterKeepsItsDataAndPasswordOverARestart(t *testing.T) {
	t.Parallel()
	opts := quick(filepath.Join(t.TempDir(), "state", "postgres"))
	first := start(t, opts)
	require.NoError(t, first.CreateDatabase(t.Context(), "streamsuites"))
	require.NoError(t, first.CreateDatabase(t.Context(), "streamsuites"), "a database that exists is fine")
	execute(t, connect(t, first.URL("streamsuites")), makeAnswer)
	require.NoError(t, first.Stop(t.Context()))
	require.NoError(t, first.Err())
	require.NoError(t, first.Stop(t.Context()), "stopping what has ended is no error")

	second := start(t, opts)
	require.Equal(t, first.Password(), second.Password())
	requireAnswer(t, second.URL("streamsuites"))
	info, err := os.Stat(filepath.Join(opts.Dir, "password"))
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
}

func TestOnlyThePasswordOpensAServerAndOnlyOnLoopback(t *testing.T) {
	t.Parallel()
	server := start(t, quick(t.TempDir()))
	conn := connect(t, server.URL("postgres"))
	require.Equal(t, "127.0.0.1", setting(t, conn, "listen_addresses"))
	require.Empty(t, setting(t, conn, "unix_socket_directories"))
	require.Equal(t, "200", setting(t, conn, "max_connections"))
	require.Equal(t, "UTF8", setting(t, conn, "server_encoding"))
	require.Equal(t, "UTC", setting(t, conn, "TimeZone"))
	var sorted string
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT string_agg(x, '' ORDER BY x) FROM unnest('{b,B,a,A,é}'::text[]) x").Scan(&sorted))
	require.Equal(t, "ABabé", sorted, "text sorts by code point on every machine")

	for _, password := range []string{"", "wrong"} {
		address, err := url.Parse(server.URL("postgres"))
		require.NoError(t, err)
		address.User = url.UserPassword(server.User(), password)
		_, err = pgx.Connect(t.Context(), address.String())
		refused := (*pgconn.PgError)(nil)
		if password != "" {
			require.ErrorAs(t, err, &refused)
			require.Equal(t, "28P01", refused.Code)
		}
		require.Error(t, err)
	}
}

func TestTheFastOptionGivesDurabilityUpAndNothingElseDoes(t *testing.T) {
	t.Parallel()
	fast := connect(t, start(t, quick(t.TempDir())).URL("postgres"))
	durable, err := pgserver.Start(t.Context(), lasting(t.TempDir()))
	require.NoError(t, err)
	defer func() { require.NoError(t, durable.Stop(t.Context())) }()
	slow := connect(t, durable.URL("postgres"))
	for _, name := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		require.Equal(t, "off", setting(t, fast, name), name)
		require.Equal(t, "on", setting(t, slow, name), name)
	}
}

func TestATakenPortIsReplacedUnlessTheCallerInsists(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	taken := listener.Addr().(*net.TCPAddr).Port
	dir := t.TempDir()

	insisting, preferring := quick(dir), quick(dir)
	insisting.Port, preferring.PreferredPort = taken, taken
	_, err = pgserver.Start(t.Context(), insisting)
	insisted := (*pgserver.PortError)(nil)
	require.ErrorAs(t, err, &insisted)
	require.Equal(t, taken, insisted.Port)

	server := start(t, preferring)
	require.NotEqual(t, taken, server.Port())
	connect(t, server.URL("postgres"))
	kept := server.Port()
	require.NoError(t, server.Stop(t.Context()))
	preferring.PreferredPort = kept
	require.Equal(t, kept, start(t, preferring).Port())
}

func TestAClusterBelowAPrivateFolderWorks(t *testing.T) {
	t.Parallel()
	private := filepath.Join(t.TempDir(), "private")
	require.NoError(t, os.Mkdir(private, 0o700))
	server := start(t, quick(filepath.Join(private, "state", "postgres")))
	conn := connect(t, server.URL("postgres"))
	execute(t, conn, makeAnswer)
	execute(t, conn, "CHECKPOINT")
	info, err := os.Stat(private)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o700), info.Mode().Perm(), "the parent is as private as before")
}

func TestADeepStateDirectoryWorks(t *testing.T) {
	t.Parallel()
	deep := filepath.Join(t.TempDir(), strings.Repeat("deeper/", 20))
	require.Greater(t, len(deep), 108, "longer than a socket's path may be")
	connect(t, start(t, quick(deep)).URL("postgres"))
}

func TestAStateDirectoryBehindASymbolicLinkWorks(t *testing.T) {
	t.Parallel()
	real := t.TempDir()
	link := filepath.Join(t.TempDir(), "link with spaces")
	require.NoError(t, os.Symlink(real, link))
	connect(t, start(t, quick(filepath.Join(link, "postgres"))).URL("postgres"))
}

func TestAServerThatEndsByItselfSaysSo(t *testing.T) {
	t.Parallel()
	opts := lasting(t.TempDir())
	server := start(t, opts)
	execute(t, connect(t, server.URL("postgres")), makeAnswer)
	victim, err := os.FindProcess(server.PID())
	require.NoError(t, err)
	require.NoError(t, victim.Kill())
	<-server.Done()
	exit := (*pgserver.ExitError)(nil)
	require.ErrorAs(t, server.Err(), &exit)

	requireAnswer(t, start(t, opts).URL("postgres"))
}

func TestTheLogTellsNeitherThePasswordNorWhatWasWritten(t *testing.T) {
	t.Parallel()
	log := &logtest.Buffer{}
	server := start(t, pgserver.Options{Dir: t.TempDir(), Log: zerolog.New(log)})
	conn := connect(t, server.URL("postgres"))
	execute(t, conn, "CREATE TABLE chat (text text PRIMARY KEY)")
	for range 2 {
		_, _ = conn.Exec(t.Context(), "INSERT INTO chat VALUES ('said in chat')")
	}
	_, err := conn.Exec(t.Context(), "SELEC 'said in chat'")
	require.Error(t, err)
	require.NoError(t, server.Stop(t.Context()))
	text := log.String()
	require.Contains(t, text, "duplicate key")
	require.NotContains(t, text, "said in chat")
	require.NotContains(t, text, server.Password())
	require.NotContains(t, text, `"level":"error"`, "an answer that a client got is not this log's error")
	require.NotContains(t, text, `"level":"warn"`, "nor that clients were turned away during the start and the stop")
}

func TestAnInterruptedCreationLeavesNothingThatLooksLikeADatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, cancel := cancelled(t)
	go func() {
		defer cancel()
		for ctx.Err() == nil {
			if found, _ := filepath.Glob(filepath.Join(dir, "data.new-*", "PG_VERSION")); len(found) > 0 {
				return
			}
		}
	}()
	_, err := pgserver.Start(ctx, quick(dir))
	require.ErrorIs(t, err, errEnough)
	require.NoDirExists(t, filepath.Join(dir, "data"))

	// As a killed process leaves it:
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "data.new-1", "base"), 0o700))
	connect(t, start(t, quick(dir)).URL("postgres"))
	left, err := filepath.Glob(filepath.Join(dir, "data.new-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestTheServerIsInTheRegistryWhileItRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	registry, err := process.OpenRegistry(filepath.Join(dir, "children"))
	require.NoError(t, err)
	opts := quick(filepath.Join(dir, "postgres"))
	opts.Registry = registry
	server := start(t, opts)
	entries, err := os.ReadDir(filepath.Join(dir, "children"))
	require.NoError(t, err)
	require.Len(t, entries, 1)
	require.NoError(t, server.Stop(t.Context()))
	entries, err = os.ReadDir(filepath.Join(dir, "children"))
	require.NoError(t, err)
	require.Empty(t, entries)
}

var errEnough = errors.New("enough")
