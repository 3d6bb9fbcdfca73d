package youtube

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	sim "github.com/streamsuites/streamsuites/internal/sim/youtube"
)

func TestAChatIsPushedFromItsHistoryOn(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.say("before")
		s.pass(time.Second)
		s.join()
		s.say("one", "two")
		s.pass(time.Minute)
		s.say("three")
		s.pass(time.Second)
		require.Equal(t, []string{"before", "one", "two", "three"}, s.rec.texts())
		messages := s.rec.of(chat.Message)
		require.True(t, messages[0].History)
		for _, m := range messages[1:] {
			require.False(t, m.History)
			require.Equal(t, "harborlights", m.CreatorID)
			require.Equal(t, harbor, m.Channel)
			require.Equal(t, chat.YouTube, m.Platform)
			require.Equal(t, time.UTC, m.SentAt.Location())
		}
		require.Empty(t, s.rec.missed())
		online := s.rec.of(chat.Online)
		require.Len(t, online, 1)
		require.Equal(t, "Building a lighthouse, one brick at a time", online[0].Text)
		require.Empty(t, s.requests("liveChat/messages", time.Time{}), "nothing is polled")
	})
}

func TestEverybodysStreamIsResumedWhenThePlatformEndsIt(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.join()
		said := []string{}
		for i := range 40 {
			text := string(rune('a' + i%26))
			said = append(said, text)
			s.say(text)
			s.pass(30 * time.Second)
		}
		s.pass(time.Minute)
		require.Equal(t, said, s.rec.texts())
		require.Greater(t, len(s.requests("liveChat/messages/stream", time.Time{})), 1)
		require.Empty(t, s.rec.missed(), "a page token leads on")
	})
}

func TestAChannelThatIsOfflineIsFoundByItsUploadsOnceItIsLive(t *testing.T) {
	play(t, func(s *stage, cfg *Config) {
		_, err := s.sim.SetLive(harbor, false, "")
		require.NoError(t, err)
		cfg.API = s.api(false)
	}, func(s *stage) {
		require.NoError(t, s.client.Join(harbor, "harborlights"))
		s.pass(time.Minute)
		require.Equal(t, StateInactive, s.status().State)
		live, err := s.client.Live(s.Context(), []string{harbor})
		require.NoError(t, err)
		require.Empty(t, live)

		b, err := s.sim.SetLive(harbor, true, "Night shift")
		require.NoError(t, err)
		s.pass(5 * time.Minute)
		require.Equal(t, StateLive, s.status().State)
		live, err = s.client.Live(s.Context(), []string{harbor})
		require.NoError(t, err)
		require.Equal(t, b.VideoID, live[harbor].StreamID)
		require.Equal(t, "Night shift", live[harbor].Title)
		require.Equal(t, b.StartedAt.Unix(), live[harbor].StartedAt.Unix())
		require.NotZero(t, live[harbor].Viewers)
		require.Empty(t, s.requests("search", time.Time{}), "no search")
		for _, a := range s.requests("", time.Time{}) {
			require.Empty(t, a.auth, "a key is enough for reading")
		}
	})
}

func TestTheOwnersBroadcastsAreListed(t *testing.T) {
	play(t, func(s *stage, _ *Config) { s.tokens.refresh = "1//simulated-youtube-refresh" }, func(s *stage) {
		s.join()
		require.NotEmpty(t, s.requests("liveBroadcasts", time.Time{}))
		require.Empty(t, s.requests("playlistItems", time.Time{}))
	})
}

func TestAHandleIsEnough(t *testing.T) {
	play(t, nil, func(s *stage) {
		require.NoError(t, s.client.Join("@harborlights", "h"))
		s.pass(2 * time.Second)
		require.Equal(t, StateLive, s.client.States()["@harborlights"].State)
	})
}

func TestAVideoThatIsConfiguredIsNotLookedFor(t *testing.T) {
	play(t, func(s *stage, cfg *Config) {
		b, live := s.sim.LiveNow(harbor)
		require.True(t, live)
		cfg.Video = func(channel string) string { return map[string]string{harbor: b.VideoID}[channel] }
	}, func(s *stage) {
		s.join()
		require.Empty(t, s.requests("playlistItems", time.Time{}))
	})
}

func TestAChannelThatThePlatformDoesNotKnowIsParked(t *testing.T) {
	play(t, nil, func(s *stage) {
		for _, name := range []string{"UCnobodyKnowsThisChannel", "@nobody-at-all"} {
			require.NoError(t, s.client.Join(name, "x"))
			s.pass(2 * time.Second)
			require.Equal(t, StatePaused, s.client.States()[name].State)
		}
		require.ErrorIs(t, s.client.Join("!", "x"), ErrChannelName)
	})
}

func TestWhatHappensInAChatBecomesEvents(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.join()
		happen := func(h sim.Happening) {
			h.Channel, h.User = harbor, "ann"
			_, err := s.sim.Happen(h)
			require.NoError(t, err)
		}
		happen(sim.Happening{Type: "superChatEvent", AmountMicros: 5_000_000, Currency: "USD", Text: "for the lamp"})
		happen(sim.Happening{Type: "superStickerEvent", AmountMicros: 500_000_000, Currency: "JPY"})
		happen(sim.Happening{Type: "newSponsorEvent"})
		happen(sim.Happening{Type: "memberMilestoneChatEvent", Months: 7, Text: "seven!"})
		happen(sim.Happening{Type: "membershipGiftingEvent", Count: 5})
		happen(sim.Happening{Type: "giftEvent", Jewels: 50})
		m, err := s.sim.Say(sim.Utterance{Channel: harbor, User: "troll", Text: "spam"})
		require.NoError(t, err)
		s.pass(time.Second)
		require.NoError(t, s.sim.Delete(m.ID))
		require.NoError(t, s.sim.Ban(harbor, "troll", 300))
		s.pass(10 * time.Second)

		type sum struct {
			amount int64
			unit   string
			text   string
		}
		sums := func(kind chat.Kind) (all []sum) {
			for _, e := range s.rec.of(kind) {
				all = append(all, sum{e.Amount, e.Unit, e.Text})
			}
			return all
		}
		require.Equal(t, []sum{{500, "USD", "for the lamp"}, {500, "JPY", ""}, {50, "jewels", ""}}, sums(chat.Paid))
		require.Equal(t, []sum{{1, "", ""}, {7, "", "seven!"}}, sums(chat.Subscription))
		require.Equal(t, []sum{{5, "", ""}}, sums(chat.Gift), "one event for the bomb")
		bans := s.rec.of(chat.Ban)
		require.Len(t, bans, 1)
		require.Equal(t, int64(300), bans[0].Amount)
		require.Equal(t, m.UserID, bans[0].Target)
		deletions := s.rec.of(chat.Deletion)
		require.NotEmpty(t, deletions)
		require.Equal(t, m.ID, deletions[0].Target)
	})
}

func TestRolesAndTheBotsOwnMessagesAreRecognised(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.join()
		for _, user := range []string{"@harborlights", "@lanternbot", "ann"} {
			_, err := s.sim.Say(sim.Utterance{Channel: harbor, User: user, Text: user})
			require.NoError(t, err)
		}
		s.pass(time.Second)
		m := s.rec.of(chat.Message)
		require.Len(t, m, 3)
		require.True(t, m[0].Author.Roles.Any(chat.Broadcaster))
		require.True(t, m[1].Author.Roles.Any(chat.Moderator))
		require.Zero(t, m[2].Author.Roles)
		require.True(t, m[1].Self)
		require.False(t, m[0].Self)
	})
}

func TestAChannelThatIsPartedIsSilent(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.join()
		s.client.Part(harbor)
		s.pass(time.Second)
		s.say("unheard")
		s.pass(time.Minute)
		require.Empty(t, s.rec.texts())
		require.Empty(t, s.client.States())
		path := s.rec.path()
		require.Equal(t, StateInactive, path[len(path)-1])
	})
}
