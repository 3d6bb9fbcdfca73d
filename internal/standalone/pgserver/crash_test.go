//go:build unix

package pgserver_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/process"
	"github.com/streamsuites/streamsuites/internal/standalone/pgserver"
)

func cancelled(t *testing.T) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(t.Context())
	return ctx, func() { cancel(errEnough) }
}

func TestAServerDiesWithItsKilledParentAndStartsAgainOnTheSameData(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	crashed := runHelper(t, os.Args[0], dir, nil)
	execute(t, connect(t, crashed.url), makeAnswer)
	crashed.kill(t)
	if runtime.GOOS == "linux" {
		requireGone(t, crashed.pid)
	}
	requireAnswer(t, start(t, quick(dir)).URL("postgres"))
}

func TestAStartRightAfterAKillWorksWithoutWaiting(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for round := range 3 {
		crashed := runHelper(t, os.Args[0], dir, nil)
		if round == 0 {
			execute(t, connect(t, crashed.url), makeAnswer)
		}
		requireAnswer(t, crashed.url)
		crashed.kill(t)
	}
	requireAnswer(t, start(t, quick(dir)).URL("postgres"))
}

func TestAServerLeftRunningIsEndedByTheNextStart(t *testing.T) {
	t.Parallel()
	opts := quick(t.TempDir())
	left := start(t, opts)
	busy := connect(t, left.URL("postgres"))
	execute(t, busy, makeAnswer)

	next := start(t, opts)
	<-left.Done()
	require.NotEqual(t, left.PID(), next.PID())
	requireAnswer(t, next.URL("postgres"))
}

func TestBackendsThatLostTheirPostmasterAreEndedByTheNextStart(t *testing.T) {
	t.Parallel()
	opts := lasting(t.TempDir())
	left := start(t, opts)
	busy := connect(t, left.URL("postgres"))
	execute(t, busy, makeAnswer)
	backend := int(busy.PgConn().PID())
	// A stopped backend cannot notice that the postmaster is gone.
	require.NoError(t, syscall.Kill(backend, syscall.SIGSTOP))
	require.NoError(t, syscall.Kill(left.PID(), syscall.SIGKILL))
	<-left.Done()
	require.NoError(t, syscall.Kill(backend, 0), "the backend is still there")

	requireAnswer(t, start(t, opts).URL("postgres"))
	requireGone(t, backend)
}

func TestAStalePidFileWhoseNumberBelongsToAnotherProgramIsNoObstacle(t *testing.T) {
	t.Parallel()
	opts := quick(t.TempDir())
	server := start(t, opts)
	execute(t, connect(t, server.URL("postgres")), makeAnswer)
	require.NoError(t, server.Stop(t.Context()))

	// The other program runs as the server's user: only then the server's own
	// check takes it for a predecessor.
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	defer writer.Close()
	defer reader.Close()
	other, err := process.Start(t.Context(), process.Spec{Name: "cat", Path: "cat", Stdin: reader, Unprivileged: true, Dir: "/"})
	require.NoError(t, err)
	defer func() { require.NoError(t, other.Kill()) }()
	stale := filepath.Join(opts.Dir, "data", "postmaster.pid")
	require.NoError(t, os.WriteFile(stale, fmt.Appendf(nil, "%d\n%s\n1700000000\n5432\n", other.PID(), opts.Dir), 0o644))

	requireAnswer(t, start(t, opts).URL("postgres"))
	require.NoError(t, syscall.Kill(other.PID(), 0), "the other program was left alone")
}

func TestAnEmptyPidFileIsNoObstacle(t *testing.T) {
	t.Parallel()
	opts := quick(t.TempDir())
	server := start(t, opts)
	execute(t, connect(t, server.URL("postgres")), makeAnswer)
	require.NoError(t, server.Stop(t.Context()))
	require.NoError(t, os.WriteFile(filepath.Join(opts.Dir, "data", "postmaster.pid"), nil, 0o644))
	requireAnswer(t, start(t, opts).URL("postgres"))
}

func TestAnOrdinaryUserRunsAClusterAsItself(t *testing.T) {
	t.Parallel()
	binary, dir, as := ordinary(t)
	crashed := runHelper(t, binary, dir, as)
	if as != nil {
		require.EqualValues(t, as.Uid, crashed.uid)
	}
	execute(t, connect(t, crashed.url), makeAnswer)
	require.Equal(t, strconv.Itoa(crashed.uid), ownerOf(t, filepath.Join(dir, "data", "PG_VERSION")))
	crashed.kill(t)

	again := runHelper(t, binary, dir, as)
	requireAnswer(t, again.url)
	require.NoError(t, again.stdin.Close())
	require.NoError(t, again.cmd.Wait(), "an orderly stop")
	requireGone(t, again.pid)
}

// ordinary returns how to run the test binary as an ordinary user: as nobody,
// with a copy of the binary and a folder that it can reach, or as this user when
// it is one.
func ordinary(t *testing.T) (binary, dir string, as *syscall.Credential) {
	t.Helper()
	if os.Geteuid() != 0 {
		return os.Args[0], t.TempDir(), nil
	}
	const nobody = 65534
	open, err := os.MkdirTemp("", "pgserver")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(open)) })
	require.NoError(t, os.Chmod(open, 0o755))
	self, err := os.Executable()
	require.NoError(t, err)
	binary, dir = filepath.Join(open, "test"), filepath.Join(open, "state")
	require.NoError(t, os.Link(self, binary), "the binary is on the file system of the temporary folder")
	require.NoError(t, os.Mkdir(dir, 0o700))
	require.NoError(t, os.Chown(dir, nobody, nobody))
	return binary, dir, &syscall.Credential{Uid: nobody, Gid: nobody}
}

func ownerOf(t *testing.T, path string) string {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	return fmt.Sprint(info.Sys().(*syscall.Stat_t).Uid)
}

func TestADataDirectoryThatCannotBeUsedIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		files map[string]string
		check func(*testing.T, error)
	}{
		"made by a version that is not installed": {
			files: map[string]string{"data/PG_VERSION": "9\n", "data/base/1": "rows", "password": "secret\n"},
			check: func(t *testing.T, err error) {
				missing := (*pgserver.BinariesError)(nil)
				require.ErrorAs(t, err, &missing)
				require.Equal(t, 9, missing.Major)
				require.ErrorContains(t, err, "postgresql-9")
				require.ErrorContains(t, err, missing.DataDir)
			},
		},
		"holding something else": {
			files: map[string]string{"data/holiday.jpg": "sea"},
			check: requireDataDirError("holds no database"),
		},
		"with a version that is none": {
			files: map[string]string{"data/PG_VERSION": "new\n"},
			check: requireDataDirError("no version"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for path, content := range test.files {
				require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o755))
				require.NoError(t, os.WriteFile(filepath.Join(dir, path), []byte(content), 0o644))
			}
			before := tree(t, dir)
			_, err := pgserver.Start(t.Context(), lasting(dir))
			test.check(t, err)
			require.Equal(t, before, tree(t, dir))
		})
	}
}

func TestALostOrWrongPasswordIsReportedWithItsFile(t *testing.T) {
	t.Parallel()
	opts := quick(t.TempDir())
	require.NoError(t, start(t, opts).Stop(t.Context()))
	path := filepath.Join(opts.Dir, "password")
	require.NoError(t, os.WriteFile(path, []byte("another\n"), 0o600))
	_, err := pgserver.Start(t.Context(), opts)
	requireDataDirError(path)(t, err)

	require.NoError(t, os.Remove(path))
	_, err = pgserver.Start(t.Context(), opts)
	requireDataDirError(path)(t, err)
}

func requireDataDirError(part string) func(*testing.T, error) {
	return func(t *testing.T, err error) {
		unusable := (*pgserver.DataDirError)(nil)
		require.ErrorAs(t, err, &unusable)
		require.ErrorContains(t, err, part)
	}
}

// tree lists what is below a folder: names, sizes, permissions, times.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var list strings.Builder
	require.NoError(t, filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if path != dir && err == nil {
			fmt.Fprintln(&list, path, info.Size(), info.Mode(), info.ModTime())
		}
		return err
	}))
	return list.String()
}
