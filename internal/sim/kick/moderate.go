package kick

import (
	"time"
)

// hiddenModerator is whom Pusher names for what people do in moderation; control
// acts for somebody the platform does not show.
var hiddenModerator = Account{ID: 0, Username: "moderator"}

// Ban removes somebody's right to speak: for minutes, or for ever with 0.
func (s *Server) Ban(channelName, user string, minutes int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	channel, err := s.room(channelName)
	if err != nil {
		return err
	}
	return s.ban(channel, user, minutes, hiddenModerator, "")
}

// ban carries a ban out. The caller holds the lock.
func (s *Server) ban(c Channel, name string, minutes int, by Account, reason string) error {
	if err := checkName(name); err != nil {
		return err
	}
	if minutes < 0 || minutes > 10080 {
		return invalid("minutes: allowed are 0 for ever, and up to 10080")
	}
	who := s.person(name)
	var end time.Time
	data := object{"id": s.options.NewID(), "user": brief(who), "banned_by": brief(by), "permanent": minutes == 0}
	metadata := object{"reason": reason, "created_at": apiTime(s.now()), "expires_at": nil}
	if minutes > 0 {
		end = s.now().Add(time.Duration(minutes) * time.Minute)
		data["duration"], data["expires_at"], metadata["expires_at"] = minutes, pusherTime(end), apiTime(end)
	}
	if err := s.change(func(st *state) { st.Bans[c.Slug+"/"+who.Slug()] = end }); err != nil {
		return err
	}
	moderator := by
	if moderator.ID == 0 {
		moderator = s.person(c.Slug) // webhooks always name somebody
	}
	return s.tell(c, told{event: "UserBannedEvent", rooms: chatRooms(c), data: data, hook: "moderation.banned",
		body: object{"broadcaster": user(s.person(c.Slug)), "moderator": user(moderator), "banned_user": user(who), "metadata": metadata}}, ViaBoth)
}

// Unban gives somebody the right to speak back.
func (s *Server) Unban(channelName, user string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	channel, err := s.room(channelName)
	if err != nil {
		return err
	}
	if err := checkName(user); err != nil {
		return err
	}
	return s.unban(channel, user, hiddenModerator)
}

// unban carries it out. The caller holds the lock.
func (s *Server) unban(c Channel, name string, by Account) error {
	who := s.person(name)
	end, banned := s.state.Bans[c.Slug+"/"+who.Slug()]
	if !banned {
		return nil
	}
	if err := s.change(func(st *state) { delete(st.Bans, c.Slug+"/"+who.Slug()) }); err != nil {
		return err
	}
	return s.tell(c, told{event: "UserUnbannedEvent", rooms: chatRooms(c),
		data: object{"id": s.options.NewID(), "user": brief(who), "unbanned_by": brief(by), "permanent": end.IsZero()}}, ViaBoth)
}

// Clear wipes a channel's whole chat.
func (s *Server) Clear(channelName string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.room(channelName)
	if err != nil {
		return err
	}
	return s.tell(c, told{event: "ChatroomClearEvent", rooms: chatRooms(c), data: object{"id": s.options.NewID()}}, ViaBoth)
}

// Delete removes one kept message from its channel's chat.
func (s *Server) Delete(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.find(id)
	if !ok {
		return invalid("message %q: no such message is kept", id)
	}
	return s.remove(m)
}

// remove takes a message out of its channel's chat. The caller holds the lock.
func (s *Server) remove(m Message) error {
	c, err := s.room(m.Channel)
	if err != nil {
		return err
	}
	if err := s.change(func(st *state) { st.Deleted[m.ID] = s.now() }); err != nil {
		return err
	}
	return s.tell(c, told{event: "MessageDeletedEvent", rooms: chatRooms(c), data: object{"id": s.options.NewID(),
		"message": object{"id": m.ID}, "aiModerated": false, "violatedRules": []string{}}}, ViaBoth)
}

// SetLive begins or ends a channel's broadcast; asking for what is already so
// changes nothing. Every broadcast has an id of its own.
func (s *Server) SetLive(channelName string, live bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.room(channelName)
	if err != nil {
		return err
	}
	before := s.state.Airings[c.Slug]
	if (before != nil) == live {
		return nil
	}
	var after *Broadcast
	if live {
		after = newBroadcast(s.now(), c)
	}
	if err := s.change(func(st *state) { st.Airings[c.Slug] = after }); err != nil {
		return err
	}
	title := s.state.Shows[c.Slug].Title
	body := object{"broadcaster": user(s.person(c.Slug)), "is_live": live, "title": title, "ended_at": nil}
	if !live {
		body["started_at"], body["ended_at"] = apiTime(before.StartedAt), apiTime(s.now())
		return s.tell(c, told{event: "StopStreamBroadcast", rooms: channelRooms(c)[:1], hook: "livestream.status.updated", body: body,
			data: object{"livestream": object{"id": before.ID, "channel": object{"id": c.ID, "is_banned": false}}}}, ViaBoth)
	}
	body["started_at"] = apiTime(after.StartedAt)
	return s.tell(c, told{event: "StreamerIsLive", rooms: channelRooms(c)[:1], hook: "livestream.status.updated", body: body,
		data: object{"livestream": object{"id": after.ID, "channel_id": c.ID, "session_title": title, "source": nil,
			"created_at": pusherTime(after.StartedAt)}}}, ViaBoth)
}

// Live reports whether a channel is broadcasting now.
func (s *Server) Live(channelName string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	channel, err := s.room(channelName)
	return err == nil && s.state.Airings[channel.Slug] != nil
}

// SetShow changes what a channel says about its broadcasts and returns it.
func (s *Server) SetShow(channelName string, alter func(*Show)) (Show, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.room(channelName)
	if err != nil {
		return Show{}, err
	}
	show := s.state.Shows[c.Slug]
	alter(&show)
	if show.Viewers < 0 {
		return s.state.Shows[c.Slug], invalid("viewers: allowed is 0 and more")
	}
	if err := s.change(func(st *state) { st.Shows[c.Slug] = show }); err != nil {
		return Show{}, err
	}
	return show, s.tell(c, told{hook: "livestream.metadata.updated", body: object{"broadcaster": user(s.person(c.Slug)),
		"metadata": object{"title": show.Title, "language": "en", "has_mature_content": false, "category": category(show.Category)}}}, ViaBoth)
}
