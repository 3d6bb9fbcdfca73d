package kick

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"unicode/utf8"
)

// banRequest is the body of a ban and of the end of one.
type banRequest struct {
	Broadcaster int64  `json:"broadcaster_user_id"`
	User        int64  `json:"user_id"`
	Duration    *int   `json:"duration"` // minutes; nil for ever
	Reason      string `json:"reason"`
}

// banned reads a request about a ban: where, and the name of whom.
func (s *Server) aboutBan(w http.ResponseWriter, c call) (body banRequest, channel Channel, name string, ok bool) {
	if json.NewDecoder(c.Body).Decode(&body) != nil || body.User == 0 || body.Broadcaster == 0 {
		refuse(w, http.StatusBadRequest, "Invalid request: broadcaster_user_id and user_id are required")
		return body, channel, "", false
	}
	channel, found := s.seed.channelOf(body.Broadcaster)
	if !found {
		refuse(w, http.StatusNotFound, "Channel not found")
		return body, channel, "", false
	}
	if !s.moderates(c, channel) {
		refuse(w, http.StatusForbidden, "Forbidden")
		return body, channel, "", false
	}
	name, found = s.nameOf(body.User)
	if !found {
		refuse(w, http.StatusNotFound, "User not found")
		return body, channel, "", false
	}
	return body, channel, name, true
}

// nameOf finds the name of an account, or of somebody who has spoken, by id.
func (s *Server) nameOf(id int64) (string, bool) {
	for _, account := range s.known() {
		if account.ID == id {
			return account.Username, true
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range slices.Backward(s.messages.Newest()) {
		if s.author(m).ID == id {
			return m.Display, true
		}
	}
	return "", false
}

// postBan bans somebody, or times them out where the body has a duration.
func (s *Server) postBan(w http.ResponseWriter, c call) {
	body, channel, name, ok := s.aboutBan(w, c)
	if !ok {
		return
	}
	minutes := 0
	if body.Duration != nil {
		minutes = *body.Duration
		if minutes < 1 {
			refuse(w, http.StatusBadRequest, "Invalid request: duration must be 1 to 10080 minutes")
			return
		}
	}
	if utf8.RuneCountInString(body.Reason) > 100 {
		refuse(w, http.StatusBadRequest, "Invalid request: reason must not be longer than 100 characters")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.ban(channel, name, minutes, c.user, body.Reason)
	var impossible *InvalidError
	switch {
	case errors.As(err, &impossible):
		refuse(w, http.StatusBadRequest, "Invalid request: "+impossible.Reason)
	case err != nil:
		s.unwell(w, err)
	default:
		answer(w, object{})
	}
}

// deleteBan ends a ban or a timeout.
func (s *Server) deleteBan(w http.ResponseWriter, c call) {
	_, channel, name, ok := s.aboutBan(w, c)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.unban(channel, name, c.user); err != nil {
		s.unwell(w, err)
		return
	}
	answer(w, object{})
}
