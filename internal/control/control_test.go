package control_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/control"
)

func TestCreatorsSpreadOverAllShards(t *testing.T) {
	t.Parallel()
	count := map[int]int{}
	for n := range 1600 {
		count[control.ShardOf(fmt.Sprintf("creator-%d", n))]++
	}
	require.Len(t, count, control.Shards)
	for shard, n := range count {
		require.InDelta(t, 100, n, 50, "shard %d", shard)
	}
}

// A creator's shard is written into running workflows: it must never move.
func TestTheShardOfACreatorNeverChanges(t *testing.T) {
	t.Parallel()
	require.Equal(t, 9, control.ShardOf("marmot"))
	require.Equal(t, 7, control.ShardOf("Qx7Zt2"))
}
