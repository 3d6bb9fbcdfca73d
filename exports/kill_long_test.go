//go:build long

package exports

import "testing"

func TestLongReadersNeverNoticeThatAWriterWasKilled(t *testing.T) {
	t.Parallel()
	kills(t, 200)
}
