package twitch

import (
	"context"
	"fmt"
	"net/http"

	"github.com/streamsuites/streamsuites/internal/platform/call"
)

// DroppedError says that the platform took a message and did not show it: the
// answer is 200 with is_sent false.
type DroppedError struct {
	Code    string // the platform's, such as msg_duplicate; may be empty
	Message string // its words
}

// Error implements error.
func (e *DroppedError) Error() string {
	return fmt.Sprintf("twitch: helix send message: dropped (%s): %s", e.Code, e.Message)
}

// Dropped returns the platform's code for why the message was not shown.
func (e *DroppedError) Dropped() string { return e.Code }

// SendMessage says a text of at most 500 characters in a channel and returns the
// id of the message. With a user's token the sender is the account of the token,
// which needs the scope user:write:chat; without it the error wraps
// ErrMissingScope. A message that was dropped gives a *DroppedError. A call whose
// answer was lost is not made again; its error says Unanswered.
//
// It is the endpoint "Send Chat Message" of Helix.
func (h *Helix) SendMessage(ctx context.Context, broadcasterID, senderID, text, replyTo string) (id string, err error) {
	const operation = "helix send message"
	if broadcasterID == "" || senderID == "" || text == "" {
		return "", &Error{Platform: platform, Operation: operation, Message: "the channel, the sender and the text have to be given"}
	}
	body := map[string]string{"broadcaster_id": broadcasterID, "sender_id": senderID, "message": text}
	if replyTo != "" {
		body["reply_parent_message_id"] = replyTo
	}
	var answer struct {
		Data []struct {
			MessageID string `json:"message_id"`
			Sent      bool   `json:"is_sent"`
			Reason    struct {
				Code    string `json:"code"`
				Message string `json:"message"`
			} `json:"drop_reason"`
		} `json:"data"`
	}
	err = h.call(ctx, call.Request{
		Operation: operation, Method: http.MethodPost, URL: h.address("/chat/messages", nil), JSON: body,
	}, &answer)
	switch {
	case err != nil:
		return "", err
	case len(answer.Data) != 1:
		return "", &Error{Platform: platform, Operation: operation, Status: http.StatusOK, Retry: true, Message: "the answer is about no message"}
	case !answer.Data[0].Sent:
		return "", &DroppedError{answer.Data[0].Reason.Code, answer.Data[0].Reason.Message}
	}
	return answer.Data[0].MessageID, nil
}
