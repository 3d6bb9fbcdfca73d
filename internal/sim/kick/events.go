package kick

import (
	"encoding/json"
	"strings"
	"time"
)

// Event is something that happens in a channel besides messages.
type Event struct {
	Channel string // empty for the default channel
	// Kind is one of subscription, gift, raid, follow, kicks, reward, announcement
	// (a pinned message), poll and raw.
	Kind string
	User string // who did it; empty for a gift of nobody known

	Months     int      // of a subscription; 0 for one, more than one is a renewal
	Recipients []string // of a gift
	Count      int      // of a gift without recipients
	Viewers    int      // of a raid
	Amount     int      // of kicks
	Title      string   // of a gift of kicks, a reward or a poll
	Text       string   // what was said with it
	MessageID  string   // of the message that an announcement pins

	Event string          // of raw: Pusher's name without the prefix
	Data  json.RawMessage // of raw
	Via   string          // ViaBoth, ViaPusher or ViaWebhook
}

// Happen tells of an event and returns its id. Pusher has ids for none of these
// but pinned messages and gifts of kicks.
func (s *Server) Happen(e Event) (id string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.room(e.Channel)
	if err != nil {
		return "", err
	}
	anonymous := e.User == "" && (e.Kind == "gift" || e.Kind == "raw" || e.Kind == "poll")
	if err := checkName(e.User); err != nil && !anonymous {
		return "", err
	}
	id = s.options.NewID()
	for kind, render := range map[string]func(Channel, Event, string) (told, error){
		"subscription": s.subscription, "gift": s.gift, "raid": s.raid, "follow": s.follow, "kicks": s.kicks,
		"reward": s.reward, "announcement": s.announcement, "poll": s.poll, "raw": s.raw,
	} {
		if kind != e.Kind {
			continue
		}
		t, err := render(c, e, id)
		if err != nil {
			return "", err
		}
		return id, s.tell(c, t, e.Via)
	}
	return "", invalid("kind %q: allowed are subscription, gift, raid, follow, kicks, reward, announcement, poll and raw", e.Kind)
}

// month is how long a subscription lasts.
const month = 30 * 24 * time.Hour

func (s *Server) subscription(c Channel, e Event, _ string) (told, error) {
	if e.Months < 0 {
		return told{}, invalid("months: allowed is 0 and more")
	}
	months, hook := max(1, e.Months), "channel.subscription.new"
	if months > 1 {
		hook = "channel.subscription.renewal"
	}
	who := s.person(e.User)
	return told{event: "SubscriptionEvent", rooms: noticeRooms(c), hook: hook,
		data: object{"chatroom_id": c.Chatroom, "username": who.Username, "months": months},
		body: object{"broadcaster": user(s.person(c.Slug)), "subscriber": user(who), "duration": months,
			"created_at": apiTime(s.now()), "expires_at": apiTime(s.now().Add(month))}}, nil
}

// anonymous is how Pusher names a giver who stays unknown.
const anonymous = "Anonymous"

func (s *Server) gift(c Channel, e Event, id string) (told, error) {
	if e.Count < 0 || e.Count > 100 || len(e.Recipients) > 100 {
		return told{}, invalid("count: allowed are 0 to 100, and as many recipients")
	}
	names := e.Recipients
	for i := len(names); i < max(1, e.Count); i++ {
		names = append(names, "Guest_"+strings.ToUpper(id[:4])+decimal(int64(i)))
	}
	gifter, giver := anonymous, object{"is_anonymous": true, "user_id": nil, "username": nil, "is_verified": nil,
		"profile_picture": nil, "channel_slug": nil, "identity": nil}
	if e.User != "" {
		who := s.person(e.User)
		gifter, giver = who.Username, user(who)
	}
	giftees := []object{}
	for _, name := range names {
		if err := checkName(name); err != nil {
			return told{}, err
		}
		giftees = append(giftees, user(s.person(name)))
	}
	return told{event: "GiftedSubscriptionsEvent", rooms: noticeRooms(c), hook: "channel.subscription.gifts",
		data: object{"chatroom_id": c.Chatroom, "gifted_usernames": names, "gifter_username": gifter, "gifter_total": len(names)},
		body: object{"broadcaster": user(s.person(c.Slug)), "gifter": giver, "giftees": giftees,
			"created_at": apiTime(s.now()), "expires_at": apiTime(s.now().Add(month))}}, nil
}

// raid is what the platform calls a host. It has no webhook.
func (s *Server) raid(c Channel, e Event, _ string) (told, error) {
	if e.Viewers < 0 {
		return told{}, invalid("viewers: allowed is 0 and more")
	}
	return told{event: "StreamHostEvent", rooms: noticeRooms(c), data: object{"chatroom_id": c.Chatroom,
		"optional_message": e.Text, "number_viewers": e.Viewers, "host_username": s.display(e.User)}}, nil
}

func (s *Server) follow(c Channel, e Event, _ string) (told, error) {
	who := s.person(e.User)
	return told{event: "FollowersUpdated", rooms: channelRooms(c)[:1], hook: "channel.followed",
		data: object{"followersCount": 1200, "channel_id": c.ID, "username": who.Username, "created_at": s.now().Unix(), "followed": true},
		body: object{"broadcaster": user(s.person(c.Slug)), "follower": user(who)}}, nil
}

func (s *Server) kicks(c Channel, e Event, id string) (told, error) {
	if e.Amount < 1 {
		return told{}, invalid("amount: allowed is 1 and more")
	}
	if e.Title == "" {
		e.Title = "Rage Quit"
	}
	who := s.person(e.User)
	sender := brief(who)
	sender["username_color"] = who.Color
	gift := object{"amount": e.Amount, "name": e.Title, "type": "LEVEL_UP", "tier": "MID", "message": e.Text, "pinned_time_seconds": 600}
	return told{event: "KicksGifted", rooms: channelRooms(c), hook: "kicks.gifted",
		data: object{"gift_transaction_id": id, "message": e.Text, "sender": sender, "created_at": pusherTime(s.now()),
			"gift": object{"gift_id": slugOf(strings.ReplaceAll(e.Title, " ", "_")), "name": e.Title, "amount": e.Amount, "type": "LEVEL_UP", "tier": "MID", "pinned_time": 600_000_000_000}},
		body: object{"broadcaster": user(s.person(c.Slug)), "sender": user(who), "gift": gift, "created_at": apiTime(s.now())}}, nil
}

func (s *Server) reward(c Channel, e Event, id string) (told, error) {
	if e.Title == "" {
		e.Title = "Hydrate"
	}
	who := s.person(e.User)
	return told{event: "RewardRedeemedEvent", rooms: channelRooms(c), hook: "channel.reward.redemption.updated",
		data: object{"reward_title": e.Title, "user_id": who.ID, "channel_id": c.ID, "username": who.Username, "user_input": e.Text, "reward_background_color": "#75FD46"},
		body: object{"id": s.ulid(), "user_input": e.Text, "status": "pending", "redeemed_at": apiTime(s.now()),
			"reward":   object{"id": id, "title": e.Title, "cost": 100, "description": ""},
			"redeemer": user(who), "broadcaster": user(s.person(c.Slug))}}, nil
}

// announcement is a message that is pinned.
func (s *Server) announcement(c Channel, e Event, id string) (told, error) {
	m := Message{ID: id, Channel: c.Slug, Text: e.Text, At: s.now().UTC(), Display: s.display(e.User), Roles: []string{RoleModerator}}
	if found, ok := s.find(e.MessageID); ok {
		m = found
	} else if e.Text == "" || e.MessageID != "" {
		return told{}, invalid("an announcement has a text, or the id of a kept message")
	}
	return told{event: "PinnedMessageCreatedEvent", rooms: noticeRooms(c), data: object{"message": s.chatEvent(c, m, nil),
		"duration": "1200", "pinnedBy": brief(s.person(e.User))}}, nil
}

func (s *Server) poll(c Channel, e Event, _ string) (told, error) {
	return told{event: "PollUpdateEvent", rooms: noticeRooms(c), data: object{"poll": object{"title": e.Title, "duration": 60,
		"remaining": 60, "result_display_duration": 15, "has_voted": false, "voted_option_id": nil,
		"options": []object{{"id": 0, "label": "yes", "votes": 0}, {"id": 1, "label": "no", "votes": 0}}}}}, nil
}

// raw is any event of Pusher's, for what is not known here.
func (s *Server) raw(c Channel, e Event, _ string) (told, error) {
	if e.Event == "" || !json.Valid(e.Data) {
		return told{}, invalid("raw: needs the name of an event and data that is JSON")
	}
	return told{event: strings.TrimPrefix(e.Event, prefix), rooms: noticeRooms(c), data: e.Data}, nil
}
