package kick

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Roles that the platform shows as badges.
const (
	RoleBroadcaster = "broadcaster"
	RoleModerator   = "moderator"
	RoleVIP         = "vip"
	RoleSubscriber  = "subscriber"
	RoleFounder     = "founder"
	RoleOG          = "og"
	RoleVerified    = "verified"
	RoleStaff       = "staff"
	RoleSubGifter   = "sub_gifter"
)

// badgeTexts are the badges in the order of their importance, with their words.
var badgeTexts = []struct{ role, text string }{
	{RoleBroadcaster, "Broadcaster"}, {RoleModerator, "Moderator"}, {RoleStaff, "Staff"}, {RoleVIP, "VIP"}, {RoleOG, "OG"},
	{RoleVerified, "Verified channel"}, {RoleFounder, "Founder"}, {RoleSubscriber, "Subscriber"}, {RoleSubGifter, "Sub Gifter"},
}

// plainRoles are roles that chat does not show.
var plainRoles = []string{"everyone", "viewer", "follower"}

// InvalidError is something that cannot be done in this world: who asked is
// wrong, not the simulator.
type InvalidError struct{ Reason string }

// Error is the reason.
func (e *InvalidError) Error() string { return e.Reason }

func invalid(format string, args ...any) error {
	return &InvalidError{Reason: fmt.Sprintf(format, args...)}
}

// namePattern is what a username is made of.
var namePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,25}$`)

// maxText is the longest message in code points.
const maxText = 500

// Ways in which something that happens is told.
const (
	ViaBoth    = "" // Pusher and webhooks
	ViaPusher  = "pusher"
	ViaWebhook = "webhook"
)

// Utterance is something that one of the platform's people says.
type Utterance struct {
	Channel string   // empty for the default channel
	User    string   // as shown
	Text    string   // at most 500 characters
	Roles   []string // broadcaster is implied for the channel's owner
	ReplyTo string   // id of a kept message, or empty
	// Ago is how long ago it was said, where it is told late; negative for a clock
	// of the platform's that runs ahead.
	Ago time.Duration
	Via string // how it is told: ViaBoth, ViaPusher or ViaWebhook
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
	if err := checkName(u.User); err != nil {
		return Message{}, err
	}
	if u.Text == "" || !utf8.ValidString(u.Text) || utf8.RuneCountInString(u.Text) > maxText || strings.ContainsRune(u.Text, 0) {
		return Message{}, invalid("text: allowed are 1 to %d characters of valid UTF-8 without NUL", maxText)
	}
	if !slices.Contains([]string{ViaBoth, ViaPusher, ViaWebhook}, u.Via) {
		return Message{}, invalid("via: allowed are pusher and webhook, or nothing for both")
	}
	roles, err := shownRoles(u.Roles, slugOf(u.User) == channel.Slug)
	if err != nil {
		return Message{}, err
	}
	if _, ok := s.find(u.ReplyTo); u.ReplyTo != "" && !ok {
		return Message{}, invalid("reply_to %q: no such message is kept", u.ReplyTo)
	}
	if s.banned(channel.Slug, slugOf(u.User)) {
		return Message{}, invalid("user %q is banned or timed out in %s", u.User, channel.Slug)
	}
	m := Message{ID: s.options.NewID(), Channel: channel.Slug, User: slugOf(u.User), Text: u.Text, ReplyTo: u.ReplyTo,
		At: s.now().Add(-u.Ago).UTC(), Display: s.display(u.User), Roles: roles}
	return m, s.publish(channel, m, u.Via)
}

func checkName(user string) error {
	if !namePattern.MatchString(user) {
		return invalid("user %q: allowed are 1 to 25 letters, digits, underscores and hyphens", user)
	}
	return nil
}

// display is how a name is shown: as it was typed, unless it is an account's.
func (s *Server) display(user string) string {
	for _, account := range s.seed.Accounts {
		if account.Slug() == slugOf(user) {
			return account.Username
		}
	}
	return user
}

// person finds or makes up the account with a name as it is shown.
func (s *Server) person(user string) Account {
	account := s.seed.account(user)
	account.Username = s.display(user)
	return account
}

// room finds a channel by slug, the default one by none.
func (s *Server) room(slug string) (Channel, error) {
	if slug == "" {
		slug = s.DefaultChannel()
	}
	channel, ok := s.seed.channel(strings.ToLower(slug))
	if !ok {
		return Channel{}, invalid("channel %q does not exist: there are %s", slug, strings.Join(s.Channels(), ", "))
	}
	return channel, nil
}

// rolesIn lists the roles that an account holds in a channel.
func rolesIn(channel Channel, slug string) []string {
	switch {
	case slug == channel.Slug:
		return []string{RoleBroadcaster}
	case slices.Contains(channel.Moderators, slug):
		return []string{RoleModerator}
	default:
		return nil
	}
}

func shownRoles(asked []string, owner bool) ([]string, error) {
	var roles []string
	if owner {
		roles = append(roles, RoleBroadcaster)
	}
	for _, role := range asked {
		switch {
		case slices.Contains(plainRoles, role):
		case badgeText(role) == "":
			return nil, invalid("role %q is none of the platform's", role)
		case !slices.Contains(roles, role):
			roles = append(roles, role)
		}
	}
	return roles, nil
}

func badgeText(role string) string {
	for _, badge := range badgeTexts {
		if badge.role == role {
			return badge.text
		}
	}
	return ""
}
