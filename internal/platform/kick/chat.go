package kick

import (
	"context"
	"net/http"
	"net/url"

	"github.com/streamsuites/streamsuites/internal/platform/call"
)

// MaxMessage is how many characters a chat message may have.
const MaxMessage = 500

// As whom a message is sent.
const (
	AsUser = "user" // as the account of the token, into the named channel
	AsBot  = "bot"  // as the application's bot, into the channel of the token's account
)

// Message is a chat message to be sent.
type Message struct {
	As            string // AsUser or AsBot
	BroadcasterID int64  // whose channel; not for AsBot
	Text          string // at most MaxMessage characters
	ReplyTo       string // id of the message that it answers, or empty
}

// Send writes a message into chat and returns its id. It is made at most once:
// of an *Error, Unanswered tells that the message may have appeared. An answer
// that says it was not shown is an error that wraps ErrNotSent.
func (a *API) Send(ctx context.Context, m Message) (id string, err error) {
	body := struct {
		Type          string `json:"type"`
		Content       string `json:"content"`
		BroadcasterID int64  `json:"broadcaster_user_id,omitempty"`
		ReplyTo       string `json:"reply_to_message_id,omitempty"`
	}{m.As, m.Text, m.BroadcasterID, m.ReplyTo}
	if m.As == AsBot {
		body.BroadcasterID = 0
	}
	var answer struct {
		Data struct {
			IsSent    bool   `json:"is_sent"`
			MessageID string `json:"message_id"`
		} `json:"data"`
		Message string `json:"message"`
	}
	const operation = "send message"
	err = a.call(ctx, call.Request{
		Operation: operation, Method: http.MethodPost, JSON: body, URL: a.address("/public/v1/chat", nil),
	}, &answer)
	switch {
	case err != nil:
		return "", err
	case !answer.Data.IsSent:
		return "", &Error{Platform: platform, Operation: operation, Status: http.StatusOK, Message: words(answer.Message), Err: ErrNotSent}
	}
	return answer.Data.MessageID, nil
}

// words are the server's for a refusal; its "OK" says nothing.
func words(message string) string {
	if message == "OK" {
		return ""
	}
	return call.Short(message)
}

// DeleteMessage takes a message out of chat. Asking twice does no harm: the
// second answer wraps ErrNotFound.
func (a *API) DeleteMessage(ctx context.Context, messageID string) error {
	const operation = "delete message"
	if messageID == "" {
		return &Error{Platform: platform, Operation: operation, Message: "the message has to be named"}
	}
	return a.call(ctx, call.Request{
		Operation: operation, Method: http.MethodDelete, Again: repeatable,
		URL: a.address("/public/v1/chat/"+url.PathEscape(messageID), nil),
	}, nil)
}
