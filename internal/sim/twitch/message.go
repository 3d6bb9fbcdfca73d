package twitch

import "time"

// Message is something that was said and accepted.
type Message struct {
	ID      string    `json:"id"`
	Channel string    `json:"channel"`
	User    string    `json:"user"` // login
	Text    string    `json:"text"`
	ReplyTo string    `json:"reply_to"` // id of the message it answers, or empty
	At      time.Time `json:"at"`

	Display string   `json:"display_name"`
	Roles   []string `json:"roles,omitempty"`
	// Metered marks what an account sent itself; it counts towards its limits.
	Metered bool `json:"metered,omitempty"`
	// ByAPI marks what an account sent by Helix and not over a connection.
	ByAPI bool `json:"by_api,omitempty"`
	// SharedFrom is the login of the channel it was written in, if another.
	SharedFrom string `json:"shared_from,omitempty"`
	Bits       int    `json:"bits,omitempty"` // of a cheer
	// Deleted marks what is not in chat any more; it is filled in for Messages.
	Deleted bool `json:"deleted,omitempty"`
}

// keptMessages is how many messages are known again after a kill.
const keptMessages = 5000

// find returns the kept message with that id. The caller holds the server's
// lock.
func (s *Server) find(id string) (Message, bool) {
	return s.messages.Last(func(m Message) bool { return m.ID == id && id != "" })
}

// Messages returns the newest messages of a channel, oldest first, at most
// limit of them; those after the message with id after, if that is kept. An
// empty channel means all.
func (s *Server) Messages(channel, after string, limit int) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	selected := []Message{}
	for _, m := range s.messages.Since(func(m Message) bool { return m.ID == after && after != "" }) {
		if channel == "" || m.Channel == channel {
			_, m.Deleted = s.state.Deleted[m.ID]
			selected = append(selected, m)
		}
	}
	return selected[max(0, len(selected)-limit):]
}
