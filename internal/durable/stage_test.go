package durable_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/durable"
)

func TestAStagedContentIsSeenOnlyWhenItIsPublished(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "clips.json")
	require.NoError(t, durable.WriteFile(path, []byte("old"), 0o644))
	staged, err := durable.Stage(path, []byte("new"), 0o644)
	require.NoError(t, err)
	seen, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "old", string(seen))

	require.NoError(t, staged.Publish())
	require.NoError(t, durable.FlushDir(dir))
	seen, err = os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "new", string(seen))
	require.Len(t, entries(t, dir), 1)
}

func TestAStagedContentThatIsGivenUpOrCannotBePublishedLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	staged, err := durable.Stage(filepath.Join(dir, "a.json"), []byte("a"), 0o644)
	require.NoError(t, err)
	staged.Drop()
	require.Empty(t, entries(t, dir))

	folder := filepath.Join(dir, "folder")
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "full"), 0o755))
	staged, err = durable.Stage(folder, []byte("b"), 0o644)
	require.NoError(t, err)
	require.Error(t, staged.Publish(), "a folder with something in it is in the way")
	require.Len(t, entries(t, dir), 1)
	require.Error(t, durable.FlushDir(filepath.Join(dir, "missing")))
}

func entries(t *testing.T, dir string) []os.DirEntry {
	t.Helper()
	found, err := os.ReadDir(dir)
	require.NoError(t, err)
	return found
}

func TestAFailureThatGoesOnReadsTheSameEachTime(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "missing", "a.json")
	_, first := durable.Stage(path, []byte("a"), 0o644)
	_, second := durable.Stage(path, []byte("a"), 0o644)
	require.ErrorIs(t, first, os.ErrNotExist)
	require.Equal(t, first.Error(), second.Error(), "without the name of a temporary file")
	require.NotContains(t, first.Error(), ".tmp")
}
