package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/store/storetest"
)

func TestEveryClaimRaisesTheEpochsOfItsCreatorsOnly(t *testing.T) {
	t.Parallel()
	_, s := storetest.New(t)
	first, err := s.ClaimCreators(t.Context(), "a", []string{"x", "y", "x"})
	require.NoError(t, err)
	require.Equal(t, map[string]int64{"x": 1, "y": 1}, first)
	second, err := s.ClaimCreators(t.Context(), "b", []string{"y", "z"})
	require.NoError(t, err)
	require.Equal(t, map[string]int64{"y": 2, "z": 1}, second)

	epochs, err := s.Epochs(t.Context(), []string{"x", "y", "z", "never claimed"})
	require.NoError(t, err)
	require.Equal(t, map[string]int64{"x": 1, "y": 2, "z": 1}, epochs)
}
