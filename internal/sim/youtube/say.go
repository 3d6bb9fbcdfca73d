package youtube

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Utterance is what somebody says in a chat.
type Utterance struct {
	Channel string   // id or handle; empty for the first
	User    string   // handle of a channel of the world, or any name
	Text    string   // at most 200 characters
	Roles   []string // besides those that the user has anyway
}

// Message is something that a chat has shown, as control tells of it.
type Message struct {
	ID      string    `json:"id"`
	Channel string    `json:"channel"` // handle of whose chat it is, without the sign
	User    string    `json:"user"`    // display name
	Text    string    `json:"text"`    // that its author wrote
	ReplyTo string    `json:"reply_to"`
	At      time.Time `json:"at"`

	Type      string         `json:"type"` // snippet.type
	ChannelID string         `json:"channel_id"`
	ChatID    string         `json:"chat_id"`
	UserID    string         `json:"user_id"`
	Roles     []string       `json:"roles,omitempty"`
	Shown     string         `json:"display_message,omitempty"`
	Details   map[string]any `json:"details,omitempty"`
	Metered   bool           `json:"metered,omitempty"` // whether it came by the API
	Deleted   bool           `json:"deleted,omitempty"`
}

// Say lets somebody speak in the chat of what a channel broadcasts. An
// *InvalidError names what is allowed.
func (s *Server) Say(u Utterance) (Message, error) {
	text := strings.TrimSpace(u.Text)
	if text == "" || utf8.RuneCountInString(text) > maxChatText || !utf8.ValidString(text) {
		return Message{}, &InvalidError{What: "text", Found: u.Text, Allowed: fmt.Sprintf("1 to %d characters", maxChatText)}
	}
	account, err := s.channelOf(u.Channel)
	if err != nil {
		return Message{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.occur(account, u.User, u.Roles, typeText)
	if err != nil {
		return Message{}, err
	}
	if s.banned(account.Channel, i.Author.ID) {
		return Message{}, &InvalidError{What: "user", Found: u.User, Allowed: "somebody who is not banned"}
	}
	i.Text, i.Shown, i.Details = text, text, map[string]any{"messageText": text}
	err = s.post(i)
	return s.message(i), err
}

// occur prepares an item of somebody in what a channel broadcasts. The caller
// holds the lock.
func (s *Server) occur(account Account, user string, roles []string, kind string) (*item, error) {
	b, err := s.onAir(account)
	if err != nil {
		return nil, err
	}
	author, err := s.somebody(user, roles, b)
	if err != nil {
		return nil, err
	}
	return &item{Chat: b.ChatID, Type: kind, Author: author, At: s.now().UTC()}, nil
}

// message is an item as control tells of it. The caller holds the lock.
func (s *Server) message(i *item) Message {
	b, _ := s.chatBroadcast(i.Chat)
	return Message{ID: i.ID, Channel: strings.TrimPrefix(s.ownerOf(b).Handle, "@"), User: i.Author.Name, Text: i.Text, At: i.At, Type: i.Type,
		ChannelID: b.Channel, ChatID: i.Chat, UserID: i.Author.ID, Roles: i.Author.Roles, Shown: i.Shown, Details: i.Details,
		Metered: i.Metered, Deleted: i.deleted}
}

// Messages lists what chats have shown, oldest first: of one channel if one is
// named, after an id if that is kept, the newest limit of them.
func (s *Server) Messages(channel, after string, limit int) ([]Message, error) {
	account, err := s.channelOf(channel)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	selected := []Message{}
	for _, i := range s.chat.Newest() {
		if i.Type == typeTombstone || i.Type == typeForgotten {
			continue
		}
		m := s.message(i)
		if channel == "" || m.ChannelID == account.Channel {
			selected = append(selected, m)
		}
	}
	if k := slices.IndexFunc(selected, func(m Message) bool { return m.ID == after }); after != "" && k >= 0 {
		selected = selected[k+1:]
	}
	return selected[max(0, len(selected)-limit):], nil
}

// Delete takes a message out of its chat, as a moderator does. An *InvalidError
// says that there is no such message.
func (s *Server) Delete(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, _ := s.findItem(id)
	if found == nil {
		return &InvalidError{What: "message", Found: id, Allowed: "the id of a message that is in a chat"}
	}
	return s.bury(found)
}

// Ban keeps somebody out of a channel's chats for so many seconds, 0 for good. An
// *InvalidError names what is allowed.
func (s *Server) Ban(channel, user string, seconds int) error {
	account, err := s.channelOf(channel)
	if err != nil {
		return err
	}
	if seconds < 0 || seconds > maxBan {
		return &InvalidError{What: "seconds", Found: fmt.Sprint(seconds), Allowed: fmt.Sprintf("0 for good, to %d", maxBan)}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.onAir(account)
	if err != nil {
		return err
	}
	victim, err := s.somebody(user, nil, b)
	if err != nil {
		return err
	}
	_, err = s.banish(b, s.person(account, b), victim, seconds)
	return err
}

// Unban lets somebody write again; chats say nothing of it. An *InvalidError
// names what is allowed.
func (s *Server) Unban(channel, user string) error {
	account, err := s.channelOf(channel)
	if err != nil {
		return err
	}
	who, err := s.somebody(user, nil, Broadcast{Channel: account.Channel})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.change(func(st *state) {
		st.Bans = slices.DeleteFunc(st.Bans, func(b ban) bool { return b.Channel == account.Channel && b.User == who.ID })
	})
}

// Forget drops the history of what a channel broadcasts: readers who come
// afterwards do not see it. Readers are not told.
func (s *Server) Forget(channel string) error {
	account, err := s.channelOf(channel)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.onAir(account)
	if err != nil {
		return err
	}
	return s.post(&item{Chat: b.ChatID, Type: typeForgotten, At: s.now().UTC()})
}
