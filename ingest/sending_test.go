package ingest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/trigger"
)

// wordy answers "!tell" with a text of three parts on Twitch.
func wordy(s *trigger.Settings) {
	s.Triggers = []definition.Definition{{
		ID: "tell", Type: definition.Command, Command: "tell", Responses: []string{strings.TrimSpace(strings.Repeat("many words ", 110))},
	}}
}

// states are the states of the replies in the order of their rows.
func (r *rig) states() (states []string) {
	r.query(func(conn *pgx.Conn) error {
		rows, _ := conn.Query(context.Background(), `select state from outbox where kind = 'reply' order by id`)
		var err error
		states, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return states
}

// fan is somebody without any role.
func fan(id, text string) chat.Event {
	e := say(mira, id, text)
	e.Author = chat.Author{ID: "u-" + id, Login: "fan" + id, Name: "Fan"}
	return e
}

// ofBot is what the bot's account is shown to have said.
func ofBot(id, text string) chat.Event {
	e := say(mira, id, text)
	e.Self, e.Author = true, chat.Author{ID: "b1", Login: "bot", Name: "Bot"}
	return e
}

func (p *platform) sends(f func(context.Context, said) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.send = f
}

func TestEveryErrorOfAChatSettlesAReplyOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		errs  []error // of one try after the other; then it works
		state string
		tries int
	}{
		"taken":                         {nil, "sent", 1},
		"refused for good":              {[]error{&UnsentError{Err: errAway}}, "failed", 1},
		"refused for a while":           {[]error{&UnsentError{Err: errAway, RetryAfter: time.Millisecond}}, "sent", 2},
		"refused for longer than it is": {[]error{&UnsentError{Err: errAway, RetryAfter: time.Hour}}, "failed", 1},
		"refused, then in doubt":        {[]error{&UnsentError{Err: errAway, RetryAfter: time.Millisecond}, errAway}, "unknown", 2},
		"in doubt":                      {[]error{errAway}, "unknown", 1},
		"in doubt by time":              {[]error{context.DeadlineExceeded}, "unknown", 1},
		"in doubt though it looks not":  {[]error{errors.Join(errAway, context.Canceled)}, "unknown", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, []Creator{creator(mira)})
			r.hold()
			left := c.errs
			r.chat.sends(func(context.Context, said) error { // one at a time
				if len(left) == 0 {
					return nil
				}
				err := left[0]
				left = left[1:]
				return err
			})
			r.account.Message(say(mira, "m1", "!ping"))
			soon(t, c.state, func() bool { return len(r.states()) == 1 && r.states()[0] == c.state })
			r.host.inbox.sweepOutbox(t.Context())
			require.Len(t, r.chat.all(), c.tries)
		})
	}
}

func TestPartsOfALongTextAreSentOnceEachInTheirOrder(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira, wordy)})
	r.hold()
	r.account.Message(fan("m1", "!tell"))
	soon(t, "said", func() bool { return len(r.chat.all()) == 3 })
	require.Equal(t, []string{"sent", "sent", "sent"}, settledStates(r))
	for i, s := range r.chat.all() {
		require.LessOrEqual(t, len(s.text), 500)
		require.Equal(t, i == 2, len(s.text) < 400, "the last is the rest")
	}
	require.Equal(t, 1, r.count(`select count(*) from outbox where dedupe_key like '%:m1/3'`))
}

func settledStates(r *rig) []string {
	soon(r.t, "settled", func() bool {
		return r.count(`select count(*) from outbox where kind = 'reply' and state in ('pending', 'sending')`) == 0
	})
	return r.states()
}

func TestWhatFollowsAPartThatWasNotSaidIsDropped(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira, wordy)})
	r.hold()
	r.chat.sends(func(context.Context, said) error { return &UnsentError{Err: errAway} })
	r.account.Message(fan("m1", "!tell"))
	soon(t, "three rows", func() bool { return len(r.states()) == 3 })
	require.Equal(t, []string{"failed", "dropped", "dropped"}, settledStates(r))
	require.Len(t, r.chat.all(), 1)

	r.chat.sends(func(context.Context, said) error { return errAway })
	later := fan("m2", "!tell")
	later.SentAt, later.ReceivedAt = later.SentAt.Add(10*time.Second), later.ReceivedAt.Add(10*time.Second)
	r.account.Message(later)
	soon(t, "six rows", func() bool { return len(r.states()) == 6 })
	require.Equal(t, []string{"unknown", "unknown", "unknown"}, settledStates(r)[3:], "after a part in doubt the others are said")
}

func TestAModeratorIsAnsweredWhileAViewersAnswerWaits(t *testing.T) {
	t.Parallel()
	free := func(s *trigger.Settings) { s.Ping.GlobalCooldown = 0 }
	r := newRig(t, []Creator{creator(mira, free)})
	r.hold()
	waiting, open := make(chan struct{}, 1), make(chan struct{})
	r.chat.sends(func(ctx context.Context, s said) error {
		if strings.HasPrefix(s.replyTo, "fan") {
			token(waiting)
			<-open
		}
		return nil
	})
	r.account.Message(fan("fan1", "!ping"))
	<-waiting
	r.account.Message(fan("fan2", "!ping"))
	r.account.Message(say(mira, "mod", "!ping"))
	soon(t, "the moderator's answer", func() bool {
		return r.count(`select count(*) from outbox where state = 'sent' and dedupe_key like '%:mod'`) == 1
	})
	require.Equal(t, []string{"sending", "pending", "sent"}, r.states())
	close(open)
	require.Equal(t, []string{"sent", "sent", "sent"}, settledStates(r))
}

func TestAReplyInDoubtThatChatShowsWasSent(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)})
	r.hold()
	r.chat.sends(func(context.Context, said) error { return errAway })
	r.account.Message(say(mira, "m1", "!ping"))
	soon(t, "in doubt", func() bool { return len(r.states()) == 1 && r.states()[0] == "unknown" })
	r.account.Message(ofBot("e0", "something else"))
	r.account.Message(ofBot("e1", "@Ann \u200b"+r.chat.all()[0].text+" \U000e0000"))
	soon(t, "settled", func() bool { return r.states()[0] == "sent" })
	require.Len(t, r.chat.all(), 1)
}

func TestAnEchoThatComesBeforeTheAnswerIsLostSettlesItToo(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)})
	r.hold()
	r.chat.sends(func(_ context.Context, s said) error {
		r.account.Message(ofBot("e1", s.text))
		soon(t, "the echo is stored", func() bool { return r.count(`select count(*) from chat_events where self`) == 1 })
		return errAway
	})
	r.account.Message(say(mira, "m1", "!ping"))
	soon(t, "settled", func() bool { return len(r.states()) == 1 && r.states()[0] == "sent" })
	require.Len(t, r.chat.all(), 1)
}

func TestAnEchoSettlesWhatAKilledHolderWasSending(t *testing.T) {
	t.Parallel()
	for name, stored := range map[string]bool{"read before the kill": true, "read after it": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one := newRig(t, []Creator{creator(mira)})
			one.hold()
			sending := make(chan said, 1)
			one.chat.sends(func(ctx context.Context, s said) error {
				sending <- s
				<-ctx.Done()
				return ctx.Err()
			})
			one.account.Message(say(mira, "m1", "!ping"))
			text := (<-sending).text
			if stored {
				one.account.Message(ofBot("e1", text))
				one.stored(2)
			}
			one.crash()

			two := one.beside()
			two.hold()
			if !stored {
				require.Equal(t, []string{"unknown"}, two.states())
				late := ofBot("e1", text)
				late.History = true
				two.account.Message(late)
			}
			soon(t, "settled", func() bool { return two.states()[0] == "sent" })
			require.Empty(t, two.chat.all())
		})
	}
}

func TestAnEchoSettlesOneReplyOfItsChannelAndTimeOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator(mira)})
	r.hold()
	r.chat.sends(func(context.Context, said) error { return errAway })
	for _, m := range []string{"m1", "m2"} {
		e := say(mira, m, "!ping")
		r.account.Message(e)
	}
	soon(t, "both in doubt", func() bool { return strings.Join(r.states(), " ") == "unknown unknown" })
	text := r.chat.all()[0].text
	elsewhere, late := ofBot("e1", text), ofBot("e2", text)
	elsewhere.Channel, late.ReceivedAt = "elsewhere", time.Now().Add(2*shownWithin)
	r.account.Messages([]chat.Event{elsewhere, late, ofBot("e3", text), ofBot("e3", text)})
	soon(t, "one settled", func() bool { return r.count(`select count(*) from outbox where state = 'sent'`) == 1 })
	require.Equal(t, 1, r.count(`select count(*) from outbox where state = 'unknown'`))
}
