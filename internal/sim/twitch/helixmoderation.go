package twitch

import (
	"net/http"
	"slices"
	"time"
)

const (
	scopeDelete = "moderator:manage:chat_messages"
	// deletable is how old a message may be that is to be deleted.
	deletable = 6 * time.Hour
)

// deleteMessage takes a message out of a channel's chat, or all of them when
// none is named.
func (s *Server) deleteMessage(w http.ResponseWriter, r *http.Request, t token) {
	query := r.URL.Query()
	broadcaster, moderator, id := query.Get("broadcaster_id"), query.Get("moderator_id"), query.Get("message_id")
	if broadcaster == "" || moderator == "" {
		refuse(w, http.StatusBadRequest, "The ID in broadcaster_id and the ID in moderator_id are required")
		return
	}
	account, channel, ok := s.parties(moderator, broadcaster)
	switch {
	case t.Login == "":
		refuse(w, http.StatusUnauthorized, "The request requires a user access token")
	case !ok || account.Login != t.Login:
		refuse(w, http.StatusUnauthorized, "The ID in moderator_id must match the user ID found in the request's OAuth token")
	case !t.allows(scopeDelete):
		refuse(w, http.StatusUnauthorized, "Missing scope: "+scopeDelete)
	case !privileged(rolesIn(channel, account.Login)):
		refuse(w, http.StatusForbidden, "The user in moderator_id is not one of the broadcaster's moderators")
	case id == "":
		if err := s.Clear(channel.Login); err != nil {
			refuse(w, http.StatusInternalServerError, "")
			return
		}
		w.WriteHeader(http.StatusNoContent)
	default:
		if status, words := s.deleteFor(account, channel, id); status != http.StatusNoContent {
			refuse(w, status, words)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

// deleteFor deletes a message for one of the channel's moderators.
func (s *Server) deleteFor(account Account, channel Channel, id string) (status int, words string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.find(id)
	_, gone := s.state.Deleted[id]
	switch {
	case !ok || gone || m.Channel != channel.Login:
		return http.StatusNotFound, "The ID in message_id was not found"
	case s.now().Sub(m.At) > deletable:
		return http.StatusNotFound, "The specified message was created more than 6 hours ago"
	case slices.Contains(m.Roles, RoleBroadcaster) && m.User != account.Login:
		return http.StatusBadRequest, "You may not delete the broadcaster's messages"
	case slices.Contains(m.Roles, RoleModerator) && m.User != account.Login:
		return http.StatusBadRequest, "You may not delete another moderator's messages"
	}
	if err := s.remove(m); err != nil {
		s.options.Log.Error().Err(err).Msg("deletion could not be kept")
		return http.StatusInternalServerError, ""
	}
	return http.StatusNoContent, ""
}

// remove takes a message out of its channel's chat. The caller holds the lock.
func (s *Server) remove(m Message) error {
	s.state.Deleted[m.ID] = s.now()
	if err := s.keepState(); err != nil {
		delete(s.state.Deleted, m.ID)
		return err
	}
	var t tagBlock
	t.add("login", m.User).add("room-id", "").add("target-msg-id", m.ID).add("tmi-sent-ts", millis(s.now()))
	s.toAll(m.Channel, render(&t, host+" CLEARMSG #"+m.Channel+" :"+m.Text))
	return nil
}
