package twitch

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Event is a USERNOTICE: a subscription, a gift, a raid, an announcement.
type Event struct {
	Channel string            // empty for the default channel
	Kind    string            // the msg-id, such as "resub" or "raid"
	User    string            // who did it
	Roles   []string          // as in Utterance
	Params  map[string]string // msg-param-*, named without that prefix
	System  string            // what the platform says about it
	Text    string            // what the person adds, if anything
	// SharedFrom is the channel in whose chat it happened, if another: then the
	// kind is told where shared chat tells it.
	SharedFrom string
}

var keyPattern = regexp.MustCompile(`^[A-Za-z0-9-]+$`)

// Happen tells a channel of an event.
func (s *Server) Happen(e Event) (id string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.happen(e)
}

// happen tells a channel of an event. The caller holds the lock.
func (s *Server) happen(e Event) (id string, err error) {
	channel, err := s.room(e.Channel)
	if err != nil {
		return "", err
	}
	login := strings.ToLower(e.User)
	if !nickPattern.MatchString(login) || !keyPattern.MatchString(e.Kind) {
		return "", invalid("an event needs a kind of letters and digits, and a user of letters, digits and underscores")
	}
	for key := range e.Params {
		if !keyPattern.MatchString(key) {
			return "", invalid("param %q: allowed are letters, digits and hyphens", key)
		}
	}
	roles, err := shownRoles(e.Roles, login == channel.Login)
	if err != nil {
		return "", err
	}
	id = s.options.NewID()
	s.deliver(channel.Login, delivery{line: s.usernotice(e, id, channel, roles), command: true})
	return id, nil
}

// usernotice renders an event as the members of a channel receive it.
func (s *Server) usernotice(e Event, id string, channel Channel, roles []string) rendered {
	account := s.seed.account(strings.ToLower(e.User))
	account.Display = s.display(e.User)
	who := newIdentity(account, roles)
	if months := e.Params["cumulative-months"]; months != "" && who.subscriber {
		who.badgeInfo = "subscriber/" + months
	}
	kind := e.Kind
	if e.SharedFrom != "" {
		kind = "sharedchatnotice"
	}
	var t tagBlock
	t.add("badge-info", who.badgeInfo).add("badges", who.badges).add("color", account.Color).add("display-name", account.Display)
	t.add("emotes", emotes(e.Text)).add("flags", "").add("id", id).add("login", account.Login).add("mod", digit(who.mod)).add("msg-id", kind)
	for _, key := range sortedKeys(e.Params) {
		t.add("msg-param-"+key, e.Params[key])
	}
	t.add("room-id", s.seed.account(channel.Login).ID)
	if e.SharedFrom != "" {
		t.add("source-badge-info", who.badgeInfo).add("source-badges", who.badges).add("source-id", id)
		t.add("source-msg-id", e.Kind).add("source-room-id", s.seed.account(e.SharedFrom).ID)
	}
	t.add("subscriber", digit(who.subscriber)).add("system-msg", clean(e.System))
	t.add("tmi-sent-ts", millis(s.now())).add("user-id", account.ID).add("user-type", who.userType()).add("vip", digit(who.vip))
	line := host + " USERNOTICE #" + channel.Login
	if text := clean(e.Text); text != "" {
		line += " :" + text
	}
	return render(&t, line)
}

// Raid brings the viewers of another channel along.
type Raid struct {
	Channel string // empty for the default channel
	User    string // who raids
	Viewers int
}

// Raid tells a channel that it is raided.
func (s *Server) Raid(r Raid) (id string, err error) {
	if r.Viewers < 0 {
		return "", invalid("viewers: allowed is 0 and more")
	}
	login := strings.ToLower(r.User)
	return s.Happen(Event{
		Channel: r.Channel, Kind: "raid", User: r.User,
		System: fmt.Sprintf("%d raiders from %s have joined!", r.Viewers, r.User),
		Params: map[string]string{
			"displayName": r.User, "login": login, "viewerCount": strconv.Itoa(r.Viewers),
			"profileImageURL": "https://static-cdn.jtvnw.net/jtv_user_pictures/" + login + "-profile_image-70x70.png",
		},
	})
}

// Announcement is a message that a moderator puts forward.
type Announcement struct {
	Channel string // empty for the default channel
	User    string
	Text    string
	Color   string // PRIMARY, BLUE, GREEN, ORANGE or PURPLE; empty for the first
}

// Announce tells a channel an announcement.
func (s *Server) Announce(a Announcement) (id string, err error) {
	if a.Color == "" {
		a.Color = "PRIMARY"
	}
	if clean(a.Text) == "" {
		return "", invalid("text: an announcement says something")
	}
	return s.Happen(Event{
		Channel: a.Channel, Kind: "announcement", User: a.User, Text: a.Text, Roles: []string{RoleModerator},
		Params: map[string]string{"color": a.Color},
	})
}
