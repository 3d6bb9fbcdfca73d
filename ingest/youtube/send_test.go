package youtube

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/quota"
	sim "github.com/streamsuites/streamsuites/internal/sim/youtube"
)

// refusedAs expects a message to be refused.
func (s *stage) refusedAs(want Refusal, text string) *SendError {
	s.Helper()
	err := s.client.Send(s.Context(), harbor, text, "")
	var refused *SendError
	require.ErrorAs(s, err, &refused)
	require.Equal(s, want, refused.Refusal, err)
	return refused
}

// shown lists the texts of the bot that the platform shows.
func (s *stage) shown() []string {
	all, err := s.sim.Messages(harbor, "", 100)
	require.NoError(s, err)
	texts := []string{}
	for _, m := range all {
		if m.User == "LanternBot" || m.User == "@lanternbot" {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

func TestAMessageIsSentOnceAndMentionsWhoIsAnswered(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.join()
		m, err := s.sim.Say(sim.Utterance{Channel: harbor, User: "ann", Text: "!clip"})
		require.NoError(t, err)
		s.pass(time.Second)
		require.NoError(t, s.client.Send(s.Context(), harbor, "clipped\nindeed", m.ID))
		require.NoError(t, s.client.Send(s.Context(), harbor, "plain", "unknown"))
		long := strings.Repeat("é", 200)
		require.NoError(t, s.client.Send(s.Context(), harbor, long, m.ID))
		require.Equal(t, []string{"@" + strings.TrimPrefix(m.User, "@") + " clipped indeed", "plain", long}, s.shown())
		s.pass(10 * time.Second)
		require.Equal(t, int64(3), s.client.Stats().Sent)
	})
}

func TestWhatCannotBeSentIsRefusedWithoutACall(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.refusedAs(RefusedNotJoined, "hello")
		s.join()
		asked := clock()
		s.refusedAs(RefusedEmpty, " \n\u200b")
		s.refusedAs(RefusedTooLong, strings.Repeat("é", 201))
		require.Empty(t, s.requests(polls, asked))
		_, err := s.sim.SetLive(harbor, false, "")
		require.NoError(t, err)
		s.pass(20 * time.Second)
		s.refusedAs(RefusedNotLive, "hello")
	})
}

func TestAKeyOnlyReads(t *testing.T) {
	play(t, func(s *stage, cfg *Config) { cfg.API = s.api(false) }, func(s *stage) {
		s.join()
		s.refusedAs(RefusedReadOnly, "hello")
		var refused *DeleteError
		require.ErrorAs(t, s.client.Delete(s.Context(), harbor, "m"), &refused)
		require.Equal(t, RefusedReadOnly, refused.Refusal)
	})
}

func TestEveryRefusalOfAMessageHasItsMeaning(t *testing.T) {
	t.Parallel()
	for kind, c := range map[string]struct {
		refusal    Refusal
		maybe      bool
		retryAfter time.Duration // at least
		shown      bool          // whether the message appeared although it failed
	}{
		"rateLimitExceeded":       {refusal: RefusedThrottled, retryAfter: 30 * time.Second},
		"429":                     {refusal: RefusedThrottled, retryAfter: 30 * time.Second},
		"quota":                   {refusal: RefusedQuota, retryAfter: time.Hour},
		"dailyLimitExceeded":      {refusal: RefusedQuota, retryAfter: time.Hour},
		"forbidden":               {refusal: RefusedDisabled},
		"403":                     {refusal: RefusedDisabled},
		"liveChatDisabled":        {refusal: RefusedDisabled},
		"liveChatEnded":           {refusal: RefusedNotLive},
		"liveChatNotFound":        {refusal: RefusedNotLive},
		"messageTextInvalid":      {refusal: RefusedPlatform},
		"preconditionCheckFailed": {refusal: RefusedPlatform},
		"liveChatIdRequired":      {refusal: RefusedPlatform},
		"messageTextRequired":     {refusal: RefusedPlatform},
		"typeRequired":            {refusal: RefusedPlatform},
		"500":                     {refusal: Unconfirmed, maybe: true},
		"503":                     {refusal: Unconfirmed, maybe: true},
		"hang":                    {refusal: Unconfirmed, maybe: true},
		"close":                   {refusal: Unconfirmed, maybe: true, shown: true},
		"truncate":                {refusal: Unconfirmed, maybe: true, shown: true},
		"malformed":               {refusal: Unconfirmed, maybe: true, shown: true},
	} {
		t.Run(kind, func(t *testing.T) {
			play(t, nil, func(s *stage) {
				s.join()
				s.fault(sim.TargetChatInsert, kind, 1)
				asked := clock()
				refused := s.refusedAs(c.refusal, "hello")
				require.Equal(t, c.maybe, refused.MaybeSent)
				require.GreaterOrEqual(t, refused.RetryAfter, c.retryAfter)
				posts := 0
				for _, a := range s.requests(polls, asked) {
					if a.verb == "POST" {
						posts++
					}
				}
				require.Equal(t, 1, posts, "never repeated")
				require.Equal(t, c.shown, len(s.shown()) == 1)
				require.NotEqual(t, StateNeedsLogin, s.status().State)
			})
		})
	}
}

func TestARefusedTokenIsReplacedOnceForAMessage(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.join()
		s.fault(sim.TargetChatInsert, "401", 1)
		require.NoError(t, s.client.Send(s.Context(), harbor, "hello", ""))
		require.Equal(t, 1, s.tokens.refreshes)
		require.Equal(t, []string{"hello"}, s.shown())
		s.fault(sim.TargetChatInsert, "401", 2)
		s.pass(2 * time.Second)
		require.False(t, s.refusedAs(RefusedNeedsLogin, "again").MaybeSent)
		s.refusedAs(RefusedNeedsLogin, "parked")
	})
}

func TestAnAccountThatMayOnlyReadGoesOnReading(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.join()
		s.instead("liveChat/messages", 403, `{"error":{"code":403,"errors":[{"reason":"insufficientPermissions"}]}}`)
		s.refusedAs(RefusedNeedsLogin, "hello")
		s.calledOff()
		s.say("heard")
		s.pass(time.Minute)
		require.Equal(t, StateLive, s.status().State)
		require.Equal(t, []string{"heard"}, s.rec.texts())
	})
}

// strict is a Budget that grants one message a minute.
type strict struct{ until time.Time }

func (b *strict) Take(_ context.Context, bucket string, tokens, limit int, window time.Duration) (time.Duration, error) {
	if bucket != BucketSend || tokens != 1 || limit != 20 || window != 30*time.Second {
		return 0, errors.New("not what is agreed")
	}
	if pause := time.Until(b.until); pause > 0 {
		return pause, nil
	}
	b.until = time.Now().Add(time.Minute)
	return 0, nil
}

func TestTheBudgetIsTakenFromBeforeEachMessage(t *testing.T) {
	play(t, func(_ *stage, cfg *Config) { cfg.Budget = &strict{} }, func(s *stage) {
		s.join()
		require.NoError(t, s.client.Send(s.Context(), harbor, "one", ""))
		begun := time.Now()
		require.NoError(t, s.client.Send(s.Context(), harbor, "two", ""))
		require.Equal(t, time.Minute, time.Since(begun).Round(time.Second))
		hurried, cancel := context.WithTimeout(s.Context(), 10*time.Second)
		defer cancel()
		err := s.client.Send(hurried, harbor, "three", "")
		var refused *SendError
		require.ErrorAs(t, err, &refused)
		require.Equal(t, RefusedThrottled, refused.Refusal)
		require.Positive(t, refused.RetryAfter)
		require.False(t, refused.MaybeSent)
	})
}

func TestTheMeterIsAskedBeforeEachMessage(t *testing.T) {
	play(t, func(_ *stage, cfg *Config) {
		cfg.Plan.Reserve = 1
		cfg.Meter = NewLocalMeter(20, quota.YouTubeCosts(), clock)
	}, func(s *stage) {
		s.join()
		refused := s.refusedAs(RefusedQuota, "hello")
		require.False(t, refused.MaybeSent)
		require.Greater(t, refused.RetryAfter, time.Hour)
		require.Empty(t, s.shown())
	})
}

func TestAMessageIsDeleted(t *testing.T) {
	play(t, nil, func(s *stage) {
		s.join()
		m, err := s.sim.Say(sim.Utterance{Channel: harbor, User: "troll", Text: "spam"})
		require.NoError(t, err)
		require.NoError(t, s.client.Delete(s.Context(), harbor, m.ID))
		require.NoError(t, s.client.Delete(s.Context(), harbor, m.ID), "gone is gone")
		for kind, c := range map[string]struct {
			refusal Refusal
			maybe   bool
			again   bool
		}{
			"500": {Unconfirmed, true, true}, "close": {Unconfirmed, true, true}, "429": {RefusedThrottled, false, true}, "403": {RefusedDisabled, false, false},
		} {
			n, err := s.sim.Say(sim.Utterance{Channel: harbor, User: "troll", Text: kind})
			require.NoError(t, err)
			s.fault(sim.TargetChatModerate, kind, 2)
			err = s.client.Delete(s.Context(), harbor, n.ID)
			s.fault(sim.TargetChatModerate, "none", 0)
			if kind == "close" && err == nil {
				continue // the connection's own second attempt found it gone
			}
			var refused *DeleteError
			require.ErrorAs(t, err, &refused, kind)
			require.Equal(t, c.refusal, refused.Refusal, kind)
			require.Equal(t, c.maybe, refused.MaybeDeleted, kind)
			require.Equal(t, c.again, refused.RetryAfter > 0, kind)
		}
		var refused *DeleteError
		require.ErrorAs(t, s.client.Delete(s.Context(), harbor, "sha-0000"), &refused)
		require.Equal(t, RefusedMessageID, refused.Refusal)
		require.ErrorAs(t, s.client.Delete(s.Context(), "UCnobodyKnowsThisChannel", m.ID), &refused)
		require.Equal(t, RefusedNotJoined, refused.Refusal)
	})
}
