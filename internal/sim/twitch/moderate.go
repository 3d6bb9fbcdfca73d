package twitch

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Ban removes somebody's messages and right to speak: for seconds, or for ever
// with 0.
func (s *Server) Ban(channelName, user string, seconds int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	channel, err := s.room(channelName)
	if err != nil {
		return err
	}
	login := strings.ToLower(user)
	if !nickPattern.MatchString(login) || seconds < 0 {
		return invalid("a ban needs a user of letters, digits and underscores, and 0 seconds or more")
	}
	var end time.Time
	var t tagBlock
	if seconds > 0 {
		end = s.now().Add(time.Duration(seconds) * time.Second)
		t.add("ban-duration", fmt.Sprint(seconds))
	}
	s.state.Bans[channel.Login+"/"+login] = end
	if err := s.keepState(); err != nil {
		return err
	}
	t.add("room-id", s.seed.account(channel.Login).ID).add("target-user-id", s.seed.account(login).ID)
	t.add("tmi-sent-ts", millis(s.now()))
	s.toAll(channel.Login, render(&t, fmt.Sprintf("%s CLEARCHAT #%s :%s", host, channel.Login, login)))
	return nil
}

// Unban gives somebody the right to speak back; the platform tells nobody.
func (s *Server) Unban(channelName, user string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	channel, err := s.room(channelName)
	if err != nil {
		return err
	}
	delete(s.state.Bans, channel.Login+"/"+strings.ToLower(user))
	return s.keepState()
}

// Clear wipes a channel's whole chat.
func (s *Server) Clear(channelName string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	channel, err := s.room(channelName)
	if err != nil {
		return err
	}
	var t tagBlock
	t.add("room-id", s.seed.account(channel.Login).ID).add("tmi-sent-ts", millis(s.now()))
	s.toAll(channel.Login, render(&t, fmt.Sprintf("%s CLEARCHAT #%s", host, channel.Login)))
	return nil
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

// noticeIDs are the notices that a channel can get unasked.
var noticeIDs = []string{"msg_ratelimit", "msg_duplicate", "msg_slowmode", "msg_subsonly", "msg_emoteonly", "msg_r9k",
	"msg_followersonly", "msg_followersonly_zero", "msg_followersonly_followed", "msg_banned", "msg_timedout",
	"msg_channel_suspended", "msg_channel_blocked", "msg_suspended", "msg_verified_email", "msg_requires_verified_phone_number",
	"msg_rejected", "msg_rejected_mandatory", "msg_bad_characters", "no_permission", "unrecognized_cmd",
	"subs_on", "subs_off", "slow_on", "slow_off", "followers_on", "followers_off", "emote_only_on", "emote_only_off", "r9k_on", "r9k_off"}

// Notice sends a NOTICE with one of the platform's ids to a channel's members.
func (s *Server) Notice(channelName, id, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	channel, err := s.room(channelName)
	if err != nil {
		return err
	}
	if !slices.Contains(noticeIDs, id) {
		return invalid("notice id %q: allowed are %s", id, strings.Join(noticeIDs, ", "))
	}
	s.toAll(channel.Login, notice(id, channel.Login, clean(text)))
	return nil
}

// SetModes changes a room's restrictions and tells its members what changed.
func (s *Server) SetModes(channelName string, change func(*Modes)) (Modes, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	channel, err := s.room(channelName)
	if err != nil {
		return Modes{}, err
	}
	before := s.modes(channel.Login)
	after := before
	change(&after)
	if after.Slow < 0 || after.FollowersOnly < -1 {
		return before, invalid("slow: allowed is 0 and more; followers_only: -1 and more")
	}
	s.state.Modes[channel.Login] = after
	if err := s.keepState(); err != nil {
		s.state.Modes[channel.Login] = before
		return before, err
	}
	for key, changed := range map[string]bool{
		"emote-only": before.EmoteOnly != after.EmoteOnly, "followers-only": before.FollowersOnly != after.FollowersOnly,
		"r9k": before.R9K != after.R9K, "slow": before.Slow != after.Slow, "subs-only": before.SubsOnly != after.SubsOnly,
	} {
		if changed {
			s.toAll(channel.Login, s.roomstate(channel.Login, after, []string{key}))
		}
	}
	return after, nil
}

// SetLive begins or ends a channel's broadcast; asking for what is already so
// changes nothing. Every broadcast has an id of its own.
func (s *Server) SetLive(channelName string, live bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	channel, err := s.room(channelName)
	if err != nil {
		return err
	}
	before := s.state.Airings[channel.Login]
	if (before.Now != nil) == live {
		return nil
	}
	now := s.now().UTC().Truncate(time.Second)
	after := airing{Before: before.Now, ChangedAt: s.now()}
	if live {
		after.Now = &Broadcast{ID: broadcastID(s.now(), 0), StartedAt: now}
	}
	s.state.Airings[channel.Login] = after
	if err := s.keepState(); err != nil {
		s.state.Airings[channel.Login] = before
		return err
	}
	return nil
}

// Live reports whether a channel is broadcasting now.
func (s *Server) Live(channelName string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	channel, err := s.room(channelName)
	return err == nil && s.state.Airings[channel.Login].Now != nil
}

// ExpireTokens makes every access token of a login invalid at once; its refresh
// tokens stay good.
func (s *Server) ExpireTokens(login string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := false
	for i := range s.state.Tokens {
		if s.state.Tokens[i].Login == strings.ToLower(login) {
			s.state.Tokens[i].ExpiresAt, found = s.now(), true
		}
	}
	if !found {
		return invalid("login %q has no token", login)
	}
	return s.keepState()
}
