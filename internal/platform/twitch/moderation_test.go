package twitch

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAMessageIsDeletedByItsNumbers(t *testing.T) {
	script(t, []answer{{status: 204}}, func(t *testing.T, s *service, c *Client) {
		require.NoError(t, c.Helix("bot", &fixed{}).DeleteMessage(t.Context(), "1", "900", "m&1"))
		require.Equal(t, "DELETE", s.asked[0].method)
		require.Equal(t, "http://helix.test/helix/moderation/chat?broadcaster_id=1&message_id=m%261&moderator_id=900", s.asked[0].url)
		require.Equal(t, "Bearer tok-1", s.asked[0].auth)
		require.Equal(t, "client", s.asked[0].clientID)
	})
}

func TestNothingIsAskedWithoutAMessage(t *testing.T) {
	script(t, []answer{{status: 204}}, func(t *testing.T, s *service, c *Client) {
		h := c.Helix("bot", &fixed{})
		for _, ids := range [][3]string{{"1", "900", ""}, {"1", "", "m1"}, {"", "900", "m1"}} {
			err := h.DeleteMessage(t.Context(), ids[0], ids[1], ids[2])
			require.ErrorContains(t, err, "have to be named")
		}
		require.Empty(t, s.asked, "the platform would wipe the whole chat")
	})
}

func TestEveryRefusalOfADeletionHasItsMeaning(t *testing.T) {
	body := func(text string) string { return `{"error":"x","status":0,"message":"` + text + `"}` }
	for name, c := range map[string]struct {
		answers    []answer
		meaning    error
		calls      int
		refreshes  int
		retry      bool
		unanswered bool
	}{
		"a scope that was not granted": {answers: []answer{{status: 401, body: body("Missing scope: moderator:manage:chat_messages")}}, meaning: ErrMissingScope, calls: 1},
		"a token that is not good":     {answers: []answer{{status: 401, body: body("Invalid OAuth token")}}, meaning: ErrNeedsLogin, calls: 2, refreshes: 1},
		"a scope that the fresh token lacks": {answers: []answer{{status: 401, body: body("Invalid OAuth token")}, {status: 401, body: body("Missing scope: x")}},
			meaning: ErrMissingScope, calls: 2, refreshes: 1},
		"no moderator there":        {answers: []answer{{status: 403, body: body("The user in moderator_id is not one of the broadcaster's moderators.")}}, meaning: ErrNotModerator, calls: 1},
		"a message that is gone":    {answers: []answer{{status: 404, body: body("The ID in message_id was not found.")}}, meaning: ErrMessageGone, calls: 1},
		"a message of this morning": {answers: []answer{{status: 404, body: body("The specified message was created more than 6 hours ago.")}}, meaning: ErrMessageTooOld, calls: 1},
		"a message of a moderator":  {answers: []answer{{status: 400, body: body("You may not delete another moderator's messages.")}}, meaning: ErrMessageProtected, calls: 1},
		"a message of the owner":    {answers: []answer{{status: 400, body: body("You may not delete the broadcaster's messages.")}}, meaning: ErrMessageProtected, calls: 1},
		"a number that is none":     {answers: []answer{{status: 400, body: body("The ID in broadcaster_id must be a numeric ID.")}}, calls: 1},
		"too many calls":            {answers: []answer{{status: 429}}, calls: 2, retry: true},
		"a server that breaks":      {answers: []answer{{status: 500}}, calls: 2, retry: true, unanswered: true},
		"an answer that is lost":    {answers: []answer{{err: errors.New("reset")}}, calls: 2, retry: true, unanswered: true},
		"a repetition of what worked": {answers: []answer{{err: errors.New("reset")}, {status: 404, body: body("The ID in message_id was not found.")}},
			meaning: ErrMessageGone, calls: 2},
	} {
		t.Run(name, func(t *testing.T) {
			script(t, c.answers, func(t *testing.T, s *service, client *Client) {
				tokens := &fixed{}
				err := client.Helix("bot", tokens).DeleteMessage(t.Context(), "1", "900", "m1")
				var failed *Error
				require.ErrorAs(t, err, &failed)
				require.Equal(t, "helix delete message", failed.Operation)
				require.Len(t, s.asked, c.calls)
				require.Equal(t, c.refreshes, tokens.refreshes)
				require.Equal(t, c.retry, failed.Retryable())
				require.Equal(t, c.unanswered, failed.Unanswered())
				for _, meaning := range []error{ErrMissingScope, ErrNeedsLogin, ErrNotModerator, ErrMessageGone, ErrMessageTooOld, ErrMessageProtected} {
					require.Equal(t, errors.Is(meaning, c.meaning), errors.Is(err, meaning), meaning.Error())
				}
				require.NotContains(t, err.Error(), "tok-")
			})
		})
	}
}

func TestADeletionThatMeetsALimitSaysWhenToAskAgain(t *testing.T) {
	script(t, []answer{{status: 429, header: map[string]string{"Retry-After": "600"}}}, func(t *testing.T, _ *service, c *Client) {
		var failed *Error
		require.ErrorAs(t, c.Helix("bot", &fixed{}).DeleteMessage(t.Context(), "1", "900", "m1"), &failed)
		require.Equal(t, 600*time.Second, failed.RetryIn())
	})
}
