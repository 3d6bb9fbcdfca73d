package trigger

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/match"
)

// Value implements template.Values: what an attempt knows under a name. Names that
// have no value now are empty.
func (a *attempt) Value(name string) (string, bool) {
	if group, ok := strings.CutPrefix(name, "match."); ok {
		return a.group(group), true
	}
	if counter, ok := strings.CutPrefix(name, "counter."); ok {
		return strconv.FormatInt(a.counter(match.Name(counter)), 10), true
	}
	if len(name) == 1 && '1' <= name[0] && name[0] <= '9' {
		return a.arg(int(name[0] - '1')), true
	}
	value, known := variables[name]
	if !known {
		return "", false
	}
	return value(a), true
}

// Random implements template.Values: a number from 0 to n-1 that follows from the
// message, the trigger and the salt, so that a replay draws the same.
func (a *attempt) Random(n int64, salt string) int64 {
	if n <= 1 {
		return 0
	}
	h := sha256.New()
	for _, part := range [...]string{
		"random", a.rules.settings.CreatorID, string(a.key.Platform), a.key.MessageID, a.rule.id, salt,
	} {
		var size [4]byte
		binary.BigEndian.PutUint32(size[:], uint32(len(part)))
		h.Write(size[:])
		h.Write([]byte(part))
	}
	var sum [sha256.Size]byte
	// The remainder prefers small numbers by less than n in 2^63.
	return int64((binary.BigEndian.Uint64(h.Sum(sum[:0])) >> 1) % uint64(n))
}

// variables are the names of templates that stand for one value.
var variables map[string]func(*attempt) string

func init() {
	variables = map[string]func(*attempt) string{
		"user":       func(a *attempt) string { return a.name },
		"touser":     (*attempt).toUser,
		"query":      func(a *attempt) string { return a.rest },
		"args":       func(a *attempt) string { return strings.Join(a.args, " ") },
		"count":      func(a *attempt) string { return strconv.FormatInt(a.uses("").Total, 10) },
		"usercount":  func(a *attempt) string { return strconv.FormatInt(a.uses(a.userKey).Total, 10) },
		"channel":    func(a *attempt) string { return a.channel },
		"platform":   func(a *attempt) string { return string(a.platform) },
		"title":      func(a *attempt) string { s, _ := a.state.stream(a.platform); return s.Title },
		"game":       func(a *attempt) string { s, _ := a.state.stream(a.platform); return s.Category },
		"uptime":     (*attempt).uptime,
		"viewers":    (*attempt).viewers,
		"time":       func(a *attempt) string { return a.clock.In(a.rules.zone).Format("15:04") },
		"clip.url":   func(*attempt) string { return "" }, // known when the clip is published, not when it is asked for
		"clip.title": (*attempt).clipTitle,
		"cooldown":   (*attempt).cooldownSeconds,
		"amount":     (*attempt).amount,
		"unit":       func(a *attempt) string { return a.ofEvent().Unit },
		"event":      func(a *attempt) string { return string(a.ofEvent().Kind) },
	}
}

func (a *attempt) arg(i int) string {
	if i < len(a.args) {
		return a.args[i]
	}
	return ""
}

// toUser is whom a command is aimed at: its first argument, else its author.
func (a *attempt) toUser() string {
	if to := strings.TrimPrefix(a.arg(0), "@"); to != "" {
		return to
	}
	return a.name
}

func (a *attempt) uptime() string {
	stream, live := a.state.stream(a.platform)
	if !live || stream.StartedAt.IsZero() {
		return ""
	}
	up := max(0, a.clock.Sub(stream.StartedAt)).Truncate(time.Second)
	switch h, m, s := int(up.Hours()), int(up.Minutes())%60, int(up.Seconds())%60; {
	case h > 0:
		return fmt.Sprintf("%dh %dm", h, m)
	case m > 0:
		return fmt.Sprintf("%dm %ds", m, s)
	default:
		return fmt.Sprintf("%ds", s)
	}
}

func (a *attempt) viewers() string {
	if stream, live := a.state.stream(a.platform); live {
		return strconv.Itoa(stream.Viewers)
	}
	return ""
}

func (a *attempt) clipTitle() string {
	if n := len(a.clips); n > 0 {
		return a.clips[n-1].SourceTitle
	}
	return ""
}

// cooldownSeconds is how long the author has to wait before the next time.
func (a *attempt) cooldownSeconds() string {
	return strconv.Itoa(wholeSeconds(max(a.rule.groupTime, a.branch.globalCooldown, a.branch.userCooldown)))
}

// amount is how much an event is about, as people write it: what was paid in whole
// units of its currency.
func (a *attempt) amount() string {
	switch e := a.ofEvent(); e.Kind {
	case chat.Message:
		return ""
	case chat.Paid:
		return chat.Figure(e.Amount, e.Unit)
	default:
		return strconv.FormatInt(e.Amount, 10)
	}
}

func (a *attempt) ofEvent() *chat.Event {
	if a.event == nil {
		return &chat.Event{}
	}
	return a.event
}

// group is a named group of the first pattern that matches; empty when it took no
// part in the match.
func (a *attempt) group(name string) string {
	if a.groups == nil {
		a.groups = a.rule.look.groups(a.text, a.word)
	}
	return a.groups[name]
}
