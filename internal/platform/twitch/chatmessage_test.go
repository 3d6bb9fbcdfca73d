package twitch

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAMessageIsSentAsTheAPIWantsIt(t *testing.T) {
	script(t, []answer{{status: 200, body: `{"data":[{"message_id":"m9","is_sent":true}]}`}}, func(t *testing.T, s *service, c *Client) {
		id, err := c.Helix("bot", &fixed{}).SendMessage(t.Context(), "1", "900", `say "hi"`, "m1")
		require.NoError(t, err)
		require.Equal(t, "m9", id)
		require.Equal(t, "POST", s.asked[0].method)
		require.Equal(t, "http://helix.test/helix/chat/messages", s.asked[0].url)
		require.JSONEq(t, `{"broadcaster_id":"1","sender_id":"900","message":"say \"hi\"","reply_parent_message_id":"m1"}`, s.asked[0].body)
	})
}

func TestAMessageIsNeverSentAgainWhenItMayHaveBeen(t *testing.T) {
	for name, c := range map[string]struct {
		answers []answer
		calls   int
		maybe   bool
		is      error
	}{
		"a server that breaks":    {[]answer{{status: 500}}, 1, true, nil},
		"an answer that is lost":  {[]answer{{err: errors.New("reset")}}, 1, true, nil},
		"half an answer":          {[]answer{{status: 200, body: `{"data":[{"message_id":"m9"`, cut: true}}, 1, true, nil},
		"an answer about nothing": {[]answer{{status: 200, body: `{"data":[]}`}}, 1, true, nil},
		"a refused token":         {[]answer{{status: 401, body: `{"message":"Invalid OAuth token"}`}, {status: 200, body: `{"data":[{"message_id":"m9","is_sent":true}]}`}}, 2, false, nil},
		"a scope that is missing": {[]answer{{status: 401, body: `{"message":"Missing scope: user:write:chat"}`}}, 1, false, ErrMissingScope},
		"a text that is too long": {[]answer{{status: 422, body: `{"message":"The message is too large"}`}}, 1, false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			script(t, c.answers, func(t *testing.T, s *service, client *Client) {
				_, err := client.Helix("bot", &fixed{}).SendMessage(t.Context(), "1", "900", "hi", "")
				require.Len(t, s.asked, c.calls)
				var failed *Error
				if errors.As(err, &failed) {
					require.Equal(t, c.maybe, failed.Unanswered())
				}
				if c.is != nil {
					require.ErrorIs(t, err, c.is)
				}
			})
		})
	}
}

func TestAMessageThatIsNotShownSaysWhy(t *testing.T) {
	body := `{"data":[{"message_id":"","is_sent":false,"drop_reason":{"code":"msg_duplicate","message":"identical"}}]}`
	script(t, []answer{{status: 200, body: body}}, func(t *testing.T, s *service, c *Client) {
		_, err := c.Helix("bot", &fixed{}).SendMessage(t.Context(), "1", "900", "hi", "")
		var dropped *DroppedError
		require.ErrorAs(t, err, &dropped)
		require.Equal(t, "msg_duplicate", dropped.Dropped())
		require.ErrorContains(t, err, "identical")
	})
}
