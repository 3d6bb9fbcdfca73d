package twitch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	platform "github.com/streamsuites/streamsuites/internal/platform/twitch"
	sim "github.com/streamsuites/streamsuites/internal/sim/twitch"
)

// speech is an API that remembers what it was asked to say.
type speech struct {
	said []Utterance
	fail error
}

func (s *speech) speak(_ context.Context, u Utterance) error {
	s.said = append(s.said, u)
	return s.fail
}

func TestAMessageGoesThroughTheAPIWhereThereIsOne(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		api := &speech{}
		s.cfg.Speak = api.speak
		s.run("nova")
		s.joined("nova")
		require.NoError(t, s.client.Send(t.Context(), "nova", " hello\r\nPRIVMSG #x :there ", "m1"))
		require.NoError(t, s.client.Send(t.Context(), "nova", "again", "sha-0123"))
		require.Equal(t, []Utterance{
			{RoomID: "1", AccountID: "900", Text: "hello  PRIVMSG #x :there", ReplyTo: "m1"},
			{RoomID: "1", AccountID: "900", Text: "again"},
		}, api.said)
		require.EqualValues(t, 2, s.client.Stats().Sent)
	})
}

func TestWhatTheAPISaysOfAMessageIsActedOn(t *testing.T) {
	for name, c := range map[string]struct {
		fail    error
		refusal Refusal
		again   time.Duration
		maybe   bool
		state   State
	}{
		"too fast":               {&platform.DroppedError{Code: "msg_ratelimit"}, RefusedThrottled, 30 * time.Second, false, StateLive},
		"the same again":         {&platform.DroppedError{Code: "msg_duplicate"}, RefusedDuplicate, 30 * time.Second, false, StateLive},
		"banned":                 {&platform.DroppedError{Code: "msg_banned"}, RefusedDisabled, 0, false, StateDegraded},
		"held by automod":        {&platform.DroppedError{Code: "automod_held"}, RefusedPlatform, 0, false, StateLive},
		"an answer that is lost": {apiError{retry: true, unanswered: true}, Unconfirmed, 0, true, StateLive},
		"too many calls":         {apiError{retry: true, in: 9 * time.Second}, RefusedThrottled, 9 * time.Second, false, StateLive},
		"no such scope":          {apiError{}, RefusedPlatform, 0, false, StateLive},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(t *testing.T, s *stage) {
				api := &speech{fail: c.fail}
				s.cfg.Speak = api.speak
				s.run("nova")
				s.joined("nova")
				err := s.client.Send(t.Context(), "nova", "hello", "")
				var refused *SendError
				require.ErrorAs(t, err, &refused)
				require.ErrorIs(t, err, c.fail)
				require.Equal(t, c.refusal, refused.Refusal)
				require.Equal(t, c.again, refused.RetryAfter)
				require.Equal(t, c.maybe, refused.MaybeSent)
				synctest.Wait()
				require.Equal(t, c.state, s.status("nova").State)
				require.Len(t, api.said, 1, "nothing is said twice")
			})
		})
	}
}

func TestMessagesAreSaidThroughTheSimulatedPlatformsAPI(t *testing.T) {
	inWorld(t, func(w *world) {
		account := sim.DefaultSeed().Accounts[0]
		helix := w.api.Helix("bot", platform.NewUserTokens(w.api, platform.Token{Access: account.Token, Refresh: account.Refresh}, nil))
		w.cfg.Speak = func(ctx context.Context, u Utterance) error {
			_, err := helix.SendMessage(ctx, u.RoomID, u.AccountID, u.Text, u.ReplyTo)
			return err
		}
	}, func(t *testing.T, w *world) {
		w.until(StateLive)
		asked := w.say("anybody there?")
		require.NoError(t, w.client.Send(t.Context(), simChannel, "yes", asked))
		require.NoError(t, w.faults.Set(sim.TargetHelix, "not_sent", 1))
		err := w.client.Send(t.Context(), simChannel, "are you sure?", "")
		var refused *SendError
		require.True(t, errors.As(err, &refused))
		require.Equal(t, "msg_rejected", refused.Notice)
		last := w.server.Messages(simChannel, "", 10)
		require.Len(t, last, 2)
		var said sim.Message
		for _, m := range last {
			if m.Text == "yes" {
				said = m
			}
		}
		require.Equal(t, asked, said.ReplyTo)
		require.True(t, said.ByAPI)
		synctest.Wait()
		echo := w.events[len(w.events)-1]
		require.Equal(t, "yes", echo.Text, "chat shows what was said, by which a lost answer is settled")
		require.True(t, echo.Self)
	})
}

func TestAnAccountThatMayNotSpeakThroughTheAPIWritesToTheConnectionUntilItLogsInAnew(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		api := &speech{fail: fmt.Errorf("missing scope user:write:chat: %w", ErrMayNotSpeak)}
		s.cfg.Speak = api.speak
		s.run("nova")
		p := s.joined("nova")
		send := func(text string) chan error {
			sent := make(chan error, 1)
			go func() { sent <- s.client.Send(t.Context(), "nova", text, "m1") }()
			return sent
		}
		for _, text := range []string{"hello", "again"} {
			sent := send(text)
			require.Equal(t, "@reply-parent-msg-id=m1 PRIVMSG #nova :"+text, p.talk())
			p.took("nova")
			require.NoError(t, <-sent)
		}
		require.Len(t, api.said, 1, "it is asked once")
		require.Equal(t, 1, strings.Count(s.log.String(), "user:write:chat"), "and told once")
		api.fail = nil
		s.client.Resume()
		require.NoError(t, <-send("at last"))
		require.Equal(t, "at last", api.said[1].Text)
	})
}
