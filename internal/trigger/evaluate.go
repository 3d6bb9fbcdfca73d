package trigger

import (
	"fmt"
	"strings"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// MaxSkew is how far a platform's clock may run ahead of ours: a message from
// further in the future counts as said MaxSkew after it was received.
const MaxSkew = 2 * time.Second

const globalScope = "global"

// Evaluate decides what an input does. It changes nothing: State.Apply moves
// the state on. Messages are expected once each; whoever calls it drops
// duplicates first.
func Evaluate(s *State, in Input, r *Rules) Outcome {
	switch {
	case in.Message != nil:
		return evaluateMessage(s, in.Message, r)
	case in.Request != nil:
		return evaluateRequest(s, in, r)
	case in.Result != nil:
		return Outcome{Clock: s.Clock, Effects: resultEffects(in, r)}
	case in.Live != nil:
		return Outcome{Clock: s.Clock, Effects: &Effects{StreamLive: in.Live}}
	case in.Over != nil:
		return Outcome{Clock: s.Clock, Effects: &Effects{StreamOver: in.Over}}
	case in.Config != nil:
		return Outcome{Clock: s.Clock, Effects: configEffects(s, in)}
	case in.Grant != nil:
		return Outcome{Clock: s.Clock, Effects: grantEffects(s, in, r)}
	default:
		return Outcome{Clock: s.Clock}
	}
}

func evaluateMessage(s *State, e *chat.Event, r *Rules) Outcome {
	clock := s.Clock
	if said := saidAt(e); said.After(clock) {
		clock = said
	}
	out := Outcome{Clock: clock}
	if r.ignores(e) {
		return out
	}
	rule, rest := r.match(e)
	if rule == nil {
		return out
	}
	a := attempt{
		state: s, rules: r, rule: rule, clock: clock,
		key: e.Key(), platform: e.Platform, channel: e.Channel, replyTo: e.MessageID,
		said: saidAt(e), received: e.ReceivedAt,
		roles: e.Author.Roles, user: e.Author.Login, name: nameOf(&e.Author),
		scope: "user:" + string(e.Platform) + ":" + e.Author.ID,
	}
	out.Effects = a.run(rest)
	return out
}

// saidAt is the platform's time of a message, clamped to what our own clock
// makes credible.
func saidAt(e *chat.Event) time.Time {
	if e.SentAt.IsZero() {
		return e.ReceivedAt
	}
	if latest := e.ReceivedAt.Add(MaxSkew); e.SentAt.After(latest) {
		return latest
	}
	return e.SentAt
}

func nameOf(a *chat.Author) string {
	if a.Name != "" {
		return a.Name
	}
	return a.Login
}

// attempt is one message, or one operator's request, on its way through the
// guards of the trigger it matched.
type attempt struct {
	state *State
	rules *Rules
	rule  *rule
	clock time.Time

	key      chat.Key
	platform chat.Platform
	channel  string
	replyTo  string
	said     time.Time // what the attempt is anchored on
	received time.Time
	roles    chat.Roles
	user     string // account name
	name     string // as shown
	scope    string // of the user's cooldown

	operator bool
	wish     wish // what was asked for, of a clip
}

// refusal is the first step that failed and why.
type refusal struct {
	step   Step
	detail string
	left   time.Duration // of a cooldown
}

// run takes the attempt through the steps in their order.
func (a *attempt) run(rest string) *Effects {
	if no := a.refused(rest); no != nil {
		return a.deny(*no)
	}
	return a.fire()
}

func (a *attempt) refused(rest string) *refusal {
	if !a.rule.guards.Enabled {
		return &refusal{step: StepEnabled, detail: "switched off"}
	}
	if a.rule.stream == Online {
		if _, live := a.state.stream(a.platform); !live {
			return &refusal{step: StepStream, detail: "not live"}
		}
	}
	if !a.hasRole() {
		return &refusal{step: StepRole, detail: "needs another role"}
	}
	if !a.operator {
		if no := a.parse(rest); no != nil {
			return no
		}
	}
	if no := a.late(); no != nil {
		return no
	}
	if no := a.cooling(); no != nil {
		return no
	}
	return a.overLimit()
}

func (a *attempt) hasRole() bool {
	if a.operator || a.rule.guards.Roles == chat.Everyone {
		return true
	}
	return a.roles.Any(a.rule.guards.Roles | chat.Broadcaster)
}

// parse reads the arguments of triggers that take some.
func (a *attempt) parse(rest string) *refusal {
	if a.rule.action != actClip {
		return nil
	}
	w, err := parseWish(rest, a.rules.settings.Clip)
	if err != nil {
		return &refusal{step: StepArgs, detail: err.Error()}
	}
	a.wish = w
	return nil
}

// late refuses what was said too long ago to be answered as if it were now.
// A clip is anchored on the time of its message, so it may be late as long as
// capture still reaches back to its beginning.
func (a *attempt) late() *refusal {
	age := a.received.Sub(a.said)
	if age <= a.rules.settings.LateAfter {
		return nil
	}
	if a.rule.action == actClip {
		start, _ := a.span()
		if !start.Before(a.received.Add(-a.rules.settings.Clip.Buffer)) {
			return nil
		}
	}
	return &refusal{step: StepLate, detail: fmt.Sprintf("arrived %d s late", int(age.Seconds()))}
}

func (a *attempt) cooling() *refusal {
	if a.operator || a.roles.Any(a.rule.guards.CooldownExempt) {
		return nil
	}
	global := a.state.Cooldown(a.rule.id, globalScope).Sub(a.clock)
	user := a.state.Cooldown(a.rule.id, a.scope).Sub(a.clock)
	switch {
	case global > 0:
		return coolingRefusal(StepCooldownGlobal, max(global, user))
	case user > 0:
		return coolingRefusal(StepCooldownUser, user)
	default:
		return nil
	}
}

func coolingRefusal(step Step, left time.Duration) *refusal {
	return &refusal{step: step, detail: fmt.Sprintf("%d s left", wholeSeconds(left)), left: left}
}

func (a *attempt) overLimit() *refusal {
	if n := a.rule.perHour; n > 0 && !a.operator && a.state.clipsSince(a.clock.Add(-time.Hour)) >= n {
		return &refusal{step: StepRate, detail: fmt.Sprintf("%d in the last hour", n)}
	}
	if n := a.rule.active; n > 0 && len(a.state.ActiveClips) >= n {
		return &refusal{step: StepActive, detail: fmt.Sprintf("%d at work", len(a.state.ActiveClips))}
	}
	return nil
}

// fire builds the effects of an attempt that nothing refused.
func (a *attempt) fire() *Effects {
	e := &Effects{Decisions: []Decision{a.decision(true, "", "")}, Cooldowns: a.cooldowns()}
	switch a.rule.action {
	case actClip:
		a.clip(e)
	case actPing:
		e.Messages = append(e.Messages, a.message("ping", pingText(a.name), ""))
	}
	return e
}

// deny records a refusal. It starts no cooldown of the trigger; at most it
// reserves the right to answer.
func (a *attempt) deny(no refusal) *Effects {
	e := &Effects{Decisions: []Decision{a.decision(false, no.step, no.detail)}}
	answer := a.rule.guards.OnDenied
	if no.step == StepCooldownGlobal || no.step == StepCooldownUser {
		answer = a.rule.guards.OnCooldown
	}
	throttle := a.rule.id + "/denied"
	if a.operator || answer != Reply || a.state.Cooldown(throttle, globalScope).After(a.clock) {
		return e
	}
	e.Cooldowns = append(e.Cooldowns, Cooldown{throttle, globalScope, a.clock.Add(DeniedEvery), a.clock})
	e.Messages = append(e.Messages, a.message("denied", deniedText(a.name, a.command(), no), ""))
	return e
}

func (a *attempt) decision(fired bool, step Step, detail string) Decision {
	at := a.clock
	if a.operator {
		at = a.received
	}
	author := ""
	if !a.operator {
		author = strings.TrimPrefix(a.scope, "user:")
	}
	return Decision{a.rule.id, a.key, fired, step, detail, a.rules.hash, at, author}
}

func (a *attempt) cooldowns() []Cooldown {
	if a.operator {
		return nil
	}
	var started []Cooldown
	if d := a.rule.guards.GlobalCooldown; d > 0 {
		started = append(started, Cooldown{a.rule.id, globalScope, a.clock.Add(d), a.clock})
	}
	if d := a.rule.guards.UserCooldown; d > 0 {
		started = append(started, Cooldown{a.rule.id, a.scope, a.clock.Add(d), a.clock})
	}
	return started
}

func (a *attempt) command() string { return a.rules.prefix + a.rule.names[0] }

// message is an answer to the attempt's message.
func (a *attempt) message(kind, text, clipID string) Message {
	return Message{
		Key:      kind + ":" + string(a.platform) + ":" + a.key.MessageID,
		Platform: a.platform, Channel: a.channel, Text: text, ReplyTo: a.replyTo, ClipID: clipID,
		NotAfter: a.received.Add(a.rules.settings.ReplyWithin),
	}
}
