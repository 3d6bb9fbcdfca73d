package version

import (
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestABuildNumberFromTheLinkerWins(t *testing.T) {
	t.Parallel()
	info := describe("2026.02.01+007", "abc", &debug.BuildInfo{Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "def"}, {Key: "vcs.time", Value: "2025-01-01T00:00:00Z"},
	}})
	require.Equal(t, "2026.02.01+007", info.Build)
	require.Equal(t, "abc", info.Commit)
	require.Equal(t, time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), info.Date)
}

func TestWithoutTheLinkerTheCommitSaysTheDay(t *testing.T) {
	t.Parallel()
	info := describe("", "", &debug.BuildInfo{Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "def"}, {Key: "vcs.modified", Value: "true"},
		{Key: "vcs.time", Value: "2026-03-04T23:30:00Z"},
	}})
	require.Equal(t, "2026.03.04+000", info.Build)
	require.Equal(t, "def", info.Commit)
	require.True(t, info.Modified)
}

func TestEveryBuildHasTheFormThatTheReadersExpect(t *testing.T) {
	t.Parallel()
	for _, given := range []string{"", "today", "2026.13.45+001", "v1", "2026.02.01+01"} {
		info := describe(given, "", nil)
		require.Regexp(t, `^\d{4}\.\d{2}\.\d{2}\+\d{3}$`, info.Build)
		require.Equal(t, "1970.01.01+000", info.Build)
	}
	require.Regexp(t, `^\d{4}\.\d{2}\.\d{2}\+\d{3}$`, Get().Build)
	plain, err := Parse(Get().Version)
	require.NoError(t, err)
	require.Equal(t, plain, Get().Version)
}
