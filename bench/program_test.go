package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAProgramThatIsOlderThanItsCodeIsNotMeasured(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	built := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	write := func(name string, at time.Time) {
		t.Helper()
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, nil, 0o644))
		require.NoError(t, os.Chtimes(path, at, at))
	}
	_, err := program(root, "bin/standalone")
	require.ErrorContains(t, err, "make build")
	write("bin/standalone", built)
	write("go.mod", built.Add(-time.Hour))
	write("ingest/lane.go", built.Add(-time.Hour))
	for _, other := range []string{"ingest/lane_test.go", "bench/idle.go", "docs/page.md", ".git/x.go", "internal/sim/testdata/x.go"} {
		write(other, built.Add(time.Hour))
	}
	path, err := program(root, "bin/standalone")
	require.NoError(t, err)
	require.Equal(t, filepath.Join(root, "bin", "standalone"), path)

	write("ingest/lane.go", built.Add(time.Second))
	_, err = program(root, "bin/standalone")
	var stale *staleError
	require.ErrorAs(t, err, &stale)
	require.Equal(t, &staleError{"bin/standalone", filepath.Join(root, "ingest", "lane.go")}, stale)
}
