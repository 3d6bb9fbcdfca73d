//go:build unix

package pgserver_test

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/standalone/pgserver"
)

// watch collects what an Observer is told.
type watch struct {
	ended chan error
	back  chan time.Duration
}

func newWatch() *watch { return &watch{make(chan error, 100), make(chan time.Duration, 100)} }

func (w *watch) observer() pgserver.Observer {
	return pgserver.Observer{
		Ended: func(err error, _ time.Duration) { w.ended <- err },
		Back:  func(away time.Duration) { w.back <- away },
	}
}

func keep(t *testing.T, opts pgserver.Options, w *watch) *pgserver.Keeper {
	t.Helper()
	keeper, err := pgserver.Keep(t.Context(), opts, w.observer())
	require.NoError(t, err)
	t.Cleanup(func() { _ = keeper.Stop(context.Background()) })
	return keeper
}

func await[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(time.Minute):
		require.FailNow(t, "it does not happen")
	}
	return v
}

func TestAKilledServerIsStartedAgainWhereItWas(t *testing.T) {
	t.Parallel()
	w := newWatch()
	keeper := keep(t, lasting(t.TempDir()), w)
	before := keeper.Server()
	execute(t, connect(t, before.URL("postgres")), makeAnswer)
	for range 3 {
		killed := keeper.Server().PID()
		require.NoError(t, syscall.Kill(killed, syscall.SIGKILL))
		require.ErrorContains(t, await(t, w.ended), "killed")
		require.Positive(t, await(t, w.back))
		require.NotEqual(t, killed, keeper.Server().PID())
		require.Equal(t, before.URL("postgres"), keeper.Server().URL("postgres"))
		requireAnswer(t, before.URL("postgres"))
	}
	require.NoError(t, keeper.Stop(t.Context()))
	await(t, keeper.Done())
	require.NoError(t, keeper.Err())
	<-keeper.Server().Done()
}

func TestAServerWhoseDataIsGoneIsNotMadeAnew(t *testing.T) {
	t.Parallel()
	w := newWatch()
	opts := quick(t.TempDir())
	keeper := keep(t, opts, w)
	data := filepath.Join(opts.Dir, "data")
	require.NoError(t, os.Rename(data, data+".away"))
	require.NoError(t, syscall.Kill(keeper.Server().PID(), syscall.SIGKILL))
	await(t, keeper.Done())
	var folder *pgserver.DataDirError
	require.ErrorAs(t, keeper.Err(), &folder)
	require.NoDirExists(t, data)
}

func TestAStartThatFailsIsTriedAgainUntilItWorks(t *testing.T) {
	t.Parallel()
	w := newWatch()
	opts := quick(t.TempDir())
	keeper := keep(t, opts, w)
	settings := filepath.Join(opts.Dir, "data", "postgresql.conf")
	require.NoError(t, os.Rename(settings, settings+".away"))
	require.NoError(t, syscall.Kill(keeper.Server().PID(), syscall.SIGKILL))
	for range 3 { // the end, and two starts in vain
		await(t, w.ended)
	}
	require.NoError(t, os.Rename(settings+".away", settings))
	await(t, w.back)
	require.NoError(t, keeper.Server().Err())
}

func TestStoppingEndsAStartThatIsTriedAgainAndAgain(t *testing.T) {
	t.Parallel()
	w := newWatch()
	opts := quick(t.TempDir())
	keeper := keep(t, opts, w)
	require.NoError(t, os.Remove(filepath.Join(opts.Dir, "data", "postgresql.conf")))
	require.NoError(t, syscall.Kill(keeper.Server().PID(), syscall.SIGKILL))
	await(t, w.ended)
	require.NoError(t, keeper.Stop(t.Context()))
	await(t, keeper.Done())
	require.NoError(t, keeper.Err())
}
