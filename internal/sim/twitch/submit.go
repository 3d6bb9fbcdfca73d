package twitch

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// maxText is the longest message in code points.
const maxText = 500

// refusal is why a message of an account was not accepted.
type refusal struct {
	code string // the id of the NOTICE; empty where the platform says nothing
	text string
}

var (
	refusedSilently  = &refusal{}
	refusedRate      = &refusal{"msg_ratelimit", "Your message was not sent because you are sending messages too quickly."}
	refusedDuplicate = &refusal{"msg_duplicate", "Your message was not sent because it is identical to the previous one you sent, less than 30 seconds ago."}
	refusedBanned    = &refusal{"msg_banned", "You are permanently banned from talking in this channel."}
	refusedSuspended = &refusal{"msg_suspended", "You don't have permission to perform that action."}
	refusedGone      = &refusal{"msg_channel_suspended", "This channel does not exist or has been suspended."}
)

// submission is a message that an account wants to send.
type submission struct {
	account Account
	channel Channel
	text    string
	replyTo string
	nonce   string
	via     *conn // the connection it came over, nil for none
}

// privmsg carries out PRIVMSG.
func (c *conn) privmsg(line Line) {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	name, isChannel := strings.CutPrefix(strings.ToLower(line.param(0)), "#")
	channel, known := s.seed.channel(name)
	text := clean(line.param(1))
	if !isChannel || !known || text == "" || !c.mayWrite {
		return
	}
	fault, _ := s.options.Faults.Take(TargetSend)
	if r, struck := sendFault(fault); struck {
		c.refuse(name, r)
		return
	}
	if fault == "close_before" {
		c.cancel()
		return
	}
	text, unknown := slashCommand(text)
	if unknown != "" {
		c.command(notice("unrecognized_cmd", name, "Unrecognized command: "+unknown))
		return
	}
	sub := submission{account: c.account, channel: channel, text: text,
		replyTo: line.Tags["reply-parent-msg-id"], nonce: line.Tags["client-nonce"], via: c}
	m, r := s.submit(sub)
	switch {
	case fault == "close_after":
		c.cancel()
	case r != nil:
		c.refuse(name, r)
	default:
		c.command(userstate(c.account, rolesIn(channel, c.login), name, m.ID, sub.nonce))
	}
}

func sendFault(kind string) (*refusal, bool) {
	switch kind {
	case "drop":
		return refusedSilently, true
	case "ratelimit":
		return refusedRate, true
	case "duplicate":
		return refusedDuplicate, true
	case "banned":
		return refusedBanned, true
	case "suspended":
		return refusedSuspended, true
	case "channel_suspended":
		return refusedGone, true
	default:
		return nil, false
	}
}

func (c *conn) refuse(channel string, r *refusal) {
	if r.code != "" {
		c.command(notice(r.code, channel, r.text))
	}
}

// clean makes bytes fit to be said: valid, on one line, within the limit.
func clean(text string) string {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	text = strings.Map(func(r rune) rune {
		switch r {
		case 0, '\r', '\n':
			return -1
		}
		return r
	}, text)
	return cutCharacters(strings.TrimRight(text, " "), maxText)
}

var commandPattern = regexp.MustCompile(`^[/.][A-Za-z]+$`)

// slashCommand turns /me into an action and reports any other chat command:
// they left IRC in 2023.
func slashCommand(text string) (said, unknown string) {
	word, rest, _ := strings.Cut(text, " ")
	switch {
	case !commandPattern.MatchString(word):
		return text, ""
	case word[1:] == "me":
		return "\x01ACTION " + rest + "\x01", ""
	default:
		return text, word
	}
}

// submit accepts a message of an account, keeps it and delivers it, or says why
// not. The caller holds the lock.
func (s *Server) submit(sub submission) (Message, *refusal) {
	roles := rolesIn(sub.channel, sub.account.Login)
	if r := s.metered(sub, roles); r != nil {
		return Message{}, r
	}
	m := Message{ID: s.options.NewID(), Channel: sub.channel.Login, User: sub.account.Login, Text: sub.text,
		At: s.now().UTC(), Display: sub.account.Display, Roles: roles, Metered: true, ByAPI: sub.via == nil}
	if _, ok := s.find(sub.replyTo); ok {
		m.ReplyTo = sub.replyTo
	}
	if err := s.publish(m, sub.nonce, sub.via); err != nil {
		s.options.Log.Error().Err(err).Msg("message could not be kept")
		return Message{}, refusedSilently
	}
	return m, nil
}

// publish keeps a message and delivers it. The caller holds the lock.
func (s *Server) publish(m Message, nonce string, via *conn) error {
	if err := s.messages.Append(m); err != nil {
		return fmt.Errorf("keep message: %w", err)
	}
	var parent *Message
	if found, ok := s.find(m.ReplyTo); ok {
		parent = &found
	}
	s.deliver(m.Channel, delivery{line: s.privmsg(m, nonce, parent), except: via})
	return nil
}

// metered applies the platform's limits to a message, the account's first, then
// the room's.
func (s *Server) metered(sub submission, roles []string) *refusal {
	now, limits, login := s.now(), s.options.Limits, sub.account.Login
	if now.Before(s.state.Silenced[login]) {
		return refusedSilently
	}
	if r := s.banned(sub.channel.Login, login, now); r != nil {
		return r
	}
	if !privileged(roles) {
		if r := s.roomRules(sub, now); r != nil {
			return r
		}
	}
	allowed := limits.Messages
	if privileged(roles) {
		allowed = limits.ModMessages
	}
	if _, within := s.sent.Take(login, now, limits.MessageSpan, allowed); !within {
		s.state.Silenced[login] = now.Add(limits.Silence)
		if err := s.keepState(); err != nil {
			s.options.Log.Error().Err(err).Msg("silence could not be kept")
		}
		return refusedSilently
	}
	return nil
}

func (s *Server) banned(channel, login string, now time.Time) *refusal {
	end, ok := s.state.Bans[channel+"/"+login]
	switch {
	case !ok || !end.IsZero() && !end.After(now):
		return nil
	case end.IsZero():
		return refusedBanned
	default:
		return &refusal{"msg_timedout", fmt.Sprintf("You are timed out for %d more seconds.", int(end.Sub(now).Seconds())+1)}
	}
}

// roomRules are the rules from which moderators are exempt.
func (s *Server) roomRules(sub submission, now time.Time) *refusal {
	limits, modes := s.options.Limits, s.modes(sub.channel.Login)
	for _, m := range s.messages.Newest() {
		if m.Channel != sub.channel.Login || m.User != sub.account.Login {
			continue
		}
		age := now.Sub(m.At)
		switch {
		case age < limits.Gap:
			return refusedRate
		case m.Text == sub.text && age < limits.Duplicate:
			return refusedDuplicate
		case m.Text == sub.text && modes.R9K:
			return &refusal{"msg_r9k", "This room is in unique-chat mode and the message you attempted to send is not unique."}
		case age < time.Duration(modes.Slow)*time.Second:
			return &refusal{"msg_slowmode", fmt.Sprintf("This room is in slow mode and you are sending messages too quickly. You will be able to talk again in %d seconds.", modes.Slow-int(age.Seconds()))}
		}
	}
	switch {
	case modes.SubsOnly:
		return &refusal{"msg_subsonly", "This room is in subscribers only mode. To talk, purchase a channel subscription."}
	case modes.EmoteOnly && !onlyEmotes(sub.text):
		return &refusal{"msg_emoteonly", "This room is in emote-only mode. You can find your currently available emoticons using the smiley in the chat text area."}
	case modes.FollowersOnly == 0:
		return &refusal{"msg_followersonly_zero", "This room is in followers-only mode. Follow the channel to join the community!"}
	case modes.FollowersOnly > 0:
		return &refusal{"msg_followersonly", fmt.Sprintf("This room is in %d minutes followers-only mode.", modes.FollowersOnly)}
	}
	return nil
}

func onlyEmotes(text string) bool {
	for word := range strings.FieldsSeq(text) {
		if emoteIDs[word] == "" {
			return false
		}
	}
	return true
}
