package twitch

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	sim "github.com/streamsuites/streamsuites/internal/sim/twitch"
)

// moderated converts a CLEARCHAT or a CLEARMSG.
func moderated(line string) (chat.Event, bool) {
	var c converter
	h, _ := peek([]byte(line))
	c.tags.scan(h.tags)
	kind := OtherClearChat
	if string(h.command) == "CLEARMSG" {
		kind = OtherClearMsg
	}
	var e chat.Event
	ok := c.moderation(&e, h, kind, &here)
	return e, ok
}

func TestWhatModeratorsDoIsAnEvent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		line   string
		kind   chat.Kind
		target string
		amount int64
	}{
		"a ban":                    {"@room-id=1;target-user-id=80;tmi-sent-ts=1642786203573 :tmi.twitch.tv CLEARCHAT #nova :spammer", chat.Ban, "80", 0},
		"a timeout":                {"@ban-duration=600;room-id=1;target-user-id=80;tmi-sent-ts=1642786203573 :tmi.twitch.tv CLEARCHAT #nova :spammer", chat.Ban, "80", 600},
		"a ban without an id":      {"@tmi-sent-ts=1642786203573 :tmi.twitch.tv CLEARCHAT #nova :Spammer", chat.Ban, "spammer", 0},
		"a timeout of nonsense":    {"@ban-duration=-5;target-user-id=80;tmi-sent-ts=1642786203573 :tmi.twitch.tv CLEARCHAT #nova :spammer", chat.Ban, "80", 0},
		"the whole chat":           {"@room-id=1;tmi-sent-ts=1642786203573 :tmi.twitch.tv CLEARCHAT #nova", chat.Clear, "", 0},
		"one message, by its id":   {"@login=ronni;room-id=;target-msg-id=m-1;tmi-sent-ts=1642786203573 :tmi.twitch.tv CLEARMSG #nova :rude words", chat.Deletion, "m-1", 0},
		"a message without a text": {"@login=ronni;target-msg-id=m-1;tmi-sent-ts=1642786203573 :tmi.twitch.tv CLEARMSG #nova", chat.Deletion, "m-1", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, ok := moderated(c.line)
			require.True(t, ok)
			again, _ := moderated(c.line)
			require.Equal(t, e.MessageID, again.MessageID, "every host gives it the same id")
			require.Contains(t, e.MessageID, derivedPrefix)
			require.Equal(t, chat.Event{
				Platform: chat.Twitch, MessageID: e.MessageID, CreatorID: "creator", Channel: "nova", Kind: c.kind, Target: c.target, Amount: c.amount,
				SentAt: time.Date(2022, 1, 21, 17, 30, 3, 573_000_000, time.UTC), ReceivedAt: received,
			}, e)
		})
	}
}

func TestDifferentMeasuresHaveDifferentIDs(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, line := range []string{
		"@target-user-id=80;tmi-sent-ts=1642786203573 :tmi.twitch.tv CLEARCHAT #nova :spammer",
		"@target-user-id=81;tmi-sent-ts=1642786203573 :tmi.twitch.tv CLEARCHAT #nova :spammer",
		"@target-user-id=80;tmi-sent-ts=1642786203574 :tmi.twitch.tv CLEARCHAT #nova :spammer",
		"@ban-duration=1;target-user-id=80;tmi-sent-ts=1642786203573 :tmi.twitch.tv CLEARCHAT #nova :spammer",
		"@tmi-sent-ts=1642786203573 :tmi.twitch.tv CLEARCHAT #nova",
		"@target-msg-id=80;tmi-sent-ts=1642786203573 :tmi.twitch.tv CLEARMSG #nova :x",
	} {
		e, ok := moderated(line)
		require.True(t, ok)
		require.NotContains(t, seen, e.MessageID, "%s and %s", line, seen[e.MessageID])
		seen[e.MessageID] = line
	}
}

func TestADeletionThatNamesNoMessageIsNoEvent(t *testing.T) {
	t.Parallel()
	_, ok := moderated("@login=ronni;tmi-sent-ts=1642786203573 :tmi.twitch.tv CLEARMSG #nova :rude words")
	require.False(t, ok)
}

func TestWhatModeratorsDoInSimulatedChatArrivesInItsPlace(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		w.until(StateLive)
		said, err := w.server.Say(sim.Utterance{User: "Ronni", Text: "rude words"})
		require.NoError(t, err)
		require.NoError(t, w.server.Delete(said.ID))
		require.NoError(t, w.server.Ban("", "Ronni", 600))
		require.NoError(t, w.server.Ban("", "Ronni", 0))
		require.NoError(t, w.server.Clear(""))
		_, err = w.server.Say(sim.Utterance{User: "Ann", Text: "hello"})
		require.NoError(t, err)
		kinds := []any{}
		for _, e := range w.seen() {
			kinds = append(kinds, e[0])
		}
		require.Equal(t, []any{chat.Message, chat.Deletion, chat.Ban, chat.Ban, chat.Clear, chat.Message}, kinds)
		require.Equal(t, said.ID, w.events[1].Target)
		require.Equal(t, w.events[0].Author.ID, w.events[2].Target)
		require.EqualValues(t, 600, w.events[2].Amount)
		require.Zero(t, w.events[3].Amount)
	})
}

func TestMoneyIsReadWithItsCurrency(t *testing.T) {
	t.Parallel()
	line := "@badges=;display-name=Ann;id=u;pinned-chat-paid-amount=500;pinned-chat-paid-currency=EUR;pinned-chat-paid-exponent=2;room-id=1;tmi-sent-ts=1642786203573;user-id=77 :ann!ann@ann.tmi.twitch.tv PRIVMSG #nova :well played"
	var c converter
	h, _ := peek([]byte(line))
	c.tags.scan(h.tags)
	var e chat.Event
	require.True(t, c.message(&e, h, &here))
	require.Equal(t, chat.Paid, e.Kind)
	require.EqualValues(t, 500, e.Amount)
	require.Equal(t, "EUR", e.Unit)

	events := happened(told("msg-id=charitydonation;msg-param-donation-amount=1000;msg-param-donation-currency=USD;msg-param-exponent=2", "for the seals"))
	require.Len(t, events, 1)
	require.Equal(t, [3]any{chat.Paid, int64(1000), "USD"}, [3]any{events[0].Kind, events[0].Amount, events[0].Unit})
	events = happened(told("msg-id=charitydonation;msg-param-donation-amount=1000;msg-param-donation-currency=<b>", ""))
	require.Empty(t, events[0].Unit)
}
