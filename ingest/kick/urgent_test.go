package kick

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/budget"
	sim "github.com/streamsuites/streamsuites/internal/sim/kick"
)

// sendAs begins to send a message of a class, behind those that were begun before.
func (w *world) sendAs(c budget.Class, text string) <-chan error {
	sent := make(chan error, 1)
	ctx := budget.WithClass(w.t.Context(), c)
	go func() { sent <- w.client.Send(ctx, harbor, text, "") }()
	synctest.Wait()
	return sent
}

// sent lists the texts of the client itself, as chat showed them.
func (w *world) sent() []string {
	synctest.Wait()
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
		for _, text := range []string{"v1", "v2", "v3", "v4"} {
			require.NoError(t, <-w.sendAs(budget.Viewer, text))
		}
		waiting := []<-chan error{w.sendAs(budget.Viewer, "v5"), w.sendAs(budget.Viewer, "v6"), w.sendAs(budget.Notice, "n1")}
		begun := time.Now()
		require.NoError(t, <-w.sendAs(budget.Moderator, "m1"))
		require.Less(t, time.Since(begun), 2*time.Second, "the channel's pace alone")
		for _, sent := range waiting {
			require.NoError(t, <-sent)
		}
		require.Equal(t, []string{"v1", "v2", "v3", "v4", "m1", "v5", "v6", "n1"}, w.sent())
	})
}

func TestAMessageThatThePlatformDoesNotAnswerKeepsNoModeratorWaiting(t *testing.T) {
	play(t, nil, func(t *testing.T, w *world) {
		w.join()
		w.fault(sim.TargetChat, "hang", 1)
		lost := w.sendAs(budget.Viewer, "lost")
		begun := time.Now()
		require.NoError(t, <-w.sendAs(budget.Moderator, "m1"))
		require.Less(t, time.Since(begun), 2*time.Second)
		var refused *SendError
		require.ErrorAs(t, <-lost, &refused)
		require.True(t, refused.MaybeSent)
	})
}
