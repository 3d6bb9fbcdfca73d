package faults

import (
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func open(t *testing.T, path string) *Switches {
	t.Helper()
	s, err := Open(path, Target{"b", []string{"500", "hang"}}, Target{"a", []string{"drop"}})
	require.NoError(t, err)
	return s
}

func TestAFaultStrikesAsOftenAsItWasSetAndThenIsGone(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "faults.json"))
	require.NoError(t, s.Set("b", "500", 2))
	for range 2 {
		kind, fails := s.Take("b")
		require.True(t, fails)
		require.Equal(t, "500", kind)
	}
	_, fails := s.Take("b")
	require.False(t, fails)
	require.Empty(t, s.Active())
}

func TestTimesZeroMeansOnceAndForeverDoesNotCount(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "faults.json"))
	require.NoError(t, s.Set("a", "drop", 0))
	require.Equal(t, []Fault{{"a", "drop", 1}}, s.Active())
	require.NoError(t, s.Set("a", "drop", Forever))
	for range 10 {
		_, fails := s.Take("a")
		require.True(t, fails)
	}
	require.NoError(t, s.Set("a", None, 0))
	_, fails := s.Take("a")
	require.False(t, fails)
}

func TestCountsSurviveAReopening(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "faults.json")
	s := open(t, path)
	require.NoError(t, s.Set("b", "hang", 3))
	s.Take("b")
	require.Equal(t, []Fault{{"b", "hang", 2}}, open(t, path).Active())
}

func TestKindsThatNobodyAskedForAreLeftAlone(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "faults.json"))
	require.NoError(t, s.Set("b", "hang", 1))
	_, fails := s.Take("b", "500")
	require.False(t, fails)
	kind, fails := s.Take("b", "500", "hang")
	require.True(t, fails)
	require.Equal(t, "hang", kind)
}

func TestUnknownTargetsAndKindsAreNamedWithWhatIsAllowed(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "faults.json"))
	var unknown *UnknownError
	require.ErrorAs(t, s.Set("c", "500", 1), &unknown)
	require.Equal(t, []string{"a", "b"}, unknown.Allowed)
	require.ErrorAs(t, s.Set("b", "drop", 1), &unknown)
	require.Equal(t, []string{"500", "hang", "none"}, unknown.Allowed)
	require.Error(t, s.Set("b", "500", -2))
}

func TestManyAskersShareTheTimesExactly(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "faults.json"))
	require.NoError(t, s.Set("a", "drop", 50))
	var struck atomic.Int64
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 20 {
				if _, fails := s.Take("a"); fails {
					struck.Add(1)
				}
			}
		})
	}
	wait.Wait()
	require.Equal(t, int64(50), struck.Load())
}
