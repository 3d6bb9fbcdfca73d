package youtube

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	sim "github.com/streamsuites/streamsuites/internal/sim/youtube"
)

const (
	streams = "liveChat/messages/stream"
	polls   = "liveChat/messages"
)

// row is a line of the matrix of errors and actions for reading (protocol
// reference, "Error → action matrix"): a fault, and what has to come of it. Every
// row is played with the stream and with polling.
type row struct {
	kinds []string
	act   func(s *stage, target, kind string)
}

func polled(_ *stage, cfg *Config) { cfg.PollOnly = true }

// each plays rows against the stream and against polling.
func each(t *testing.T, rows map[string]row) {
	t.Helper()
	for name, r := range rows {
		for _, kind := range r.kinds {
			t.Run(name+"/stream "+kind, func(t *testing.T) {
				play(t, nil, func(s *stage) { r.act(s, sim.TargetChatStream, kind) })
			})
			t.Run(name+"/poll "+kind, func(t *testing.T) {
				play(t, polled, func(s *stage) { r.act(s, sim.TargetChatList, kind) })
			})
		}
	}
}

// pathOf is where a target's requests go.
func pathOf(target string) string {
	if target == sim.TargetChatStream {
		return streams
	}
	return polls
}

// again brings about that the chat is asked for anew: a stream only is when it ends.
func (s *stage) again(target string) {
	if target == sim.TargetChatStream {
		s.fault(target, "end_open", 1)
		s.say("goes by")
	}
}

// strike lets the fault meet the next request for the chat, however often.
func (s *stage) strike(target, kind string, times int) {
	s.again(target)
	s.pass(100 * time.Millisecond)
	s.fault(target, kind, times)
}

func TestEveryRowOfTheMatrixIsActedOn(t *testing.T) {
	t.Parallel()
	each(t, map[string]row{
		"quotaExceeded waits for midnight in Los Angeles": {[]string{"quota", "dailyLimitExceeded"}, quotaWaits},
		"rateLimitExceeded waits twice the interval":      {[]string{"rateLimitExceeded", "429"}, throttleWaits},
		"an ended chat leads back to detection":           {[]string{"liveChatEnded", "liveChatNotFound"}, overLeadsBack},
		"liveChatDisabled is looked at every few minutes": {[]string{"liveChatDisabled"}, disabledWaits},
		"pageTokenInvalid drops the token":                {[]string{"pageTokenInvalid"}, tokenIsDropped},
		"401 refreshes once":                              {[]string{"401"}, refreshes},
		"401 for ever needs a login":                      {[]string{"401"}, needsLogin},
		"faults that pass are waited for":                 {[]string{"500", "503", "close", "truncate", "malformed"}, faultsPass},
		"an answer that does not come is given up":        {[]string{"hang"}, hangs},
	})
}

func quotaWaits(s *stage, target, kind string) {
	s.join()
	s.strike(target, kind, 1)
	s.pass(time.Minute)
	require.Equal(s, StateQuota, s.status().State)
	require.Contains(s, s.status().Detail, "T07:00:00Z", "midnight in Los Angeles")
	waiting := clock()
	s.say("meanwhile")
	midnight := time.Date(waiting.Year(), waiting.Month(), waiting.Day(), 7, 0, 0, 0, time.UTC)
	if !midnight.After(waiting) {
		midnight = midnight.AddDate(0, 0, 1)
	}
	s.pass(midnight.Sub(waiting) - time.Minute)
	require.Empty(s, s.requests("", waiting), "nothing at all is asked")
	_, err := s.client.Live(s.Context(), []string{harbor, "UCnobodyKnowsThisChannel"})
	require.ErrorIs(s, err, ErrUnknown)
	s.pass(2 * time.Minute)
	require.Equal(s, StateLive, s.status().State)
	require.Contains(s, s.rec.texts(), "meanwhile", "the page token is kept")
	gaps := s.rec.missed()
	require.Len(s, gaps, 1)
	require.Equal(s, GapQuota, gaps[0].reason)
}

func throttleWaits(s *stage, target, kind string) {
	s.join()
	s.strike(target, kind, 1)
	s.say("later")
	s.pass(2 * time.Minute)
	requests := s.requests(pathOf(target), time.Time{})
	times := []time.Duration{}
	for i := 1; i < len(requests); i++ {
		times = append(times, requests[i].at.Sub(requests[i-1].at))
	}
	require.Contains(s, s.rec.path(), StateDegraded)
	require.Equal(s, StateLive, s.status().State)
	require.GreaterOrEqual(s, slices.Max(times), 2*s.sim.Settings().Polling, times)
	require.Contains(s, s.rec.texts(), "later")
	require.Empty(s, s.rec.missed(), "nothing is lost by waiting")
}

func overLeadsBack(s *stage, target, kind string) {
	s.join()
	s.strike(target, kind, 1)
	s.pass(15 * time.Second)
	require.Equal(s, StateInactive, s.status().State)
	live, err := s.client.Live(s.Context(), []string{harbor})
	require.NoError(s, err)
	require.Empty(s, live)
	s.say("still here")
	s.pass(time.Minute)
	require.Equal(s, StateLive, s.status().State, "it was looked for again")
	require.Contains(s, s.rec.texts(), "still here")
}

func disabledWaits(s *stage, target, kind string) {
	s.join()
	s.strike(target, kind, 1)
	s.pass(15 * time.Second)
	require.Equal(s, StatePaused, s.status().State)
	require.Contains(s, s.status().Detail, "turned off")
	paused := clock()
	s.pass(2 * time.Minute)
	require.Empty(s, s.requests(pathOf(target), paused))
	s.pass(2 * time.Minute)
	require.Equal(s, StateLive, s.status().State)
}

func tokenIsDropped(s *stage, target, kind string) {
	s.say("early")
	s.pass(time.Second)
	s.join()
	s.say("one")
	s.pass(10 * time.Second)
	s.again(target)
	s.pass(100 * time.Millisecond)
	s.fault(target, kind, 1)
	s.say("two")
	s.pass(time.Minute)
	require.Equal(s, StateLive, s.status().State)
	texts := slices.DeleteFunc(s.rec.texts(), func(text string) bool { return text == "goes by" })
	require.Equal(s, []string{"early", "one", "two"}, texts, "nothing is lost, nothing comes twice")
	for _, m := range s.rec.of(chat.Message) {
		require.Equal(s, m.Text == "early", m.History, m.Text)
	}
	gaps := s.rec.missed()
	require.Len(s, gaps, 1)
	require.Equal(s, GapRestart, gaps[0].reason)
	empty := 0
	for _, a := range s.requests(pathOf(target), time.Time{}) {
		if a.query.Get("pageToken") == "" {
			empty++
		}
	}
	require.Equal(s, 2, empty)
}

func refreshes(s *stage, target, kind string) {
	s.join()
	s.strike(target, kind, 1)
	s.say("heard")
	s.pass(time.Minute)
	require.Equal(s, 1, s.tokens.refreshes)
	require.Equal(s, StateLive, s.status().State)
	require.NotContains(s, s.rec.path(), StateNeedsLogin)
	require.Contains(s, s.rec.texts(), "heard")
	require.Empty(s, s.rec.missed())
}

func needsLogin(s *stage, target, kind string) {
	s.join()
	s.strike(target, kind, 2)
	s.pass(time.Minute)
	require.Equal(s, StateNeedsLogin, s.status().State)
	require.Equal(s, 1, s.tokens.refreshes, "once")
	parked := clock()
	s.say("meanwhile")
	s.pass(24 * time.Hour)
	require.Empty(s, s.requests("", parked), "it never loops")
	s.client.Resume()
	s.pass(time.Minute)
	require.Equal(s, StateLive, s.status().State)
	require.Contains(s, s.rec.texts(), "meanwhile")
	require.Equal(s, GapLogin, s.rec.missed()[0].reason)
}

func faultsPass(s *stage, target, kind string) {
	s.join()
	s.say("one")
	s.pass(10 * time.Second)
	s.strike(target, kind, 4)
	s.say("two")
	s.pass(3 * time.Minute)
	require.Equal(s, StateLive, s.status().State)
	require.Contains(s, s.rec.path(), StateDegraded)
	texts := slices.DeleteFunc(s.rec.texts(), func(text string) bool { return text == "goes by" })
	require.Equal(s, []string{"one", "two"}, texts)
	gaps := s.rec.missed()
	require.Len(s, gaps, 1, gaps)
	require.True(s, gaps[0].to.After(gaps[0].from))
	require.Contains(s, []string{GapServer, GapNetwork}, gaps[0].reason)
	require.Equal(s, kind == "500" || kind == "503", gaps[0].reason == GapServer)
}

func hangs(s *stage, target, kind string) {
	s.join()
	s.strike(target, kind, 1)
	s.say("two")
	s.pass(2 * time.Minute)
	require.Equal(s, StateLive, s.status().State)
	require.Contains(s, s.rec.texts(), "two")
	require.Len(s, s.rec.missed(), 1)
}

func TestAStreamThatIsRefusedIsPolledInstead(t *testing.T) {
	t.Parallel()
	for name, refused := range map[string]struct {
		status int
		body   string
	}{
		"403":              {http.StatusForbidden, `{"error":{"code":403,"errors":[{"reason":"forbidden"}]}}`},
		"403 without body": {http.StatusForbidden, ``},
		"404":              {http.StatusNotFound, `Not Found`},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(s *stage, _ *Config) { s.instead("/stream", refused.status, refused.body) }, func(s *stage) {
				s.join()
				require.True(t, s.status().Polling)
				s.say("polled")
				s.pass(time.Minute)
				require.Equal(t, []string{"polled"}, s.rec.texts())
				pages := s.requests(polls, time.Time{})
				require.Greater(t, len(pages), 3)
				for i := 1; i < len(pages); i++ {
					require.GreaterOrEqual(t, pages[i].at.Sub(pages[i-1].at), s.sim.Settings().Polling)
				}
				require.Len(t, s.requests(streams, time.Time{}), 1)
				s.calledOff()
				s.pass(time.Hour)
				require.False(t, s.status().Polling, "the stream is tried again much later")
				require.NotContains(t, s.rec.path(), StateDegraded, "polling at the platform's pace is never refused")
				require.Equal(t, []chat.Via{chat.Polling, chat.PushStream}, s.rec.told())
				s.say("pushed")
				s.pass(time.Minute)
				require.Equal(t, []chat.Via{chat.Polling, chat.PushStream}, s.rec.ways())
			})
		})
	}
}

func TestAChatThatMayNotBeReadAtAllIsParked(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.fault(sim.TargetChatStream, "forbidden", 1)
		s.fault(sim.TargetChatList, "forbidden", 1)
		require.NoError(t, s.client.Join(harbor, "h"))
		s.pass(time.Minute)
		require.Equal(t, StatePaused, s.status().State)
		s.pass(15 * time.Minute)
		require.Equal(t, StateLive, s.status().State)
	})
}

func TestWhatIsWrongWithinAStreamCostsNothing(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"cut", "bad_element", "silent", "end", "end_open", "duplicate", "reorder"} {
		t.Run(kind, func(t *testing.T) {
			play(t, nil, func(s *stage) {
				s.join()
				s.say("one")
				s.pass(time.Minute)
				s.fault(sim.TargetChatStream, kind, 1)
				s.say("two", "three")
				s.pass(12 * time.Minute)
				s.say("four")
				s.pass(time.Minute)
				require.ElementsMatch(t, []string{"one", "two", "three", "four"}, s.rec.texts())
				require.Equal(t, StateLive, s.status().State)
			})
		})
	}
}

func TestTheEndOfABroadcastLeadsBackToDetection(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*stage, *Config){"stream": nil, "poll": polled} {
		t.Run(name, func(t *testing.T) {
			play(t, prepare, func(s *stage) {
				s.join()
				s.say("bye")
				b, err := s.sim.SetLive(harbor, false, "")
				require.NoError(t, err)
				s.pass(20 * time.Second)
				require.Equal(t, StateInactive, s.status().State)
				require.Equal(t, []string{"bye"}, s.rec.texts())
				offline := s.rec.of(chat.Offline)
				require.Len(t, offline, 1)
				require.Equal(t, b.VideoID, offline[0].Target)
				require.Equal(t, "offline-"+b.VideoID, offline[0].MessageID)
				_, err = s.sim.SetLive(harbor, true, "Second")
				require.NoError(t, err)
				s.pass(5 * time.Minute)
				require.Equal(t, StateLive, s.status().State)
				require.Len(t, s.rec.of(chat.Online), 2)
				require.Empty(t, s.rec.missed())
			})
		})
	}
}

func TestABroadcastWithoutAChatIsReportedAndLookedAtAgain(t *testing.T) {
	play(t, func(s *stage, _ *Config) {
		_, err := s.sim.SetShow(harbor, func(b *sim.Broadcast) { b.ChatDisabled = true })
		require.NoError(t, err)
	}, func(s *stage) {
		require.NoError(t, s.client.Join(harbor, "h"))
		s.pass(time.Minute)
		require.Equal(t, StatePaused, s.status().State)
		live, err := s.client.Live(s.Context(), []string{harbor})
		require.NoError(t, err)
		require.Contains(t, live, harbor, "it is live all the same")
		_, err = s.sim.SetShow(harbor, func(b *sim.Broadcast) { b.ChatDisabled = false })
		require.NoError(t, err)
		s.pass(5 * time.Minute)
		require.Equal(t, StateLive, s.status().State)
	})
}

func TestFaultsOfDetectionAreWaitedFor(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"500", "503", "429", "close", "truncate", "malformed", "hang"} {
		t.Run(kind, func(t *testing.T) {
			play(t, func(s *stage, _ *Config) { s.fault(sim.TargetLive, kind, 3) }, func(s *stage) {
				require.NoError(t, s.client.Join(harbor, "h"))
				s.pass(time.Second)
				_, err := s.client.Live(s.Context(), []string{harbor})
				require.ErrorIs(t, err, ErrUnknown, "not knowing is not offline")
				s.pass(5 * time.Minute)
				require.Equal(t, StateLive, s.status().State, fmt.Sprint(s.rec.states))
			})
		})
	}
}
