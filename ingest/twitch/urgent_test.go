package twitch

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/budget"
)

func TestAModeratorsAnswerGoesBeforeThoseThatWaitForTheBudget(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		s.cfg.Limits.Send = Rate{5, time.Minute}
		s.run("nova")
		p := s.joined("nova")
		sendAs := func(c budget.Class, text string) <-chan error {
			sent := make(chan error, 1)
			go func() { sent <- s.client.Send(budget.WithClass(t.Context(), c), "nova", text, "") }()
			synctest.Wait()
			return sent
		}
		for _, text := range []string{"v1", "v2", "v3", "v4"} {
			sent := sendAs(budget.Viewer, text)
			require.Equal(t, "PRIVMSG #nova :"+text, p.talk())
			p.took("nova")
			require.NoError(t, <-sent)
		}
		waiting := []<-chan error{sendAs(budget.Viewer, "v5"), sendAs(budget.Viewer, "v6"), sendAs(budget.Notice, "n1")}
		begun := time.Now()
		first := sendAs(budget.Moderator, "m1")
		require.Equal(t, "PRIVMSG #nova :m1", p.talk())
		require.Less(t, time.Since(begun), 2*time.Second, "the channel's pace alone")
		p.took("nova")
		require.NoError(t, <-first)
		for i, text := range []string{"v5", "v6", "n1"} {
			require.Equal(t, "PRIVMSG #nova :"+text, p.talk())
			p.took("nova")
			require.NoError(t, <-waiting[i])
		}
	})
}
