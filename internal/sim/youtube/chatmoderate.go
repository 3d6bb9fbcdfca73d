package youtube

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// ban keeps somebody out of a channel's chats.
type ban struct {
	ID      string    `json:"id"`
	Channel string    `json:"channel"` // whose chats
	User    string    `json:"user"`    // id of the channel that is banned
	Until   time.Time `json:"until,omitzero"`
}

func (b ban) over(now time.Time) bool { return !b.Until.IsZero() && !b.Until.After(now) }

// banned reports whether somebody may not write. The caller holds the lock.
func (s *Server) banned(channel, user string) bool {
	return slices.ContainsFunc(s.state.Bans, func(b ban) bool { return b.Channel == channel && b.User == user && !b.over(s.now()) })
}

// moderating serves what moderators do, faults included.
func (s *Server) moderating(m method, serve func(http.ResponseWriter, *http.Request, caller)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		kind, _ := s.faults.Take(TargetChatModerate)
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		spoil(w, r, kind, func(w http.ResponseWriter, r *http.Request) {
			if who, ok := s.admitWriter(w, r, m); ok {
				s.mu.Lock()
				defer s.mu.Unlock()
				serve(w, r, who)
			}
		})
	}
}

// findItem finds a message that is still there, and the broadcast that it was
// written in. The caller holds the lock.
func (s *Server) findItem(id string) (*item, Broadcast) {
	for chat, room := range s.rooms {
		if found := room.find(id); found != nil && !found.deleted {
			b, _ := s.chatBroadcast(chat)
			return found, b
		}
	}
	return nil, Broadcast{}
}

// deleteChat takes a message out of its chat. The caller holds the lock.
func (s *Server) deleteChat(w http.ResponseWriter, r *http.Request, who caller) {
	found, b := s.findItem(r.URL.Query().Get("id"))
	switch {
	case r.URL.Query().Get("id") == "":
		refuse(w, r, badParameter("missingRequiredParameter", "Missing required parameter: id", "id"))
	case found == nil:
		refuse(w, r, errMessageNotFound)
	case !moderates(s.person(who.Account, b)):
		refuse(w, r, errChatForbidden)
	case found.Type == typeChatEnded || found.Type == typeBanned:
		refuse(w, r, errModification)
	default:
		if err := s.bury(found); err != nil {
			s.broken(w, r, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

// bury puts a tombstone into a chat. The caller holds the lock.
func (s *Server) bury(found *item) error {
	return s.post(&item{ID: found.ID, Target: found.ID, Chat: found.Chat, Type: typeTombstone, At: found.At})
}

// banBody is a ban as a moderator describes it.
type banBody struct {
	Snippet struct {
		LiveChatID         string      `json:"liveChatId"`
		Type               string      `json:"type"`
		BanDurationSeconds json.Number `json:"banDurationSeconds"`
		BannedUserDetails  struct {
			ChannelID string `json:"channelId"`
		} `json:"bannedUserDetails"`
	} `json:"snippet"`
}

// maxBan is the longest temporary ban, in seconds: a year.
const maxBan = 366 * 24 * 60 * 60

// seconds is how long the ban lasts; ok is false for what is no ban.
func (b banBody) seconds() (seconds int, ok bool) {
	switch b.Snippet.Type {
	case "permanent":
		return 0, true
	case "temporary":
		seconds, err := strconv.Atoi(b.Snippet.BanDurationSeconds.String())
		return seconds, err == nil && seconds > 0 && seconds <= maxBan
	}
	return 0, false
}

// insertBan bans somebody. The caller holds the lock.
func (s *Server) insertBan(w http.ResponseWriter, r *http.Request, who caller) {
	var said banBody
	if json.NewDecoder(r.Body).Decode(&said) != nil {
		refuse(w, r, errParse)
		return
	}
	b, refused := s.openChat(said.Snippet.LiveChatID)
	seconds, valid := said.seconds()
	victim, known := s.seen(b, said.Snippet.BannedUserDetails.ChannelID)
	by := s.person(who.Account, b)
	switch {
	case said.Snippet.LiveChatID == "":
		refused = errBanChatID
	case refused != nil:
	case !known:
		refused = errBannedChannel
	case !valid:
		refused = errPrecondition
	case !moderates(by):
		refused = errChatForbidden
	case moderates(victim) && !by.is(RoleOwner), victim.is(RoleOwner):
		refused = errBanNotAllowed
	}
	if refused != nil {
		refuse(w, r, refused)
		return
	}
	id, err := s.banish(b, by, victim, seconds)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	snippet := map[string]any{"liveChatId": b.ChatID, "type": said.Snippet.Type, "bannedUserDetails": victim.profile()}
	if seconds > 0 {
		snippet["banDurationSeconds"] = strconv.Itoa(seconds)
	}
	writeJSON(w, http.StatusOK, map[string]any{"kind": "youtube#liveChatBan", "etag": etag(id), "id": id, "snippet": snippet})
}

// seen finds a person who wrote into a chat, or who has a channel. The caller
// holds the lock.
func (s *Server) seen(b Broadcast, channel string) (person, bool) {
	items := s.room(b.ChatID).items
	for k := len(items) - 1; k >= 0; k-- {
		if items[k].Author.ID == channel && channel != "" {
			return items[k].Author, true
		}
	}
	account, known := s.seed.channel(channel)
	return s.person(account, b), known
}

// banish bans somebody for so many seconds, 0 for good, and tells the chat. The
// caller holds the lock.
func (s *Server) banish(b Broadcast, by, victim person, seconds int) (id string, err error) {
	id = base64.RawURLEncoding.EncodeToString([]byte(b.Channel + "|" + victim.ID))
	banned := ban{ID: id, Channel: b.Channel, User: victim.ID}
	details := map[string]any{"bannedUserDetails": victim.profile(), "banType": "permanent"}
	if seconds > 0 {
		banned.Until = s.now().Add(time.Duration(seconds) * time.Second)
		details["banType"], details["banDurationSeconds"] = "temporary", strconv.Itoa(seconds)
	}
	err = s.change(func(st *state) {
		st.Bans = append(slices.DeleteFunc(st.Bans, func(other ban) bool { return other.ID == id }), banned)
	})
	if err != nil {
		return "", err
	}
	return id, s.post(&item{Chat: b.ChatID, Type: typeBanned, Author: by, At: s.now().UTC(), Details: details})
}

// deleteBan lets somebody write again. The caller holds the lock.
func (s *Server) deleteBan(w http.ResponseWriter, r *http.Request, who caller) {
	id := r.URL.Query().Get("id")
	i := slices.IndexFunc(s.state.Bans, func(b ban) bool { return b.ID == id && !b.over(s.now()) })
	switch {
	case i < 0:
		refuse(w, r, errBanNotFound)
		return
	case !moderates(s.person(who.Account, Broadcast{Channel: s.state.Bans[i].Channel})):
		refuse(w, r, errChatForbidden)
		return
	}
	if err := s.change(func(st *state) { st.Bans = slices.DeleteFunc(st.Bans, func(b ban) bool { return b.ID == id }) }); err != nil {
		s.broken(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
