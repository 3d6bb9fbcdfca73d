package kick

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	platform "github.com/streamsuites/streamsuites/internal/platform/kick"
	sim "github.com/streamsuites/streamsuites/internal/sim/kick"
)

func TestChatIsReadAndAnswered(t *testing.T) {
	play(t, nil, func(t *testing.T, w *world) {
		w.join()
		id := w.say("hi [emote:37226:KEKW] 👌")
		require.Equal(t, []string{id}, w.ids())
		e := w.last(t)
		require.Equal(t, "hi KEKW 👌", e.Text)
		require.Equal(t, chat.Kick, e.Platform)
		require.Equal(t, creator, e.CreatorID)
		require.Equal(t, "Anna_B", e.Author.Name)
		require.Equal(t, "anna-b", e.Author.Login)
		require.Equal(t, []string{"vip"}, e.Author.Roles.Names())
		require.WithinDuration(t, time.Now(), e.SentAt, time.Second)

		require.NoError(t, w.client.Send(t.Context(), harbor, "pong", id))
		synctest.Wait()
		answer := w.last(t)
		require.Equal(t, "pong", answer.Text)
		require.True(t, answer.Self)
		require.Equal(t, id, answer.ReplyTo)

		require.NoError(t, w.client.Delete(t.Context(), harbor, id))
		require.NoError(t, w.client.Delete(t.Context(), harbor, id), "twice does no harm")
		synctest.Wait()
		require.Equal(t, chat.Deletion, w.last(t).Kind)
		require.Equal(t, id, w.last(t).Target)
	})
}

func TestAnAnswerToAMessageThatWasTakenAwayIsSaidWithoutIt(t *testing.T) {
	play(t, nil, func(t *testing.T, w *world) {
		w.join()
		id := w.say("!ping")
		require.NoError(t, w.server.Delete(id))
		require.NoError(t, w.client.Send(t.Context(), harbor, "pong", id))
		synctest.Wait()
		answer := w.last(t)
		require.Equal(t, "pong", answer.Text)
		require.True(t, answer.Self)
		require.Empty(t, answer.ReplyTo)
		require.Equal(t, []string{"pong"}, w.sent())
	})
}

func TestEverythingThatHappensInChatIsOneEvent(t *testing.T) {
	happen := func(e sim.Event) func(*world) {
		return func(w *world) {
			_, err := w.server.Happen(e)
			require.NoError(w.t, err)
		}
	}
	for name, c := range map[string]struct {
		act  func(*world)
		want chat.Event
	}{
		"a subscription":             {happen(sim.Event{Kind: "subscription", User: "Bob", Months: 7}), chat.Event{Kind: chat.Subscription, Amount: 7, Author: chat.Author{ID: "@bob", Login: "bob", Name: "Bob"}}},
		"a bomb of gifts":            {happen(sim.Event{Kind: "gift", User: "Bob", Recipients: []string{"Cy", "Di", "Ed"}}), chat.Event{Kind: chat.Gift, Amount: 3, Author: chat.Author{ID: "@bob", Login: "bob", Name: "Bob"}}},
		"a gift of somebody unknown": {happen(sim.Event{Kind: "gift", Count: 2}), chat.Event{Kind: chat.Gift, Amount: 2, Author: chat.Author{ID: "anonymous", Login: "anonymous", Name: "Anonymous"}}},
		"a host":                     {happen(sim.Event{Kind: "raid", User: "Bob", Viewers: 42, Text: "hey"}), chat.Event{Kind: chat.Raid, Amount: 42, Text: "hey", Author: chat.Author{ID: "@bob", Login: "bob", Name: "Bob"}}},
		"a follow":                   {happen(sim.Event{Kind: "follow", User: "Bob"}), chat.Event{Kind: chat.Follow, Author: chat.Author{ID: "@bob", Login: "bob", Name: "Bob"}}},
		"kicks":                      {happen(sim.Event{Kind: "kicks", User: "LanternBot", Amount: 500, Text: "wow"}), chat.Event{Kind: chat.Paid, Amount: 500, Unit: "kicks", Text: "wow", Self: true, Author: chat.Author{ID: "7000001", Login: "lanternbot", Name: "LanternBot"}}},
		"a ban for ten minutes":      {func(w *world) { require.NoError(w.t, w.server.Ban(harbor, "LanternBot", 10)) }, chat.Event{Kind: chat.Ban, Amount: 600, Target: "7000001", Author: chat.Author{ID: "@moderator", Login: "moderator", Name: "moderator"}}},
		"a ban for good":             {func(w *world) { require.NoError(w.t, w.server.Ban(harbor, "LanternBot", 0)) }, chat.Event{Kind: chat.Ban, Target: "7000001", Author: chat.Author{ID: "@moderator", Login: "moderator", Name: "moderator"}}},
		"a cleared chat":             {func(w *world) { require.NoError(w.t, w.server.Clear(harbor)) }, chat.Event{Kind: chat.Clear}},
		"the end of a broadcast":     {func(w *world) { require.NoError(w.t, w.server.SetLive(harbor, false)) }, chat.Event{Kind: chat.Offline}},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, nil, func(t *testing.T, w *world) {
				w.join()
				c.act(w)
				synctest.Wait()
				require.Len(t, w.ids(), 1, w.client.Stats())
				got := w.last(t)
				require.NotEmpty(t, got.MessageID)
				if got.Kind == chat.Offline {
					require.True(t, strings.HasPrefix(got.Target, harbor+"-"), got.Target)
					got.Target = ""
				}
				c.want.Platform, c.want.CreatorID, c.want.Channel, c.want.Via = chat.Kick, creator, harbor, chat.Pusher
				c.want.MessageID, c.want.SentAt, c.want.ReceivedAt = got.MessageID, got.SentAt, got.ReceivedAt
				require.Equal(t, c.want, got)
			})
		})
	}
}

func TestABroadcastHasTheSameNameWhoeverTellsOfIt(t *testing.T) {
	play(t, nil, func(t *testing.T, w *world) {
		w.join()
		require.NoError(t, w.server.SetLive(harbor, false))
		pass(time.Minute)
		live, err := w.client.Live(t.Context(), []string{harbor, "nobody"})
		require.NoError(t, err)
		require.Empty(t, live)
		require.NoError(t, w.server.SetLive(harbor, true))
		synctest.Wait()
		on := w.last(t)
		require.Equal(t, chat.Online, on.Kind)
		live, err = w.client.Live(t.Context(), []string{harbor})
		require.NoError(t, err)
		require.Equal(t, on.Target, live[harbor].StreamID)
		require.Equal(t, on.Text, live[harbor].Title)
		require.Equal(t, "Harbor Tales", live[harbor].Category)
		require.NoError(t, w.server.SetLive(harbor, false))
		synctest.Wait()
		require.Equal(t, chat.Offline, w.last(t).Kind)
		require.Equal(t, on.Target, w.last(t).Target)
	})
}

func TestTheSubscriptionsOfABombAreCountedOnce(t *testing.T) {
	play(t, nil, func(t *testing.T, w *world) {
		w.join()
		for _, e := range []sim.Event{
			{Kind: "gift", User: "Bob", Recipients: []string{"Cy", "Di_x"}},
			{Kind: "subscription", User: "Cy", Months: 1}, {Kind: "subscription", User: "Di_x", Months: 1},
			{Kind: "subscription", User: "Flo", Months: 1},
		} {
			_, err := w.server.Happen(e)
			require.NoError(t, err)
		}
		synctest.Wait()
		require.Len(t, w.ids(), 2)
		require.EqualValues(t, 2, w.client.Stats().Other["subscription of a gift"])
	})
}

func TestAConfiguredChatroomIsReadWhereTheSiteLetsNobodyIn(t *testing.T) {
	play(t, func(w *world) {
		w.fault(sim.TargetSite, "403", -1)
		w.cfg.Chatroom = func(string) int64 { return 9000002 }
	}, func(t *testing.T, w *world) {
		w.join()
		require.Equal(t, []string{w.say("hello")}, w.ids())
		require.NoError(t, w.client.Send(t.Context(), harbor, "pong", ""))
	})
}

func TestWithoutAChatroomsNumberTheChannelSaysWhatToConfigure(t *testing.T) {
	play(t, func(w *world) { w.fault(sim.TargetSite, "403", 1) }, func(t *testing.T, w *world) {
		require.NoError(t, w.client.Join(harbor, creator))
		w.until(StatePaused)
		require.Contains(t, w.details(), "kick_chatroom_id")
		w.until(StateLive) // once the site lets it in again
		require.NoError(t, w.client.Join("nobody-there", "creator-2"))
		pass(time.Second)
		require.Equal(t, StatePaused, w.client.States()["nobody-there"].State)
		require.Contains(t, w.client.States()["nobody-there"].Detail, "no such channel")
	})
}

func TestAPartedChannelIsNotReadAnyMore(t *testing.T) {
	play(t, nil, func(t *testing.T, w *world) {
		w.join()
		w.client.Part(harbor)
		synctest.Wait()
		w.say("unheard")
		require.Empty(t, w.ids())
		require.Contains(t, w.details(), "inactive")
		w.join()
		require.Equal(t, []string{w.say("heard")}, w.ids())
	})
}

func TestOneConnectionCarriesManyChannelsUpToItsBound(t *testing.T) {
	play(t, func(w *world) {
		w.cfg.Limits.SubscriptionsPerConnection = 4
		w.cfg.Rooms, w.cfg.API = nil, nil
		w.cfg.Chatroom = func(name string) int64 { return int64(len(name)) }
	}, func(t *testing.T, w *world) {
		names := []string{"a", "aa", "aaa", "aaaa", "aaaaa"}
		for _, name := range names {
			require.NoError(t, w.client.Join(name, creator))
		}
		pass(time.Minute)
		for _, name := range names {
			require.Equal(t, StateLive, w.client.States()[name].State)
		}
		require.EqualValues(t, 3, w.client.Stats().Connections)
		for _, name := range names[:4] {
			w.client.Part(name)
		}
		pass(time.Second)
		require.LessOrEqual(t, w.client.Stats().Connections, int64(1), "a connection without channels is closed")
	})
}

func TestALoginThatWasMendedElsewhereIsNoticed(t *testing.T) {
	mended := &vault{Tokens: nil}
	play(t, func(w *world) {
		mended.Tokens = w.tokens
		w.cfg.API = w.api.API("bot", mended)
	}, func(t *testing.T, w *world) {
		require.NoError(t, w.client.Join(harbor, creator))
		w.until(StateNeedsLogin)
		var refused *SendError
		require.ErrorAs(t, w.client.Send(t.Context(), harbor, "pong", ""), &refused)
		require.Equal(t, RefusedNeedsLogin, refused.Refusal)
		mended.open.Store(true)
		_, err := w.client.Live(t.Context(), []string{harbor})
		require.NoError(t, err)
		w.until(StateLive)
		require.NoError(t, w.client.Send(t.Context(), harbor, "pong", ""))
	})
}

func TestAMessageWithoutATokenWasCertainlyNotSent(t *testing.T) {
	closed := &vault{later: true}
	play(t, func(w *world) {
		closed.Tokens = w.tokens
		closed.open.Store(true)
		w.cfg.API = w.api.API("bot", closed)
	}, func(t *testing.T, w *world) {
		w.join()
		closed.open.Store(false)
		var refused *SendError
		require.ErrorAs(t, w.client.Send(t.Context(), harbor, "pong", ""), &refused)
		require.False(t, refused.MaybeSent)
		require.Positive(t, refused.RetryAfter)
		require.Equal(t, StateLive, w.client.States()[harbor].State)
	})
}

// vault is a source of tokens that gives none until it is opened.
type vault struct {
	platform.Tokens
	open  atomic.Bool
	later bool // the refusal passes by itself
}

func (v *vault) Token(ctx context.Context) (string, error) {
	if !v.open.Load() {
		return "", vaultError{v.later}
	}
	return v.Tokens.Token(ctx)
}

type vaultError struct{ later bool }

func (e vaultError) Error() string    { return "no token" }
func (e vaultError) NeedsLogin() bool { return !e.later }
func (e vaultError) Retryable() bool  { return e.later }

// noSubscriptions takes every subscription and calls nothing.
type noSubscriptions struct{}

func (noSubscriptions) Subscriptions(context.Context, int64) ([]platform.Subscription, error) {
	return nil, nil
}

func (noSubscriptions) Subscribe(context.Context, int64, []platform.EventType) ([]platform.Created, error) {
	return nil, nil
}

func (noSubscriptions) Unsubscribe(context.Context, []string) error { return nil }

func TestWithoutAChatroomWebhooksAloneAreRead(t *testing.T) {
	play(t, func(w *world) {
		w.fault(sim.TargetSite, "403", -1)
		w.cfg.Subscriptions = noSubscriptions{}
	}, func(t *testing.T, w *world) {
		require.NoError(t, w.client.Join(harbor, creator))
		w.until(StateDegraded)
		require.Contains(t, w.details(), "webhooks alone")
		w.client.Deliver(platform.Delivery{ID: "d", Event: hookMessage, At: time.Now(), Body: []byte(hookedHello)})
		require.Equal(t, []string{"m1"}, w.ids())
		require.NoError(t, w.client.Send(t.Context(), harbor, "pong", ""))
	})
}
