package twitch

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	sim "github.com/streamsuites/streamsuites/internal/sim/twitch"
)

// seen are the events so far as kind, amount, unit and text.
func (w *world) seen() [][4]any {
	w.ids() // waits for everything that is under way
	w.mu.Lock()
	defer w.mu.Unlock()
	var all [][4]any
	for _, e := range w.events {
		all = append(all, [4]any{e.Kind, e.Amount, e.Unit, e.Text})
	}
	return all
}

func TestEverythingThatHappensInSimulatedChatIsAnEvent(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		w.until(StateLive)
		do := func(_ string, err error) {
			t.Helper()
			require.NoError(t, err)
		}
		do(w.server.Raid(sim.Raid{User: "Raider", Viewers: 42}))
		do(w.server.Subscribe(sim.Subscription{User: "Ann"}))
		do(w.server.Subscribe(sim.Subscription{User: "Ann", Months: 13, Plan: "Prime", Text: "great stream"}))
		do(w.server.Announce(sim.Announcement{User: "LanternBot", Text: "be kind"}))
		gift, err := w.server.Gift(sim.Gift{User: "Bob", Recipient: "Ann"})
		require.NoError(t, err)
		require.Len(t, gift, 1)
		bomb, err := w.server.Gift(sim.Gift{Count: 5})
		require.NoError(t, err)
		require.Len(t, bomb, 6)
		cheer, err := w.server.Say(sim.Utterance{User: "Ann", Text: "well done", Bits: 100})
		require.NoError(t, err)
		do(w.server.Happen(sim.Event{Kind: "resub", User: "Cy", SharedFrom: "tidepool", Params: map[string]string{"cumulative-months": "2"}}))
		do(w.server.Happen(sim.Event{Kind: "viewermilestone", User: "Cy"}))
		require.Equal(t, [][4]any{
			{chat.Raid, int64(42), "", ""},
			{chat.Subscription, int64(1), "", ""},
			{chat.Subscription, int64(13), "", "great stream"},
			{chat.Announcement, int64(0), "", "be kind"},
			{chat.Gift, int64(1), "", ""},
			{chat.Gift, int64(5), "", ""},
			{chat.Paid, int64(100), "bits", "Cheer100 well done"},
			{chat.Subscription, int64(2), "", ""},
		}, w.seen())
		require.Equal(t, bomb[0], w.events[5].MessageID)
		require.Equal(t, "ananonymousgifter", w.events[5].Author.Login)
		require.Equal(t, cheer.ID, w.events[6].MessageID)
		require.NotEmpty(t, w.events[7].SharedFrom)
		require.Equal(t, chat.Subscriber, w.events[2].Author.Roles)
		require.Equal(t, chat.Moderator, w.events[3].Author.Roles)
		require.True(t, w.events[3].Self)
		require.Len(t, w.other, 6, "five single gifts and a milestone are none")
	})
}

func TestAnEventThatIsDeliveredTwiceKeepsItsID(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		w.until(StateLive)
		require.NoError(t, w.faults.Set(sim.TargetIRC, "duplicate", 1))
		id, err := w.server.Raid(sim.Raid{User: "Raider", Viewers: 42})
		require.NoError(t, err)
		require.Equal(t, []string{id, id}, w.ids(), "the lane drops the second")
	})
}
