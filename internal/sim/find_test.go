package sim

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/durable"
	"github.com/streamsuites/streamsuites/internal/sim/keep"
)

// held takes a folder as simulators do.
func held(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	lock, err := durable.TakeLock(filepath.Join(dir, lockFile))
	require.NoError(t, err)
	t.Cleanup(func() { _ = lock.Release() })
	return dir
}

func TestRunningSimulatorsAreFoundWithTheirAddresses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	running := begin(t, Options{Dir: dir})
	bound, found, err := Find(t.Context(), dir, time.Minute)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, running.Bound, bound)
	require.NotEmpty(t, bound.YouTube)
}

func TestAFreeFolderHasNoSimulatorsWhateverItSaysOfAddresses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for range 2 {
		_, found, err := Find(t.Context(), dir, time.Minute)
		require.NoError(t, err)
		require.False(t, found)
		require.NoError(t, keep.Save(filepath.Join(dir, boundFile), Bound{Control: "http://127.0.0.1:1"}))
	}
	_, found, err := Find(t.Context(), filepath.Join(dir, "missing"), time.Minute)
	require.NoError(t, err)
	require.False(t, found)
	require.NoDirExists(t, filepath.Join(dir, "missing"))
}

func TestSimulatorsThatAreAboutToStartAreWaitedFor(t *testing.T) {
	t.Parallel()
	dir := held(t)
	var asked atomic.Int32
	control := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" || asked.Add(1) < 3 {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer control.Close()
	require.NoError(t, keep.Save(filepath.Join(dir, boundFile), Bound{Control: control.URL}))
	bound, found, err := Find(t.Context(), dir, time.Minute)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, control.URL, bound.Control)
}

func TestAHolderThatDoesNotAnswerIsNamed(t *testing.T) {
	t.Parallel()
	dir := held(t)
	_, _, err := Find(t.Context(), dir, 10*time.Millisecond)
	var silent *SilentError
	require.ErrorAs(t, err, &silent)
	require.Equal(t, SilentError{Dir: dir, PID: os.Getpid()}, *silent)
	require.ErrorContains(t, err, "stop that process")

	require.NoError(t, keep.Save(filepath.Join(dir, boundFile), Bound{Control: "http://127.0.0.1:1"}))
	_, _, err = Find(t.Context(), dir, 10*time.Millisecond)
	require.ErrorContains(t, err, "nothing answers at http://127.0.0.1:1")

	require.NoError(t, os.WriteFile(filepath.Join(dir, boundFile), []byte("{"), 0o600))
	_, _, err = Find(t.Context(), dir, time.Minute)
	require.ErrorContains(t, err, boundFile)
}
