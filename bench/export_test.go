package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestExportsAreToldAgainstSize(t *testing.T) {
	t.Parallel()
	small := exportTurn{creators: 10, first: exported{Took: 100 * time.Millisecond, Peak: 50, Documents: 40, Bytes: 1e6}, alone: []time.Duration{10 * time.Millisecond}}
	large := exportTurn{creators: 1000, first: exported{Took: time.Second, Peak: 150, Documents: 1052, Bytes: 50e6}, last: exported{Peak: 200},
		alone: []time.Duration{20 * time.Millisecond, 90 * time.Millisecond, 30 * time.Millisecond}, plain: 2 * time.Second}
	s := exportSection([]exportTurn{small, large})
	require.Len(t, s.Rows, 2)
	for _, row := range s.Rows {
		require.Len(t, row, len(s.Head))
	}
	require.Equal(t, []string{"1,000", "10,000", "1,000,000", "1,052", "50", "1", "30", "200"}, s.Rows[1])
	require.Equal(t, "With 100 times the rows, everything takes 10 times as long, a change 3 times, and the exporter holds 4 times the memory.", s.Result)

	figures := exportFigures(large)
	require.Equal(t, "export.full_s", figures[0].Name)
	require.InDelta(t, 0.5, figures[0].ratio(), 1e-9)
	require.Equal(t, "met", figures[1].verdict())
	require.Equal(t, "met", figures[2].verdict())
}
