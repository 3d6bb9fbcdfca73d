package keep

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestADocumentComesBackAsItWasSaved(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	var got map[string]int
	found, err := Load(path, &got)
	require.NoError(t, err)
	require.False(t, found)

	require.NoError(t, Save(path, map[string]int{"a": 1}))
	found, err = Load(path, &got)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, map[string]int{"a": 1}, got)

	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing temporary stays behind")
}

func TestABrokenDocumentIsAnErrorThatNamesTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	require.NoError(t, os.WriteFile(path, []byte("{"), 0o600))
	var got map[string]int
	_, err := Load(path, &got)
	require.ErrorContains(t, err, path)
}

func TestAJournalSurvivesATornLine(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log.jsonl")
	j, err := OpenJournal[int](path, 10)
	require.NoError(t, err)
	for i := range 5 {
		require.NoError(t, j.Append(i))
	}
	require.NoError(t, j.Close())
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = file.WriteString("12")
	require.NoError(t, err)
	require.NoError(t, file.Close())

	j, err = OpenJournal[int](path, 10)
	require.NoError(t, err)
	require.Equal(t, []int{0, 1, 2, 3, 4}, j.Newest())
	require.NoError(t, j.Append(5))
	j, err = OpenJournal[int](path, 10)
	require.NoError(t, err)
	require.Equal(t, []int{0, 1, 2, 3, 4, 5}, j.Newest())
}

func TestAJournalKeepsItsNewestEntriesAndABoundedFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log.jsonl")
	j, err := OpenJournal[int](path, 10)
	require.NoError(t, err)
	for i := range 1000 {
		require.NoError(t, j.Append(i))
	}
	require.Equal(t, []int{990, 991, 992, 993, 994, 995, 996, 997, 998, 999}, j.Newest())
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.LessOrEqual(t, info.Size(), int64(20*4))
	reopened, err := OpenJournal[int](path, 10)
	require.NoError(t, err)
	require.Equal(t, j.Newest(), reopened.Newest())
}
