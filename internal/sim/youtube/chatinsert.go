package youtube

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxChatText is how long a message can be, in characters.
const maxChatText = 200

// chatBody is a message as its author describes it.
type chatBody struct {
	Snippet struct {
		LiveChatID         string `json:"liveChatId"`
		Type               string `json:"type"`
		TextMessageDetails struct {
			MessageText string `json:"messageText"`
		} `json:"textMessageDetails"`
		PollDetails struct {
			Metadata pollMetadata `json:"metadata"`
		} `json:"pollDetails"`
	} `json:"snippet"`
}

type pollMetadata struct {
	QuestionText string `json:"questionText"`
	Options      []struct {
		OptionText string `json:"optionText"`
	} `json:"options"`
}

// insertChat lets an account write into a chat.
func (s *Server) insertChat(w http.ResponseWriter, r *http.Request) {
	kind, _ := s.faults.Take(TargetChatInsert)
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	spoil(w, r, kind, func(w http.ResponseWriter, r *http.Request) {
		who, ok := s.admitWriter(w, r, methodSay)
		if !ok {
			return
		}
		asked, refused := partsAmong(r.URL.Query()["part"], chatParts)
		var said chatBody
		if refused == nil && json.NewDecoder(r.Body).Decode(&said) != nil {
			refused = errParse
		}
		if refused == nil {
			refused = said.check()
		}
		if refused != nil {
			refuse(w, r, refused)
			return
		}
		s.write(w, r, who, said, asked)
	})
}

// check finds out what is wrong with a message itself.
func (c chatBody) check() refusal {
	text := c.Snippet.TextMessageDetails.MessageText
	switch {
	case c.Snippet.LiveChatID == "":
		return errChatIDRequired
	case c.Snippet.Type == "":
		return errTypeRequired
	case c.Snippet.Type == typePoll:
		return c.Snippet.PollDetails.Metadata.check()
	case c.Snippet.Type != typeText:
		return errPrecondition
	case strings.TrimSpace(text) == "":
		return errTextRequired
	case utf8.RuneCountInString(text) > maxChatText:
		return errTextInvalid
	}
	return nil
}

func (m pollMetadata) check() refusal {
	if strings.TrimSpace(m.QuestionText) == "" || len(m.Options) < 2 || len(m.Options) > 4 {
		return errPrecondition
	}
	for _, option := range m.Options {
		if strings.TrimSpace(option.OptionText) == "" {
			return errPrecondition
		}
	}
	return nil
}

// write puts what an account has said into its chat.
func (s *Server) write(w http.ResponseWriter, r *http.Request, who caller, said chatBody, asked []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, refused := s.openChat(said.Snippet.LiveChatID)
	if refused == nil {
		refused = s.mayWrite(who, b)
	}
	author := s.person(who.Account, b)
	i := &item{Chat: b.ChatID, Type: said.Snippet.Type, Author: author, At: s.now().UTC(), Metered: true}
	if refused == nil && i.Type == typePoll {
		refused = s.mayPoll(author, b)
	}
	if refused != nil {
		refuse(w, r, refused)
		return
	}
	i.fill(said)
	if err := s.post(i); err != nil {
		s.broken(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, i.resource(asked))
}

// fill takes over what was said.
func (i *item) fill(said chatBody) {
	if i.Type == typePoll {
		metadata := said.Snippet.PollDetails.Metadata
		options := make([]string, 0, len(metadata.Options))
		for _, option := range metadata.Options {
			options = append(options, option.OptionText)
		}
		i.Details, i.Text = pollDetails(metadata.QuestionText, options, "active"), metadata.QuestionText
		return
	}
	i.Text = said.Snippet.TextMessageDetails.MessageText
	i.Shown, i.Details = i.Text, map[string]any{"messageText": i.Text}
}

// mayWrite finds out whether somebody may write into a chat now. The caller holds
// the lock.
func (s *Server) mayWrite(who caller, b Broadcast) refusal {
	p := s.person(who.Account, b)
	switch {
	case !b.Live():
		return errChatEnded
	case s.banned(b.Channel, who.Channel):
		return errChatForbidden
	case s.room(b.ChatID).sponsorsOnly && !moderates(p):
		return errChatForbidden
	}
	return nil
}

// moderates reports whether somebody may remove what others wrote.
func moderates(p person) bool { return p.is(RoleOwner) || p.is(RoleModerator) }

// mayPoll finds out whether somebody may begin a poll. The caller holds the lock.
func (s *Server) mayPoll(p person, b Broadcast) refusal {
	switch {
	case !moderates(p):
		return errChatForbidden
	case s.room(b.ChatID).poll != nil:
		return errPrecondition
	}
	return nil
}

// closePoll ends a chat's poll.
func (s *Server) closePoll(w http.ResponseWriter, r *http.Request) {
	kind, _ := s.faults.Take(TargetChatModerate)
	spoil(w, r, kind, func(w http.ResponseWriter, r *http.Request) {
		who, ok := s.admitWriter(w, r, methodTransition)
		if !ok {
			return
		}
		query := r.URL.Query()
		s.mu.Lock()
		defer s.mu.Unlock()
		poll, b := s.findItem(query.Get("id"))
		switch {
		case poll == nil:
			refuse(w, r, errMessageNotFound)
		case !moderates(s.person(who.Account, b)):
			refuse(w, r, errChatForbidden)
		case query.Get("status") != "closed" || s.room(b.ChatID).poll != poll:
			refuse(w, r, errPrecondition)
		default:
			s.answerClosed(w, r, poll)
		}
	})
}

// answerClosed puts a poll into its chat once more, closed. The caller holds the
// lock.
func (s *Server) answerClosed(w http.ResponseWriter, r *http.Request, poll *item) {
	closed := *poll
	closed.At, closed.Metered = s.now().UTC(), true
	closed.Details = map[string]any{"metadata": poll.Details["metadata"], "status": "closed"}
	if err := s.post(&closed); err != nil {
		s.broken(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, closed.resource(chatParts))
}

// partsAmong reads the parameter part where these can be asked for.
func partsAmong(values, known []string) ([]string, refusal) {
	asked := splitIDs(values)
	if len(asked) == 0 {
		return nil, badParameter("missingRequiredParameter", "Missing required parameter: part", "part")
	}
	if i := slices.IndexFunc(asked, func(name string) bool { return !slices.Contains(known, name) }); i >= 0 {
		return nil, badParameter("unknownPart", "'"+asked[i]+"'", "part")
	}
	return asked, nil
}
