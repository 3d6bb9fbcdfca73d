package twitch

import (
	"fmt"
	"strings"
	"time"

	irc "github.com/gempir/go-twitch-irc/v4"
)

// effect is what a notice of the server means for us.
type effect int

const (
	effectNone      effect = iota // a remark about the channel
	effectRefuse                  // this message was not taken
	effectDuplicate               // this message equals one before
	effectThrottle                // the account sends too fast
	effectTimedOut                // the account may not write here for a while
	effectDisable                 // the account may not write here
	effectGone                    // nobody may be here
)

// notices lists the notice ids that mean more than a remark.
var notices = map[string]effect{
	"msg_ratelimit":                      effectThrottle,
	"msg_duplicate":                      effectDuplicate,
	"msg_timedout":                       effectTimedOut,
	"msg_slowmode":                       effectRefuse,
	"msg_subsonly":                       effectRefuse,
	"msg_emoteonly":                      effectRefuse,
	"msg_r9k":                            effectRefuse,
	"msg_followersonly":                  effectRefuse,
	"msg_followersonly_zero":             effectRefuse,
	"msg_followersonly_followed":         effectRefuse,
	"msg_rejected":                       effectRefuse,
	"msg_rejected_mandatory":             effectRefuse,
	"msg_bad_characters":                 effectRefuse,
	"no_permission":                      effectRefuse,
	"unrecognized_cmd":                   effectRefuse,
	"msg_banned":                         effectDisable,
	"msg_channel_blocked":                effectDisable,
	"msg_suspended":                      effectDisable,
	"msg_verified_email":                 effectDisable,
	"msg_requires_verified_phone_number": effectDisable,
	"msg_channel_suspended":              effectGone,
	"msg_room_not_found":                 effectGone,
	"tos_ban":                            effectGone,
}

// notice handles a NOTICE. A refused login is returned and ends the connection.
func (s *session) notice(m *irc.NoticeMessage) error {
	if m.Channel == "*" || m.Channel == "" {
		if refusesLogin(m.Message) {
			return &LoginError{Login: s.as, Notice: m.Message}
		}
		return nil
	}
	s.c.mu.Lock()
	defer s.c.mu.UnlockAndTell()
	ch := s.channels[strings.ToLower(m.Channel)]
	what := notices[m.MsgID]
	if ch == nil || what == effectNone {
		return nil
	}
	s.c.cfg.Log.Warn().Str("creator", ch.creatorID).Str("channel", ch.name).Str("notice", m.MsgID).
		Msg("twitch refuses something in the channel")
	ch.settle(s.c.apply(ch, what, m.MsgID, m.Message))
	return nil
}

// apply does what a notice with that id and those words asks for, and returns
// what it means for the message that is under way.
func (c *Client) apply(ch *channel, what effect, id, words string) *SendError {
	refusal := &SendError{Channel: ch.name, Refusal: RefusedPlatform, Notice: id}
	switch what {
	case effectDuplicate:
		refusal.Refusal, refusal.RetryAfter = RefusedDuplicate, c.cfg.Timing.Duplicate
	case effectThrottle:
		refusal.Refusal, refusal.RetryAfter = RefusedThrottled, c.cfg.Timing.Throttled
		c.pausedUntil = time.Now().Add(c.cfg.Timing.Throttled)
	case effectTimedOut:
		refusal.RetryAfter = timeout(words, c.cfg.Timing.Throttled)
		ch.out.next = time.Now().Add(refusal.RetryAfter)
	case effectDisable, effectGone:
		refusal.Refusal = RefusedDisabled
		c.disable(ch, what, id)
	}
	return refusal
}

// disable stops writing to a channel. Reading goes on where it works; a channel
// that is gone before it was joined is parked, and one where the account is
// unwelcome is parked when its join is not confirmed.
func (c *Client) disable(ch *channel, what effect, id string) {
	ch.out.off = id
	switch {
	case ch.phase == phaseJoined:
		c.showJoined(ch)
	case what == effectGone:
		c.parkChannel(ch, id)
	default:
		ch.excuse = id
	}
}

// timeout reads the seconds out of "You are timed out for 42 more seconds."
func timeout(text string, fallback time.Duration) time.Duration {
	const most = 14 * 24 * 3600 // the platform's longest timeout
	_, rest, found := strings.Cut(text, " for ")
	var seconds int
	if _, err := fmt.Sscanf(rest, "%d", &seconds); !found || err != nil || seconds <= 0 || seconds > most {
		return fallback
	}
	return time.Duration(seconds) * time.Second
}
