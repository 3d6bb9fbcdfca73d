package twitch

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/streamsuites/streamsuites/internal/platform/call"
)

// Why a message was not deleted, wrapped by the error of DeleteMessage. The
// platform answers each in words of its own; a refusal that these do not cover
// is an *Error with the platform's words alone.
var (
	// ErrMessageGone says that there is no such message (any more).
	ErrMessageGone = errors.New("the message does not exist any more")
	// ErrMessageTooOld says that the message is older than six hours.
	ErrMessageTooOld = errors.New("the message is too old to be deleted")
	// ErrMessageProtected says that the message is the broadcaster's or another
	// moderator's.
	ErrMessageProtected = errors.New("messages of moderators and of the broadcaster cannot be deleted")
	// ErrNotModerator says that the account moderates no such channel.
	ErrNotModerator = errors.New("the account is not a moderator of the channel")
)

// DeleteMessage takes one message out of a channel's chat. The account of the
// tokens is the moderator and needs the scope moderator:manage:chat_messages;
// without it the error wraps ErrMissingScope. Asking twice does no harm: the
// second answer is ErrMessageGone.
//
// It is the endpoint "Delete Chat Messages" of Helix. Without a message's id
// that wipes the whole chat, so an empty id is an error here.
func (h *Helix) DeleteMessage(ctx context.Context, broadcasterID, moderatorID, messageID string) error {
	const operation = "helix delete message"
	if broadcasterID == "" || moderatorID == "" || messageID == "" {
		return &Error{Platform: platform, Operation: operation, Message: "the channel, the moderator and the message have to be named"}
	}
	err := h.call(ctx, call.Request{
		Operation: operation, Method: http.MethodDelete, Again: repeatable,
		URL: h.address("/moderation/chat", url.Values{
			"broadcaster_id": {broadcasterID}, "moderator_id": {moderatorID}, "message_id": {messageID},
		}),
	}, nil)
	var failed *Error
	if !errors.As(err, &failed) {
		return err
	}
	switch words := strings.ToLower(failed.Message); {
	case failed.Status == http.StatusForbidden:
		return failed.Because(ErrNotModerator)
	case failed.Status == http.StatusNotFound && strings.Contains(words, "6 hours"):
		return failed.Because(ErrMessageTooOld)
	case failed.Status == http.StatusNotFound:
		return failed.Because(ErrMessageGone)
	case failed.Status == http.StatusBadRequest && strings.Contains(words, "may not delete"):
		return failed.Because(ErrMessageProtected)
	}
	return err
}
