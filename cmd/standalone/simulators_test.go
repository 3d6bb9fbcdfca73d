package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/durable"
	"github.com/streamsuites/streamsuites/internal/sim"
	"github.com/streamsuites/streamsuites/internal/statedir"
)

// simulatorsOf serves the simulators of a state directory, as if another process
// did, and ends them with the test.
func simulatorsOf(t *testing.T, dir statedir.Dir) *sim.Running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	running, err := sim.Start(ctx, sim.Options{Dir: dir.Simulators(), Log: zerolog.Nop()})
	require.NoError(t, err)
	t.Cleanup(func() {
		cancel()
		require.NoError(t, running.Wait())
	})
	return running
}

func TestADemoUsesSimulatorsThatRunAlreadyAndLeavesThemRunning(t *testing.T) {
	t.Parallel()
	dir := demoDir(t)
	running := simulatorsOf(t, dir)
	m := &machine{dir: dir, log: zerolog.Nop()}
	require.NoError(t, m.startDemo(t.Context()))
	require.Equal(t, running.Bound, m.bound)
	require.True(t, m.adopted)
	require.Nil(t, m.simulators, "nothing was started")
	cfg, problems := loadDemo(t, dir)
	require.Empty(t, problems)
	require.Equal(t, running.Bound.Playlist, cfg.Creator(demoCreator).Capture.URL)

	require.NoError(t, m.stop(t.Context()))
	_, found, err := sim.Find(t.Context(), dir.Simulators(), time.Minute)
	require.NoError(t, err)
	require.True(t, found, "they outlive the demo")
}

func TestADemoNamesAProcessThatHoldsTheSimulatorsAndIsSilent(t *testing.T) {
	t.Parallel()
	dir := demoDir(t)
	m := &machine{dir: dir, log: zerolog.Nop()}
	found, err := m.adoptSimulators(t.Context(), time.Minute)
	require.NoError(t, err)
	require.False(t, found, "there are none")
	require.NoDirExists(t, dir.Simulators())

	require.NoError(t, os.Mkdir(dir.Simulators(), 0o700))
	lock, err := durable.TakeLock(filepath.Join(dir.Simulators(), "lock"))
	require.NoError(t, err)
	defer func() { _ = lock.Release() }()
	_, err = m.adoptSimulators(t.Context(), 10*time.Millisecond)
	var silent *sim.SilentError
	require.ErrorAs(t, err, &silent)
	require.False(t, m.adopted)
}

func TestADemoRefusesSimulatorsWithoutYouTube(t *testing.T) {
	t.Parallel()
	dir := demoDir(t)
	require.NoError(t, os.Mkdir(dir.Simulators(), 0o700))
	lock, err := durable.TakeLock(filepath.Join(dir.Simulators(), "lock"))
	require.NoError(t, err)
	defer func() { _ = lock.Release() }()
	control := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer control.Close()
	text := `{"control":"` + control.URL + `"}`
	require.NoError(t, os.WriteFile(filepath.Join(dir.Simulators(), "addresses.json"), []byte(text), 0o600))
	_, err = (&machine{dir: dir, log: zerolog.Nop()}).adoptSimulators(t.Context(), time.Minute)
	require.ErrorContains(t, err, "older version")
}
