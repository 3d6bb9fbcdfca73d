package trigger

import (
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/manage"
	"github.com/streamsuites/streamsuites/internal/match"
)

// attempt is one message, or one operator's request, on its way through the
// guards of a trigger that it matched.
type attempt struct {
	state  *State
	rules  *Rules
	rule   *rule
	branch *branch
	clock  time.Time
	out    *Effects // what follows from the input so far, by this trigger and those before it

	key      chat.Key
	platform chat.Platform
	channel  string
	replyTo  string
	said     time.Time // what the attempt is anchored on
	received time.Time
	roles    chat.Roles
	user     string // account name
	name     string // as shown
	userKey  string
	event    *chat.Event // nil for an operator's request
	text     string      // the whole message
	word     string      // the first one behind the prefix

	operator bool
	rest     string   // behind the command's name and a subcommand
	args     []string // of rest
	wish     wish     // what was asked for, of the built-in clip
	order    *manage.Result
	clips    []clip.Request    // of this attempt, so far
	answers  int               // of its own, so far
	moment   *moment           // that is being clipped already, once it was looked for
	groups   map[string]string // named groups of the pattern that matched
}

func newAttempt(s *State, r *Rules, rule *rule, e *chat.Event, clock time.Time, out *Effects) *attempt {
	return &attempt{
		state: s, rules: r, rule: rule, branch: &rule.plain, clock: clock, out: out,
		key: e.Key(), platform: e.Platform, channel: e.Channel, replyTo: e.MessageID,
		said: saidAt(e), received: e.ReceivedAt, roles: e.Author.Roles,
		user: e.Author.Login, name: nameOf(&e.Author), userKey: UserKey(e.Platform, e.Author.ID), event: e,
	}
}

// refusal is the first step that failed and why.
type refusal struct {
	step   Step
	detail string
	left   time.Duration // of a cooldown
	say    string        // a sentence to say whatever the trigger answers to refusals
	mute   bool          // nothing is to be said of it
}

// run takes the attempt through the steps in their order. It returns why it was
// refused, or nil when it fired.
func (a *attempt) run(rest string) *refusal {
	a.choose(rest)
	if no := a.refused(); no != nil {
		a.deny(no)
		return no
	}
	if a.moment != nil {
		a.join(a.moment)
		a.deleteMessage()
		return nil
	}
	a.fire()
	return nil
}

// choose finds the subcommand that is meant.
func (a *attempt) choose(rest string) {
	a.rest = rest
	if a.rule.subcommands == nil {
		return
	}
	word, behind := match.FirstWord(rest)
	if sub := a.rule.subcommand(word); sub != nil {
		a.branch, a.rest = sub, behind
	} else if a.rule.fallback != nil {
		a.branch = a.rule.fallback
	}
}

// refused takes the steps; the order is part of what decisions mean. What joins a
// clip is held back by none that is about making one.
func (a *attempt) refused() *refusal {
	no := a.first((*attempt).off, (*attempt).wrongStream, (*attempt).wrongCategory, (*attempt).wrongRole,
		(*attempt).wrongArgs, (*attempt).late)
	if no != nil {
		return no
	}
	if a.moment = a.sameMoment(); a.moment != nil {
		return a.waits()
	}
	return a.first((*attempt).cooling, (*attempt).overStreamLimit, (*attempt).alone, (*attempt).poor, (*attempt).overQuota)
}

func (a *attempt) first(steps ...func(*attempt) *refusal) *refusal {
	for _, step := range steps {
		if no := step(a); no != nil {
			return no
		}
	}
	return nil
}
