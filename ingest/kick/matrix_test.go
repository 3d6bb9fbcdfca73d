package kick

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	platform "github.com/streamsuites/streamsuites/internal/platform/kick"
	sim "github.com/streamsuites/streamsuites/internal/sim/kick"
)

// The rows of the platform's errors that a client acts on: what the service says,
// and what has to become of it.

func TestAFatalCloseFindsTheNumbersOutAnewAndAlerts(t *testing.T) {
	for _, code := range []string{"4000", "4001", "4003", "4004", "4005", "4006", "4007", "4008", "4009"} {
		t.Run("while connecting "+code, func(t *testing.T) {
			looked, asked := 0, 0
			play(t, func(w *world) {
				w.cfg.Rooms = countedRooms{w.api, &looked}
				address := w.cfg.Address
				w.cfg.Address = func(ctx context.Context) (string, error) { asked++; return address(ctx) }
				w.fault(sim.TargetConnect, code, 2)
			}, func(t *testing.T, w *world) {
				require.NoError(t, w.client.Join(harbor, creator))
				w.until(StatePaused)
				began := time.Now()
				w.until(StateLive)
				require.Contains(t, w.details(), "code "+code)
				require.GreaterOrEqual(t, looked, 3, "the chatroom is looked up again after each refusal")
				require.Equal(t, 3, asked, "the key is asked for again")
				require.GreaterOrEqual(t, time.Since(began), 10*time.Minute, "the same refusal twice is not met a third time soon")
				require.EqualValues(t, 2, w.client.Stats().Fatal)
				require.Contains(t, w.log.String(), `"level":"error"`)
				require.NotContains(t, w.log.String(), "32cbd69e4b950bf97679")
			})
		})
	}
}

type countedRooms struct {
	Rooms
	looked *int
}

func (r countedRooms) Room(ctx context.Context, slug string) (platform.Room, error) {
	*r.looked++
	return r.Rooms.Room(ctx, slug)
}

func TestAConnectionThatEndsIsReplacedAndItsGapTold(t *testing.T) {
	for kind, within := range map[string]struct {
		from, to time.Duration
		detail   string
	}{
		"4100":  {400 * time.Millisecond, time.Minute, "code 4100"},
		"4200":  {0, time.Second, "code 4200"},
		"4201":  {0, time.Second, "code 4201"},
		"4202":  {0, time.Second, "code 4202"},
		"close": {400 * time.Millisecond, time.Minute, "closed the connection"},
		"hang":  {time.Second, 3 * time.Minute, "no answer to ping"},
	} {
		t.Run(kind, func(t *testing.T) {
			play(t, nil, func(t *testing.T, w *world) {
				w.join()
				before := w.say("before")
				pass(time.Second)
				w.fault(sim.TargetPusher, kind, 1)
				began := time.Now()
				w.say("struck")
				for len(w.gapsSoFar()) == 0 {
					require.Less(t, time.Since(began), time.Hour, w.details())
					pass(50 * time.Millisecond)
				}
				took := time.Since(began)
				require.GreaterOrEqual(t, took, within.from)
				require.LessOrEqual(t, took, within.to)
				require.Contains(t, w.details(), within.detail)
				after := w.say("after")
				require.Subset(t, w.ids(), []string{before, after})
				g := w.gapsSoFar()[0]
				require.Equal(t, harbor, g.channel)
				require.False(t, g.from.After(began.UTC()))
				require.True(t, g.to.After(g.from))
				w.mu.Lock()
				defer w.mu.Unlock()
				require.Equal(t, []string{"event", "gap", "event"}, w.order, "the gap is told before what follows it")
			})
		})
	}
}

func (w *world) gapsSoFar() []gap {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]gap(nil), w.gaps...)
}

func TestBrokenDeliveriesOverTheMessageServiceAreSurvived(t *testing.T) {
	for _, kind := range []string{"malformed", "duplicate", "drop", "reorder", "truncate"} {
		t.Run(kind, func(t *testing.T) {
			play(t, nil, func(t *testing.T, w *world) {
				w.join()
				w.fault(sim.TargetPusher, kind, 1)
				w.say("struck")
				pass(2 * time.Minute)
				last := w.say("afterwards")
				seen := map[string]int{}
				for _, id := range w.ids() {
					seen[id]++
				}
				require.Equal(t, 1, seen[last])
				for id, n := range seen {
					require.Equal(t, 1, n, id)
				}
				require.Equal(t, StateLive, w.client.States()[harbor].State)
				if kind == "duplicate" {
					require.EqualValues(t, 1, w.client.Stats().Duplicates)
				}
			})
		})
	}
}

func TestAHandshakeThatFailsIsTriedAgain(t *testing.T) {
	for _, kind := range []string{"403", "429", "503", "hang", "close"} {
		t.Run(kind, func(t *testing.T) {
			play(t, func(w *world) { w.fault(sim.TargetConnect, kind, 3) }, func(t *testing.T, w *world) {
				w.join()
				require.Contains(t, w.details(), "degraded")
			})
		})
	}
}

func TestARefusedSubscriptionLooksUpTheChatroomAndThenRests(t *testing.T) {
	for kind, times := range map[string]int{"error": 1, "4009": 1, "ignore": 2, "close": 1} {
		t.Run(kind, func(t *testing.T) {
			looked := 0
			play(t, func(w *world) {
				w.cfg.Rooms = countedRooms{w.api, &looked}
				w.fault(sim.TargetSubscribe, kind, times)
			}, func(t *testing.T, w *world) {
				w.join()
				if kind == "error" || kind == "4009" {
					require.Equal(t, 2, looked)
					require.EqualValues(t, 1, w.client.Stats().Fatal)
				}
				id := w.say("hello")
				require.Equal(t, []string{id}, w.ids())
			})
		})
	}
	t.Run("refused again", func(t *testing.T) {
		play(t, func(w *world) { w.fault(sim.TargetSubscribe, "error", 4) }, func(t *testing.T, w *world) {
			require.NoError(t, w.client.Join(harbor, creator))
			w.until(StatePaused)
			began := time.Now()
			w.until(StateLive)
			require.GreaterOrEqual(t, time.Since(began), 9*time.Minute)
		})
	})
}

func TestARefusedTokenIsReplacedOnceAndStoredBeforeItIsUsed(t *testing.T) {
	play(t, func(w *world) {
		persist := func(_ context.Context, token platform.Token) error { w.stored = append(w.stored, token); return nil }
		w.tokens = platform.NewUserTokens(w.api, platform.Token{Access: "ended", Refresh: sim.DefaultSeed().Accounts[0].Refresh}, persist)
		w.cfg.API = w.api.API("bot", w.tokens)
	}, func(t *testing.T, w *world) {
		w.join()
		require.Len(t, w.stored, 1, "one exchange")
		require.NotEqual(t, sim.DefaultSeed().Accounts[0].Refresh, w.stored[0].Refresh, "both tokens change")
		require.NoError(t, w.client.Send(t.Context(), harbor, "pong", ""))
		require.Len(t, w.stored, 1)
	})
}

func TestATokenThatCannotBeReplacedNeedsALoginAndChatIsStillRead(t *testing.T) {
	play(t, func(w *world) {
		w.tokens = platform.NewUserTokens(w.api, platform.Token{Access: "ended", Refresh: "revoked"}, nil)
		w.cfg.API = w.api.API("bot", w.tokens)
	}, func(t *testing.T, w *world) {
		require.NoError(t, w.client.Join(harbor, creator))
		w.until(StateNeedsLogin)
		require.Equal(t, []string{w.say("hello")}, w.ids())
		var refused *SendError
		require.ErrorAs(t, w.client.Send(t.Context(), harbor, "pong", ""), &refused)
		require.Equal(t, RefusedNeedsLogin, refused.Refusal)
		require.False(t, refused.MaybeSent)
		require.Zero(t, refused.RetryAfter)
		require.NotContains(t, w.client.States()[harbor].Detail, "revoked")
		w.client.Resume()
		w.until(StateLive)
	})
}

func TestWhatBecomesOfAMessage(t *testing.T) {
	for kind, want := range map[string]struct {
		refusal   Refusal
		maybeSent bool
		retry     bool
		state     State
		times     int
	}{
		"not_sent":     {refusal: RefusedPlatform, state: StateLive, times: 1},
		"403":          {refusal: RefusedDisabled, state: StateDegraded, times: 1},
		"404":          {refusal: RefusedPlatform, state: StateLive, times: 1},
		"malformed":    {refusal: Unconfirmed, maybeSent: true, state: StateLive, times: 1},
		"429":          {refusal: RefusedThrottled, retry: true, state: StateLive, times: 1},
		"500":          {refusal: Unconfirmed, maybeSent: true, state: StateLive, times: 1},
		"503":          {refusal: Unconfirmed, maybeSent: true, state: StateLive, times: 1},
		"hang":         {refusal: Unconfirmed, maybeSent: true, state: StateLive, times: 1},
		"close_before": {refusal: Unconfirmed, maybeSent: true, state: StateLive, times: 1},
		"close_after":  {refusal: Unconfirmed, maybeSent: true, state: StateLive, times: 1},
		"truncate":     {refusal: Unconfirmed, maybeSent: true, state: StateLive, times: 1},
		"401":          {refusal: RefusedNeedsLogin, state: StateNeedsLogin, times: 2},
	} {
		t.Run(kind, func(t *testing.T) {
			play(t, nil, func(t *testing.T, w *world) {
				w.join()
				w.fault(sim.TargetChat, kind, want.times)
				var refused *SendError
				require.ErrorAs(t, w.client.Send(t.Context(), harbor, "pong", ""), &refused)
				require.Equal(t, want.refusal, refused.Refusal, refused)
				require.Equal(t, want.maybeSent, refused.MaybeSent)
				require.Equal(t, want.retry, refused.RetryAfter > 0)
				pass(time.Minute)
				require.LessOrEqual(t, len(w.ids()), 1, "nothing is sent twice")
				require.Equal(t, want.state, w.client.States()[harbor].State)
			})
		})
	}
}

func TestTheSimulatedPlatformNeverRefusesAnAccountThatKeepsToItsLimits(t *testing.T) {
	play(t, nil, func(t *testing.T, w *world) {
		w.join()
		for range 100 {
			require.NoError(t, w.client.Send(t.Context(), harbor, "pong", ""))
		}
		synctest.Wait()
		require.Len(t, w.ids(), 100)
	})
}

func TestAServiceThatKeepsClosingIsNotStormed(t *testing.T) {
	for _, code := range []string{"4200", "4100", "close", "503"} {
		t.Run(code, func(t *testing.T) {
			asked := 0
			play(t, func(w *world) {
				w.cfg.Address = func(context.Context) (string, error) { asked++; return pushers, nil }
				w.fault(sim.TargetConnect, code, -1)
			}, func(t *testing.T, w *world) {
				require.NoError(t, w.client.Join(harbor, creator))
				pass(time.Hour)
				require.Less(t, asked, 150)
				require.Greater(t, asked, 50, "it is tried at least every minute or so")
				require.Equal(t, StateDegraded, w.client.States()[harbor].State)
			})
		})
	}
}

func TestAChannelThatIsJoinedAnewIsTriedAtOnce(t *testing.T) {
	play(t, func(w *world) { w.fault(sim.TargetConnect, "4001", 2) }, func(t *testing.T, w *world) {
		require.NoError(t, w.client.Join(harbor, creator))
		pass(time.Minute)
		require.Equal(t, StatePaused, w.client.States()[harbor].State)
		began := time.Now()
		require.NoError(t, w.client.Join(harbor, creator))
		w.until(StateLive)
		require.Less(t, time.Since(began), 10*time.Second)
	})
}

func TestEveryFaultOfTheInterfacesIsSurvived(t *testing.T) {
	for _, target := range sim.Targets() {
		if target.Name != sim.TargetSite && target.Name != sim.TargetAPI && target.Name != sim.TargetToken {
			continue
		}
		for _, kind := range target.Kinds {
			t.Run(target.Name+" "+kind, func(t *testing.T) {
				play(t, func(w *world) {
					if target.Name == sim.TargetToken {
						w.tokens = platform.NewUserTokens(w.api, platform.Token{Access: "ended", Refresh: sim.DefaultSeed().Accounts[0].Refresh}, nil)
						w.cfg.API = w.api.API("bot", w.tokens)
					}
					w.fault(target.Name, kind, 3)
				}, func(t *testing.T, w *world) {
					require.NoError(t, w.client.Join(harbor, creator))
					for range 100 {
						if len(w.ids()) > 0 {
							break
						}
						pass(time.Minute)
						w.say("hello")
					}
					require.NotEmpty(t, w.ids(), w.details())
				})
			})
		}
	}
}
