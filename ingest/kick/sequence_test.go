package kick

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sim "github.com/streamsuites/streamsuites/internal/sim/kick"
)

// Several things that go wrong one after another, or together.

func TestAFatalCloseOfAConnectionThatWorkedFindsTheNumbersOutAnewAndTellsOneGap(t *testing.T) {
	for _, code := range []string{"4000", "4004", "4009"} {
		t.Run(code, func(t *testing.T) {
			looked := 0
			play(t, func(w *world) { w.cfg.Rooms = countedRooms{w.api, &looked} }, func(t *testing.T, w *world) {
				w.join()
				before := w.say("before")
				require.Equal(t, 1, looked)
				w.fault(sim.TargetPusher, code, 1)
				w.say("struck")
				w.until(StatePaused)
				require.Contains(t, w.details(), "code "+code)
				w.until(StateLive)
				after := w.say("after")
				require.Subset(t, w.ids(), []string{before, after})
				require.Equal(t, 2, looked, "the chatroom may have another number by now")
				require.Len(t, w.gapsSoFar(), 1)
				require.EqualValues(t, 1, w.client.Stats().Fatal)
			})
		})
	}
}

func TestAConnectionThatFailsInEveryWayInTurnComesBackAndTellsOneGap(t *testing.T) {
	play(t, nil, func(t *testing.T, w *world) {
		w.join()
		w.fault(sim.TargetPusher, "4201", 1)
		w.fault(sim.TargetConnect, "4100", 2)
		w.fault(sim.TargetSite, "500", 1)
		w.say("struck")
		pass(5 * time.Minute)
		w.until(StateLive)
		after := w.say("after")
		require.Contains(t, w.ids(), after)
		require.Len(t, w.gapsSoFar(), 1)
		require.True(t, w.gapsSoFar()[0].to.After(w.gapsSoFar()[0].from))
	})
}
