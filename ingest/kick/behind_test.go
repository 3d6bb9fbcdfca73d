package kick

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	sim "github.com/streamsuites/streamsuites/internal/sim/kick"
)

func TestAGapBeginsWhereAConnectionThatWasBehindHadComeTo(t *testing.T) {
	play(t, nil, func(t *testing.T, w *world) {
		w.join()
		pass(30 * time.Second)
		sent := time.Now().Add(-7 * time.Second)
		_, err := w.server.Say(sim.Utterance{User: "Anna_B", Text: "held up", Ago: 7 * time.Second})
		require.NoError(t, err)
		synctest.Wait()
		w.server.Disconnect()
		for range 60 {
			if len(w.gapsSoFar()) > 0 {
				break
			}
			pass(time.Second)
		}
		require.Len(t, w.gapsSoFar(), 1)
		from := w.gapsSoFar()[0].from
		require.False(t, from.After(sent), "chat that was sent after it may be lost")
		require.WithinDuration(t, sent, from, time.Second+time.Millisecond, "the platform's times are whole seconds")
	})
}
