package kick

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/pacing/pacingtest"
	sim "github.com/streamsuites/streamsuites/internal/sim/kick"
)

func (w *world) send(ctx context.Context, text string) error {
	return w.client.Send(ctx, harbor, text, "")
}

// sent lists the texts of the client itself, as chat showed them.
func (w *world) sent() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	texts := []string{}
	for _, e := range w.events {
		if e.Self {
			texts = append(texts, e.Text)
		}
	}
	return texts
}

func TestAModeratorsAnswerGoesBeforeThoseThatWaitForTheBudget(t *testing.T) {
	play(t, func(w *world) { w.cfg.Limits.Send = Rate{5, time.Minute} }, func(t *testing.T, w *world) {
		w.join()
		pacingtest.ModeratorsGoFirst(t, w.send, w.sent)
	})
}

func TestAMessageThatThePlatformDoesNotAnswerKeepsNoModeratorWaiting(t *testing.T) {
	play(t, nil, func(t *testing.T, w *world) {
		w.join()
		w.fault(sim.TargetChat, "hang", 1)
		var refused *SendError
		require.ErrorAs(t, pacingtest.NobodyWaitsForALostAnswer(t, w.send), &refused)
		require.True(t, refused.MaybeSent)
	})
}
