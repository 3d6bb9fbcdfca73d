package twitch

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	platform "github.com/streamsuites/streamsuites/internal/platform/twitch"
	sim "github.com/streamsuites/streamsuites/internal/sim/twitch"
)

// deletions is an API that remembers what it was asked to delete.
type deletions struct {
	asked []Deletion
	fail  error
}

func (d *deletions) delete(_ context.Context, deletion Deletion) error {
	d.asked = append(d.asked, deletion)
	return d.fail
}

// apiError is a failure with everything that the API can say about one.
type apiError struct {
	retry, unanswered bool
	in                time.Duration
}

func (apiError) Error() string            { return "the API refuses" }
func (e apiError) Retryable() bool        { return e.retry }
func (e apiError) Unanswered() bool       { return e.unanswered }
func (e apiError) RetryIn() time.Duration { return e.in }

func requireUndeleted(t *testing.T, err error, refusal Refusal) *DeleteError {
	t.Helper()
	var refused *DeleteError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, refusal, refused.Refusal)
	return refused
}

func TestADeletionNamesTheRoomAndTheAccount(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		api := &deletions{}
		s.cfg.Delete = api.delete
		s.run("nova")
		p := s.joined("nova")
		require.NoError(t, s.client.Delete(t.Context(), "#Nova", " m1 "))
		require.Equal(t, []Deletion{{RoomID: "1", AccountID: "900", MessageID: "m1"}}, api.asked)

		p.write("@room-id=22;slow=9 :tmi.twitch.tv ROOMSTATE #nova")
		p.write("@room-id=../x :tmi.twitch.tv ROOMSTATE #nova") // no number of a room
		p.write("@id=m2;room-id=33;user-id=7 :ann!ann@ann PRIVMSG #nova :hi")
		require.Equal(t, []string{"m2"}, s.ids())
		require.NoError(t, s.client.Delete(t.Context(), "nova", "m2"))
		require.Equal(t, "22", api.asked[1].RoomID, "the room's own line counts")
	})
}

func TestTheRoomIsKnownFromItsChatAsWell(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		api := &deletions{}
		s.cfg.Delete = api.delete
		s.run("nova")
		p := s.welcomed()
		p.expect("JOIN #nova")
		p.write(":bot!bot@bot.tmi.twitch.tv JOIN #nova")
		require.Equal(t, StateLive, s.status("nova").State)
		refused := requireUndeleted(t, s.client.Delete(t.Context(), "nova", "m1"), RefusedNotConnected)
		require.Positive(t, refused.RetryAfter, "it will be known soon")
		p.write("@id=m1;room-id=44;source-room-id=55;user-id=7 :ann!ann@ann PRIVMSG #nova :hi")
		require.Equal(t, []string{"m1"}, s.ids())
		require.NoError(t, s.client.Delete(t.Context(), "nova", "m1"))
		require.Equal(t, "44", api.asked[0].RoomID, "not the partner's")
	})
}

func TestWhatCannotBeDeletedIsRefusedWithoutAskingAnybody(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		api := &deletions{}
		s.cfg.Delete = api.delete
		s.run("nova")
		s.joined("nova")
		for id, refusal := range map[string]Refusal{"": RefusedMessageID, " ": RefusedMessageID, "sha-00112233445566778899aabbccddeeff": RefusedMessageID} {
			require.Zero(t, requireUndeleted(t, s.client.Delete(t.Context(), "nova", id), refusal).RetryAfter)
		}
		requireUndeleted(t, s.client.Delete(t.Context(), "vega", "m1"), RefusedNotJoined)
		requireUndeleted(t, s.client.Delete(t.Context(), "a b", "m1"), RefusedNotJoined)
		require.Empty(t, api.asked)
	})
}

func TestWithoutTheAPINothingCanBeDeleted(t *testing.T) {
	t.Parallel()
	token := func(context.Context) (string, error) { return "t", nil }
	requireUndeleted(t, New(Config{Login: "bot", Token: token}, &recorder{}).Delete(t.Context(), "nova", "m1"), RefusedNoAPI)
	requireUndeleted(t, New(Config{Delete: (&deletions{}).delete}, &recorder{}).Delete(t.Context(), "nova", "m1"), RefusedReadOnly)
}

func TestWhatTheAPISaysDecidesWhetherADeletionIsTriedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		fail  error
		retry time.Duration
		maybe bool
	}{
		"a refusal":                  {errors.New("no"), 0, false},
		"a refusal that says so":     {apiError{}, 0, false},
		"a limit":                    {apiError{retry: true, in: time.Minute}, time.Minute, false},
		"a limit that names no time": {apiError{retry: true}, deleteAgain, false},
		"an answer that was lost":    {apiError{retry: true, unanswered: true}, deleteAgain, true},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(t *testing.T, s *stage) {
				s.cfg.Delete = (&deletions{fail: c.fail}).delete
				s.run("nova")
				s.joined("nova")
				err := s.client.Delete(t.Context(), "nova", "m1")
				refused := requireUndeleted(t, err, RefusedPlatform)
				require.ErrorIs(t, err, c.fail)
				require.Equal(t, c.retry, refused.RetryAfter)
				require.Equal(t, c.maybe, refused.MaybeDeleted)
			})
		})
	}
}

func TestMessagesAreDeletedAtTheSimulatedPlatform(t *testing.T) {
	inWorld(t, func(w *world) {
		account := sim.DefaultSeed().Accounts[0]
		helix := w.api.Helix("bot", platform.NewUserTokens(w.api, platform.Token{Access: account.Token, Refresh: account.Refresh}, nil))
		w.cfg.Delete = func(ctx context.Context, d Deletion) error {
			return helix.DeleteMessage(ctx, d.RoomID, d.AccountID, d.MessageID)
		}
	}, func(t *testing.T, w *world) {
		w.until(StateLive)
		id := w.say("spam")
		require.NoError(t, w.client.Delete(t.Context(), simChannel, id))
		require.True(t, w.server.Messages(simChannel, "", 1)[0].Deleted)
		require.ErrorIs(t, w.client.Delete(t.Context(), simChannel, id), platform.ErrMessageGone)
		require.Equal(t, id, w.ids()[0])
		require.Equal(t, id, w.events[1].Target)
		require.Equal(t, []OtherKind{OtherClearMsg}, w.other)

		old := w.say("long ago")
		pass(6*time.Hour + time.Minute)
		require.ErrorIs(t, w.client.Delete(t.Context(), simChannel, old), platform.ErrMessageTooOld)

		mine, err := w.server.Say(sim.Utterance{User: simChannel, Text: "mine"})
		require.NoError(t, err)
		require.ErrorIs(t, w.client.Delete(t.Context(), simChannel, mine.ID), platform.ErrMessageProtected)

		last := w.say("more spam")
		require.NoError(t, w.faults.Set(sim.TargetHelix, "503", 2))
		refused := requireUndeleted(t, w.client.Delete(t.Context(), simChannel, last), RefusedPlatform)
		require.True(t, refused.MaybeDeleted)
		require.Positive(t, refused.RetryAfter)
		require.NoError(t, w.faults.Set(sim.TargetHelix, "truncate", 1))
		require.ErrorIs(t, w.client.Delete(t.Context(), simChannel, last), platform.ErrMessageGone, "the first try did it, its answer was lost")
	})
}
