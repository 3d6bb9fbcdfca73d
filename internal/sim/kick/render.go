package kick

import (
	"regexp"
	"slices"
	"time"
	"unicode/utf8"
)

// object is a JSON object.
type object = map[string]any

// pusherTime is how Pusher's events tell times.
func pusherTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05+00:00") }

// apiTime is how the API and webhooks tell times.
func apiTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// badges lists what is shown beside a name.
func badges(roles []string) []object {
	list := []object{}
	for _, badge := range badgeTexts {
		if !slices.Contains(roles, badge.role) {
			continue
		}
		shown := object{"type": badge.role, "text": badge.text}
		if badge.role == RoleSubscriber || badge.role == RoleSubGifter {
			shown["count"] = 3
		}
		list = append(list, shown)
	}
	return list
}

// brief is a user as most of Pusher's events have it.
func brief(a Account) object { return object{"id": a.ID, "username": a.Username, "slug": a.Slug()} }

// user is a user as webhooks have it.
func user(a Account) object {
	return object{"is_anonymous": false, "user_id": a.ID, "username": a.Username, "is_verified": false,
		"profile_picture": picture(a), "channel_slug": a.Slug(), "identity": nil}
}

func picture(a Account) string {
	return "https://files.kick.com/images/user/" + decimal(a.ID) + "/profile_image/conversion/fullsize.webp"
}

// author is who wrote a message.
func (s *Server) author(m Message) Account { return s.person(m.Display) }

// chatEvent is a message as Pusher tells it. parent is the message it answers.
func (s *Server) chatEvent(c Channel, m Message, parent *Message) object {
	who := s.author(m)
	sender := brief(who)
	sender["identity"] = object{"color": who.Color, "badges": badges(m.Roles)}
	data := object{"id": m.ID, "chatroom_id": c.Chatroom, "content": m.Text, "type": "message", "created_at": pusherTime(m.At),
		"sender": sender, "metadata": object{"message_ref": decimal(m.At.UnixMilli())}}
	if parent != nil {
		from := s.author(*parent)
		data["type"] = "reply"
		data["metadata"] = object{"original_sender": object{"id": from.ID, "username": from.Username},
			"original_message": object{"id": parent.ID, "content": parent.Text}, "message_ref": decimal(m.At.UnixMilli())}
	}
	return data
}

// chatHook is a message as a webhook tells it.
func (s *Server) chatHook(c Channel, m Message, parent *Message) object {
	who := s.author(m)
	sender := user(who)
	sender["identity"] = object{"username_color": who.Color, "badges": badges(m.Roles)}
	data := object{"message_id": m.ID, "replies_to": nil, "broadcaster": user(s.person(c.Slug)), "sender": sender,
		"content": m.Text, "emotes": emotes(m.Text), "created_at": apiTime(m.At)}
	if parent != nil {
		data["replies_to"] = object{"message_id": parent.ID, "content": parent.Text, "sender": user(s.author(*parent))}
	}
	return data
}

var emotePattern = regexp.MustCompile(`\[emote:(\d+):[^\]]*\]`)

// emotes lists where a text has emotes: first and last character, in code points.
// A text without any has null.
func emotes(text string) any {
	var list []object
	for _, at := range emotePattern.FindAllStringSubmatchIndex(text, -1) {
		id := text[at[2]:at[3]]
		begin := utf8.RuneCountInString(text[:at[0]])
		position := object{"s": begin, "e": begin + utf8.RuneCountInString(text[at[0]:at[1]]) - 1}
		i := slices.IndexFunc(list, func(o object) bool { return o["emote_id"] == id })
		if i < 0 {
			list = append(list, object{"emote_id": id, "positions": []object{position}})
			continue
		}
		list[i]["positions"] = append(list[i]["positions"].([]object), position)
	}
	if list == nil {
		return nil
	}
	return list
}
