package hostid

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnIdIsMadeOnceAndKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "host-id")
	first, err := Load(path)
	require.NoError(t, err)
	require.Regexp(t, pattern, first)
	second, err := Load(path)
	require.NoError(t, err)
	require.Equal(t, first, second)

	other, err := Load(filepath.Join(t.TempDir(), "host-id"))
	require.NoError(t, err)
	require.NotEqual(t, first, other, "two state directories of one machine are two hosts")
}

func TestAnIdThatAPersonWroteIsTakenOrRefused(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"studio-2\n":   "studio-2",
		"  a  ":        "a",
		"":             "",
		"Studio":       "",
		"media@other":  "",
		"two\nlines":   "",
		"-leading":     "",
		"../../escape": "",
	} {
		t.Run(content, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "host-id")
			require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
			id, err := Load(path)
			require.Equal(t, want, id)
			if want == "" {
				require.ErrorContains(t, err, path)
			}
		})
	}
}

func TestTheReadablePartOfAnIdIsShortAndPlain(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Studio.example.org":                "studio-r4nd0m",
		"":                                  "r4nd0m",
		"Großer Rechner":                    "gro-er-rechner-r4nd0m",
		"---":                               "r4nd0m",
		"a-machine-with-an-endless-name-42": "a-machine-with-an-en-r4nd0m",
	} {
		require.Equal(t, want, compose(name, "R4ND0M"), name)
	}
}
