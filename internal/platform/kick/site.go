package kick

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/streamsuites/streamsuites/internal/platform/call"
)

// Room holds the numbers of a channel that only the site knows.
type Room struct {
	Slug       string
	UserID     int64 // of the channel's owner, as the official API counts
	ChannelID  int64 // what the message service calls the channel
	ChatroomID int64 // what it calls the channel's chat
}

// Room looks a channel up on the site. The page is not documented. Where it
// refuses programs, the error wraps ErrBlocked and the number of the chatroom has
// to be configured; ErrNotFound says that there is no such channel.
func (c *Client) Room(ctx context.Context, slug string) (Room, error) {
	const operation = "look up chatroom"
	var answer struct {
		ID       int64  `json:"id"`
		UserID   int64  `json:"user_id"`
		Slug     string `json:"slug"`
		Chatroom struct {
			ID int64 `json:"id"`
		} `json:"chatroom"`
	}
	err := c.do(ctx, call.Request{
		Operation: operation, Method: http.MethodGet, Again: repeatable,
		URL: c.cfg.Endpoints.Site + "/api/v2/channels/" + url.PathEscape(slug),
	}, &answer)
	var failed *Error
	switch {
	case errors.As(err, &failed) && (failed.Status == http.StatusForbidden || failed.Status == http.StatusUnauthorized):
		return Room{}, failed.Because(ErrBlocked)
	case err != nil:
		return Room{}, explained(err)
	case answer.Chatroom.ID <= 0:
		return Room{}, &Error{Platform: platform, Operation: operation, Status: http.StatusOK, Retry: true, Message: "answer names no chatroom"}
	}
	return Room{Slug: answer.Slug, UserID: answer.UserID, ChannelID: answer.ID, ChatroomID: answer.Chatroom.ID}, nil
}
