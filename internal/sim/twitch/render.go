package twitch

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const host = ":tmi.twitch.tv"

// rendered is a line in the two forms that clients can have asked for, each
// with its line end.
type rendered struct{ tagged, plain []byte }

func render(tags *tagBlock, line string) rendered {
	plain := []byte(line + "\r\n")
	return rendered{tagged: append([]byte(tags.String()), plain...), plain: plain}
}

// tagBlock builds the tags of a line in the order given.
type tagBlock struct{ b strings.Builder }

func (t *tagBlock) add(key, value string) *tagBlock {
	if t.b.Len() == 0 {
		t.b.WriteByte('@')
	} else {
		t.b.WriteByte(';')
	}
	t.b.WriteString(key)
	t.b.WriteByte('=')
	t.b.WriteString(escape(value))
	return t
}

// String implements fmt.Stringer.
func (t *tagBlock) String() string {
	if t.b.Len() == 0 {
		return ""
	}
	return t.b.String() + " "
}

// identity is how somebody appears in one channel.
type identity struct {
	account    Account
	badges     string
	badgeInfo  string
	mod        bool
	subscriber bool
	vip        bool
}

func newIdentity(account Account, roles []string) identity {
	who := identity{account: account}
	var badges []string
	for _, role := range roles {
		switch role {
		case RoleBroadcaster:
			badges = append(badges, "broadcaster/1")
		case RoleModerator:
			badges, who.mod = append(badges, "moderator/1"), true
		case RoleVIP:
			badges, who.vip = append(badges, "vip/1"), true
		case RoleSubscriber:
			badges, who.subscriber = append(badges, "subscriber/6"), true
			who.badgeInfo = "subscriber/7"
		}
	}
	who.badges = strings.Join(badges, ",")
	return who
}

func digit(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

func (who *identity) userType() string {
	if who.mod {
		return "mod"
	}
	return ""
}

func millis(at time.Time) string { return strconv.FormatInt(at.UnixMilli(), 10) }

// mask is the source of a person's line.
func mask(login string) string {
	return fmt.Sprintf(":%s!%s@%s.tmi.twitch.tv", login, login, login)
}

// privmsg renders a message as others receive it. parent is the message it
// answers, nil for none.
func (s *Server) privmsg(m Message, nonce string, parent *Message) rendered {
	who := newIdentity(s.accountOf(m), m.Roles)
	room := s.seed.account(m.Channel).ID
	if m.Bits > 0 {
		who.badges = strings.TrimPrefix(who.badges+",bits/1", ",")
	}
	var t tagBlock
	t.add("badge-info", who.badgeInfo).add("badges", who.badges)
	if m.Bits > 0 {
		t.add("bits", strconv.Itoa(m.Bits))
	}
	if nonce != "" {
		t.add("client-nonce", nonce)
	}
	t.add("color", who.account.Color).add("display-name", who.account.Display)
	t.add("emotes", emotes(m.Text)).add("first-msg", "0").add("flags", "").add("id", m.ID).add("mod", digit(who.mod))
	if parent != nil {
		author := s.accountOf(*parent)
		t.add("reply-parent-display-name", author.Display).add("reply-parent-msg-body", parent.Text)
		t.add("reply-parent-msg-id", parent.ID).add("reply-parent-user-id", author.ID).add("reply-parent-user-login", author.Login)
		t.add("reply-thread-parent-msg-id", parent.ID).add("reply-thread-parent-user-login", author.Login)
	}
	t.add("returning-chatter", "0").add("room-id", room)
	if m.SharedFrom != "" {
		t.add("source-badge-info", who.badgeInfo).add("source-badges", who.badges).add("source-id", m.ID)
		t.add("source-only", "0").add("source-room-id", s.seed.account(m.SharedFrom).ID)
	}
	t.add("subscriber", digit(who.subscriber)).add("tmi-sent-ts", millis(m.At)).add("turbo", "0")
	t.add("user-id", who.account.ID).add("user-type", who.userType())
	if who.vip {
		t.add("vip", "1")
	}
	return render(&t, fmt.Sprintf("%s PRIVMSG #%s :%s", mask(m.User), m.Channel, m.Text))
}

// accountOf is the account of a message's author under the name it spoke with.
func (s *Server) accountOf(m Message) Account {
	account := s.seed.account(m.User)
	if m.Display != "" {
		account.Display = m.Display
	}
	return account
}

// userstate renders how the account itself appears in a channel; id and nonce
// name the message that was just accepted.
func userstate(account Account, roles []string, channel, id, nonce string) rendered {
	who := newIdentity(account, roles)
	var t tagBlock
	t.add("badge-info", who.badgeInfo).add("badges", who.badges)
	if nonce != "" {
		t.add("client-nonce", nonce)
	}
	t.add("color", account.Color).add("display-name", account.Display).add("emote-sets", "0")
	if id != "" {
		t.add("id", id)
	}
	t.add("mod", digit(who.mod)).add("subscriber", digit(who.subscriber)).add("user-type", who.userType())
	return render(&t, host+" USERSTATE #"+channel)
}

func globalUserstate(account Account) rendered {
	var t tagBlock
	t.add("badge-info", "").add("badges", "").add("color", account.Color).add("display-name", account.Display)
	t.add("emote-sets", "0").add("user-id", account.ID).add("user-type", "")
	return render(&t, host+" GLOBALUSERSTATE")
}

// notice renders a NOTICE with its id to a channel.
func notice(id, channel, text string) rendered {
	var t tagBlock
	t.add("msg-id", id)
	return render(&t, fmt.Sprintf("%s NOTICE #%s :%s", host, channel, text))
}

// emoteIDs are the few global emotes that the simulator knows.
var emoteIDs = map[string]string{"Kappa": "25", "LUL": "425618", "PogChamp": "305954156", "HeyGuys": "30259", "NotLikeThis": "58765"}

// emotes lists where emotes stand in a text, counted in code points.
func emotes(text string) string {
	places := map[string][]string{}
	var order []string
	position := 0
	for word := range strings.SplitSeq(text, " ") {
		length := utf8.RuneCountInString(word)
		if id, ok := emoteIDs[word]; ok {
			if places[id] == nil {
				order = append(order, id)
			}
			places[id] = append(places[id], fmt.Sprintf("%d-%d", position, position+length-1))
		}
		position += length + 1
	}
	for i, id := range order {
		order[i] = id + ":" + strings.Join(places[id], ",")
	}
	return strings.Join(order, "/")
}
