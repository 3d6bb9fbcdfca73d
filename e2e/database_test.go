package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/standalone/pgserver"
)

func TestDATABASE_URLWinsOverThePrivatePostgres(t *testing.T) {
	given, err := pgserver.Start(t.Context(), pgserver.Options{Dir: filepath.Join(t.TempDir(), "given"), Fast: true, Log: zerolog.Nop()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = given.Stop(t.Context()) })
	require.NoError(t, given.CreateDatabase(t.Context(), "mine"))

	t.Setenv("DATABASE_URL", given.URL("mine"))
	s := start(t, filepath.Join(t.TempDir(), "var"), "--demo")
	require.Equal(t, given.URL("mine"), s.addr.Database)
	require.NoDirExists(t, filepath.Join(s.dir, "postgres"))
	s.stop()
	require.Zero(t, s.cmd.ProcessState.ExitCode())
}

// The operator's binary goes into small images and is copied around.
func TestTheOperatorsBinaryStaysBelow60MB(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "streamsuites")
	build := exec.CommandContext(t.Context(), "go", "build", "-ldflags", "-s -w", "-o", path, "../cmd/streamsuites")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Less(t, info.Size(), int64(60_000_000))
}
