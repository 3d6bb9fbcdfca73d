package twitch

import (
	"fmt"
	"slices"
	"strings"
)

// Roles that the platform shows beside a name.
const (
	RoleBroadcaster = "broadcaster"
	RoleModerator   = "moderator"
	RoleVIP         = "vip"
	RoleSubscriber  = "subscriber"
)

// plainRoles are roles that the platform knows but does not show in chat.
var plainRoles = []string{"everyone", "viewer", "follower"}

// InvalidError is something that cannot be done in this world: who asked is
// wrong, not the simulator.
type InvalidError struct{ Reason string }

// Error is the reason.
func (e *InvalidError) Error() string { return e.Reason }

func invalid(format string, args ...any) error {
	return &InvalidError{Reason: fmt.Sprintf(format, args...)}
}

// Utterance is something that one of the platform's people says.
type Utterance struct {
	Channel string   // empty for the default channel
	User    string   // as shown; the login is its lower-case form
	Text    string   // at most 500 characters
	Roles   []string // broadcaster is implied for the channel's owner
	ReplyTo string   // id of a kept message, or empty
	// SharedFrom is the channel in whose chat it was written, if another.
	SharedFrom string
	// Bits make it a cheer; the word that stands for them is put before a text
	// that lacks it.
	Bits int
}

// Say lets a person speak. People are bound by no rate limits; what they say is
// kept before Say returns. An *InvalidError tells what cannot be said.
func (s *Server) Say(u Utterance) (Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	channel, err := s.room(u.Channel)
	if err != nil {
		return Message{}, err
	}
	login := strings.ToLower(u.User)
	if !nickPattern.MatchString(login) {
		return Message{}, invalid("user %q: allowed are 1 to 25 letters, digits and underscores", u.User)
	}
	if u.Bits < 0 {
		return Message{}, invalid("bits: allowed is 0 and more")
	}
	if u.Bits > 0 && !strings.Contains(u.Text, "Cheer") {
		u.Text = strings.TrimRight(fmt.Sprintf("Cheer%d %s", u.Bits, u.Text), " ")
	}
	text := clean(u.Text)
	if text == "" || text != strings.TrimRight(u.Text, " ") {
		return Message{}, invalid("text: allowed is one line of 1 to %d characters of valid UTF-8 without NUL", maxText)
	}
	roles, err := shownRoles(u.Roles, login == channel.Login)
	if err != nil {
		return Message{}, err
	}
	if _, ok := s.find(u.ReplyTo); u.ReplyTo != "" && !ok {
		return Message{}, invalid("reply_to %q: no such message is kept", u.ReplyTo)
	}
	if s.banned(channel.Login, login, s.now()) != nil {
		return Message{}, invalid("user %q is banned or timed out in %s", u.User, channel.Login)
	}
	m := Message{ID: s.options.NewID(), Channel: channel.Login, User: login, Text: text, ReplyTo: u.ReplyTo,
		At: s.now().UTC(), Display: s.display(u.User), Roles: roles, SharedFrom: strings.ToLower(u.SharedFrom), Bits: u.Bits}
	return m, s.publish(m, "", nil)
}

// display is how a name is shown: as it was typed, unless it is an account's.
func (s *Server) display(user string) string {
	if account := s.seed.account(user); account.Display != account.Login {
		return account.Display
	}
	return user
}

// room finds a channel by name, the default one by none.
func (s *Server) room(name string) (Channel, error) {
	if name == "" {
		name = s.DefaultChannel()
	}
	channel, ok := s.seed.channel(strings.ToLower(strings.TrimPrefix(name, "#")))
	if !ok {
		return Channel{}, invalid("channel %q does not exist: there are %s", name, strings.Join(s.Channels(), ", "))
	}
	return channel, nil
}

// Channels lists the logins of all channels.
func (s *Server) Channels() []string {
	var logins []string
	for _, channel := range s.seed.Channels {
		logins = append(logins, channel.Login)
	}
	return logins
}

func shownRoles(asked []string, owner bool) ([]string, error) {
	var roles []string
	if owner {
		roles = append(roles, RoleBroadcaster)
	}
	shown := []string{RoleBroadcaster, RoleModerator, RoleVIP, RoleSubscriber}
	for _, role := range asked {
		switch {
		case slices.Contains(plainRoles, role):
		case !slices.Contains(shown, role):
			return nil, invalid("role %q: allowed are %s", role, strings.Join(append(shown, plainRoles...), ", "))
		case !slices.Contains(roles, role):
			roles = append(roles, role)
		}
	}
	return roles, nil
}

// toAll sends a line of the commands capability to a channel. The caller holds
// the lock.
func (s *Server) toAll(channel string, line rendered) {
	for c := range s.rooms[channel] {
		c.command(line)
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
