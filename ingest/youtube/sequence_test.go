package youtube

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/quota"
	sim "github.com/streamsuites/streamsuites/internal/sim/youtube"
)

// Several things that go wrong one after another, or together.

// rebroadcast ends the harbour's broadcast and begins another.
func (s *stage) rebroadcast(title string) string {
	s.Helper()
	_, err := s.sim.SetLive(harbor, false, "")
	require.NoError(s, err)
	b, err := s.sim.SetLive(harbor, true, title)
	require.NoError(s, err)
	return b.VideoID
}

// broadcasts lists which broadcasts were told to begin and to end.
func (s *stage) broadcasts(kind chat.Kind) []string {
	var ids []string
	for _, e := range s.rec.of(kind) {
		ids = append(ids, e.Target)
	}
	return ids
}

func TestABroadcastThatFollowsAnotherAtOnceIsReadFromItsBeginning(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*stage, *Config){"stream": nil, "poll": polled} {
		t.Run(name, func(t *testing.T) {
			play(t, prepare, func(s *stage) {
				s.join()
				first := s.client.States()[harbor].VideoID
				s.say("the last words")
				s.pass(10 * time.Second)
				second := s.rebroadcast("Night shift")
				s.say("the first words")
				s.pass(5 * time.Minute)
				require.Equal(t, StateLive, s.status().State)
				require.Equal(t, second, s.status().VideoID)
				require.Equal(t, []string{"the last words", "the first words"}, s.rec.texts())
				require.Equal(t, []string{first, second}, s.broadcasts(chat.Online))
				require.Equal(t, []string{first}, s.broadcasts(chat.Offline))
				require.NoError(t, s.client.Send(s.Context(), harbor, "hello again", ""))
				require.Equal(t, []string{"hello again"}, s.shown(), "what is said goes where people are")
			})
		})
	}
}

func TestABroadcastThatChangesWhileTheQuotaIsUsedUpIsFoundAtMidnight(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*stage, *Config){"stream": nil, "poll": polled} {
		target := map[string]string{"stream": sim.TargetChatStream, "poll": sim.TargetChatList}[name]
		t.Run(name, func(t *testing.T) {
			play(t, prepare, func(s *stage) {
				s.join()
				first := s.client.States()[harbor].VideoID
				s.strike(target, "quota", 1)
				s.pass(time.Minute)
				require.Equal(t, StateQuota, s.status().State)
				second := s.rebroadcast("Night shift")
				s.say("unheard for long")
				s.refusedAs(RefusedQuota, "hello")
				s.pass(quota.DayOf("youtube", clock()).Ends.Sub(clock()) + 5*time.Minute)
				require.Equal(t, StateLive, s.status().State, s.status().Detail)
				require.Equal(t, second, s.status().VideoID)
				require.Contains(t, s.rec.texts(), "unheard for long")
				require.Equal(t, []string{first}, s.broadcasts(chat.Offline))
				require.Equal(t, []string{first, second}, s.broadcasts(chat.Online))
				require.NoError(t, s.client.Send(s.Context(), harbor, "good morning", ""))
			})
		})
	}
}

func TestAPageTokenThatExpiresWhileTheStreamIsDownCostsNothing(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.join()
		s.say("one")
		s.pass(10 * time.Second)
		s.strike(sim.TargetChatStream, "503", 3)
		s.say("two")
		s.pass(2 * time.Second)
		s.fault(sim.TargetChatStream, "pageTokenInvalid", 1)
		s.say("three")
		s.pass(3 * time.Minute)
		require.Equal(t, StateLive, s.status().State)
		texts := map[string]int{}
		for _, m := range s.rec.of(chat.Message) {
			texts[m.Text]++
			require.False(t, m.History, m.Text)
		}
		for _, text := range []string{"one", "two", "three"} {
			require.Equal(t, 1, texts[text], text)
		}
		require.Len(t, s.rec.missed(), 1, "one stretch, however many reasons")
	})
}

func TestAChatThatEndsWhileItIsOutOfReachIsNotReadFurther(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.join()
		s.strike(sim.TargetChatStream, "500", 5)
		_, err := s.sim.SetLive(harbor, false, "")
		require.NoError(t, err)
		s.pass(5 * time.Minute)
		require.Equal(t, StateInactive, s.status().State, s.status().Detail)
		require.Len(t, s.broadcasts(chat.Offline), 1)
		over := clock()
		s.pass(30 * time.Minute)
		require.Empty(t, s.requests(streams, over))
		s.refusedAs(RefusedNotLive, "hello")
	})
}

func TestAMeterOfAnotherHostThatUsesUpTheDayStopsThisOneUntilMidnight(t *testing.T) {
	meter := NewLocalMeter(quota.DefaultYouTubeUnits, quota.YouTubeCosts(), clock)
	play(t, func(_ *stage, cfg *Config) { cfg.Meter = meter }, func(s *stage) {
		s.join()
		require.NoError(t, meter.Exhausted(context.Background(), "videos.list"))
		s.strike(sim.TargetChatStream, "500", 1)
		s.pass(5 * time.Minute)
		require.Equal(t, StateQuota, s.status().State)
		asked := clock()
		s.pass(quota.DayOf("youtube", asked).Ends.Sub(asked) - time.Minute)
		require.Empty(t, s.requests("", asked))
		s.say("good morning")
		s.pass(3 * time.Minute)
		require.Equal(t, StateLive, s.status().State)
		require.Contains(t, s.rec.texts(), "good morning")
	})
}

// parametersOf are those of the requests for a path.
func (s *stage) parametersOf(path, name string) []string {
	var values []string
	for _, a := range s.requests(path, time.Time{}) {
		values = append(values, url.Values(a.query).Get(name))
	}
	return values
}

func TestNeitherChatIsEverAskedForWithTheOthersPlace(t *testing.T) {
	play(t, polled, func(s *stage) {
		s.join()
		s.say("one")
		s.pass(20 * time.Second)
		s.rebroadcast("Night shift")
		s.pass(5 * time.Minute)
		chats, pages := s.parametersOf(polls, "liveChatId"), s.parametersOf(polls, "pageToken")
		for i := 1; i < len(chats); i++ {
			if chats[i] != chats[i-1] {
				require.Empty(t, pages[i])
			}
		}
		require.NotEqual(t, chats[0], chats[len(chats)-1])
	})
}
