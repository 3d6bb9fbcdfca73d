package ingest

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/ingest/twitch"
	"github.com/streamsuites/streamsuites/internal/chat"
)

func TestADeletionThatNobodyCanMakeIsCertainlyNotMade(t *testing.T) {
	t.Parallel()
	token := func(context.Context) (string, error) { return "t", nil }
	account := twitchChat{twitch.New(twitch.Config{Login: "bot", Token: token}, twitchReader{})}
	err := account.Delete(t.Context(), "nova", "m1")
	var unsent *UnsentError
	require.ErrorAs(t, err, &unsent)
	require.Zero(t, unsent.RetryAfter, "asking again makes no sense")
	var refused *twitch.DeleteError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, twitch.RefusedNoAPI, refused.Refusal)
}

func TestWhatADeletionsErrorSaysIsKept(t *testing.T) {
	t.Parallel()
	limit := &twitch.DeleteError{Channel: "nova", Refusal: twitch.RefusedPlatform, RetryAfter: 7, Err: errors.New("limit")}
	var unsent *UnsentError
	require.ErrorAs(t, undeleted(limit), &unsent)
	require.EqualValues(t, 7, unsent.RetryAfter)
	lost := &twitch.DeleteError{Channel: "nova", Refusal: twitch.RefusedPlatform, MaybeDeleted: true}
	require.NotErrorAs(t, undeleted(lost), &unsent, "it may be gone")
	require.NoError(t, undeleted(nil))
}

func TestAnEventThatArrivesTwiceIsStoredOnceAlthoughItHasNoText(t *testing.T) {
	t.Parallel()
	r := newRig(t, []Creator{creator("cr0001")})
	r.hold()
	raid := chat.Event{
		Platform: chat.Twitch, MessageID: "raid-1", CreatorID: "cr0001", Channel: channelOf("cr0001"),
		Author: chat.Author{ID: "7", Login: "raider", Name: "Raider"}, Kind: chat.Raid, Amount: 42,
	}
	reader := twitchReader{r.account}
	reader.OnEvent(raid)
	reader.OnEvent(raid)
	gift := raid
	gift.MessageID, gift.Kind, gift.Amount = "gift-1", chat.Gift, 5
	reader.OnEvent(gift)
	r.stored(2)
	require.Equal(t, 2, r.count(`select count(*) from streamsuites.chat_events where text = ''`))
}
