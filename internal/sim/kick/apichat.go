package kick

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// chatRequest is the body of a message that an application sends.
type chatRequest struct {
	Broadcaster int64  `json:"broadcaster_user_id"`
	Content     string `json:"content"`
	ReplyTo     string `json:"reply_to_message_id"`
	Type        string `json:"type"`
}

// postChat sends a message.
func (s *Server) postChat(w http.ResponseWriter, c call) {
	var body chatRequest
	if json.NewDecoder(c.Body).Decode(&body) != nil {
		refuse(w, http.StatusBadRequest, "Invalid request body")
		return
	}
	if message := s.fault(body, c); message != "" {
		refuse(w, http.StatusBadRequest, message)
		return
	}
	sender, channel, ok := s.parties(body, c)
	if !ok {
		refuse(w, http.StatusNotFound, "Channel not found")
		return
	}
	kind, _ := s.options.Faults.Take(TargetChat, chatNotSent, chatCloseBefore, chatCloseAfter)
	switch kind {
	case chatNotSent:
		answer(w, object{"is_sent": false, "message_id": ""})
		return
	case chatCloseBefore:
		panic(http.ErrAbortHandler)
	}
	m, refused := s.accept(sender, channel, body)
	if kind == chatCloseAfter {
		panic(http.ErrAbortHandler)
	}
	s.answerChat(w, m, refused)
}

// fault is what is wrong with a body, empty for nothing.
func (s *Server) fault(body chatRequest, c call) string {
	switch {
	case body.Type != "user" && body.Type != "bot":
		return "Invalid request: type must be user or bot"
	case strings.TrimSpace(body.Content) == "":
		return "Invalid request: content is required"
	case utf8.RuneCountInString(body.Content) > maxText:
		return "Invalid request: content must not be longer than 500 characters"
	case body.Type == "user" && !c.byUser():
		return "Invalid request: type user needs a user access token"
	case body.Broadcaster == 0 && (body.Type == "user" || !c.byUser()):
		return "Invalid request: broadcaster_user_id is required"
	default:
		return ""
	}
}

// parties finds who speaks and where.
func (s *Server) parties(body chatRequest, c call) (sender Account, channel Channel, ok bool) {
	if body.Type == "user" {
		channel, ok = s.seed.channelOf(body.Broadcaster)
		return c.user, channel, ok
	}
	owner := body.Broadcaster
	if c.byUser() {
		owner = c.user.ID
	}
	channel, ok = s.seed.channelOf(owner)
	return s.seed.account(s.seed.Bot), channel, ok
}

// answerChat tells what came of a message.
func (s *Server) answerChat(w http.ResponseWriter, m Message, refused refusal) {
	switch {
	case refused.err != nil:
		s.unwell(w, refused.err)
	case refused.wait > 0:
		tooMany(w, refused.wait)
	case refused.status != 0:
		refuse(w, refused.status, refused.message)
	default:
		answer(w, object{"is_sent": true, "message_id": m.ID})
	}
}

// refusal is why a message was not accepted.
type refusal struct {
	status  int
	message string
	wait    time.Duration
	err     error
}

// accept keeps a message and tells it, or says why not.
func (s *Server) accept(sender Account, channel Channel, body chatRequest) (Message, refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.banned(channel.Slug, sender.Slug()) {
		return Message{}, refusal{status: http.StatusForbidden, message: "Forbidden: the user is banned from this chat"}
	}
	_, known := s.find(body.ReplyTo)
	_, deleted := s.state.Deleted[body.ReplyTo]
	if body.ReplyTo != "" && (!known || deleted) {
		return Message{}, refusal{status: http.StatusNotFound, message: "Message to reply to not found"}
	}
	if wait, ok := s.sent.Take(sender.Slug(), s.now(), s.options.Limits.MessageSpan, s.options.Limits.Messages); !ok {
		return Message{}, refusal{wait: wait}
	}
	m := Message{ID: s.options.NewID(), Channel: channel.Slug, User: sender.Slug(), Text: strings.TrimSpace(body.Content), ReplyTo: body.ReplyTo,
		At: s.now().UTC(), Display: sender.Username, Roles: rolesIn(channel, sender.Slug()), Metered: true}
	return m, refusal{err: s.publish(channel, m, ViaBoth)}
}

// deleteChat takes a message out of chat.
func (s *Server) deleteChat(w http.ResponseWriter, c call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.find(c.PathValue("id"))
	_, gone := s.state.Deleted[m.ID]
	channel, _ := s.seed.channel(m.Channel)
	switch {
	case !ok || gone:
		refuse(w, http.StatusNotFound, "Message not found")
	case !s.moderates(c, channel):
		refuse(w, http.StatusForbidden, "Forbidden")
	default:
		if err := s.remove(m); err != nil {
			s.unwell(w, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

// moderates reports whether a request comes from one of a channel's moderators or
// its owner.
func (s *Server) moderates(c call, channel Channel) bool {
	return c.byUser() && (c.token.User == channel.Slug || slices.Contains(channel.Moderators, c.token.User))
}
