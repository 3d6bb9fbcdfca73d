package trigger

import (
	"strconv"
	"strings"

	"github.com/streamsuites/streamsuites/internal/definition"
)

// fire writes down what follows from an attempt that nothing refused: first what
// it reserves, then what it does, in the order of the definition.
func (a *attempt) fire() {
	a.decide(true, "", "")
	a.startCooldowns()
	a.count()
	a.settleVotes()
	paid := a.pay()
	a.act()
	if paid >= 0 && a.branch.refund && len(a.clips) > 0 {
		a.out.Points[paid].ClipID = a.clips[0].ClipID
	}
	if a.rule.deletes && !a.operator {
		a.out.Deletions = append(a.out.Deletions, Deletion{
			Key:      "delete:" + string(a.platform) + ":" + a.key.MessageID,
			Platform: a.platform, Channel: a.channel, MessageID: a.key.MessageID,
			NotAfter: a.received.Add(a.rules.settings.ReplyWithin),
		})
	}
}

func (a *attempt) decide(fired bool, step Step, detail string) {
	d := Decision{TriggerID: a.rule.id, Key: a.key, Fired: fired, Step: step, Detail: detail, Config: a.rules.hash, At: a.clock}
	if a.operator {
		d.At = a.received
	} else {
		d.Author = a.userKey
	}
	a.out.Decisions = append(a.out.Decisions, d)
}

func (a *attempt) startCooldowns() {
	if a.operator {
		return
	}
	if d := a.rule.groupTime; d > 0 && a.rule.group != "" {
		a.out.Cooldowns = append(a.out.Cooldowns, Cooldown{a.rule.group, globalScope, a.clock.Add(d), a.clock})
	}
	if d := a.branch.globalCooldown; d > 0 {
		a.out.Cooldowns = append(a.out.Cooldowns, Cooldown{a.branch.cooldownID, globalScope, a.clock.Add(d), a.clock})
	}
	if d := a.branch.userCooldown; d > 0 {
		a.out.Cooldowns = append(a.out.Cooldowns, Cooldown{a.branch.cooldownID, a.scope(), a.clock.Add(d), a.clock})
	}
}

// count counts the use, for everybody and for the author.
func (a *attempt) count() {
	if a.operator {
		return
	}
	for _, user := range [...]string{"", a.userKey} {
		a.out.Uses = append(a.out.Uses, Use{
			TriggerID: a.rule.id, UserKey: user, Total: a.uses(user).Total + 1,
			StreamRef: a.state.StreamRef, StreamTotal: a.streamTotal(user) + 1,
		})
	}
}

// pay spends what the trigger costs. It returns the place of the change, or -1.
func (a *attempt) pay() int {
	if a.branch.cost == 0 || a.operator {
		return -1
	}
	a.out.Points = append(a.out.Points, PointChange{
		UserKey: a.userKey, Delta: -a.branch.cost, Balance: a.balance() - a.branch.cost,
		Reason: PointsSpent, TriggerID: a.rule.id, At: a.clock,
	})
	return len(a.out.Points) - 1
}

// act does what the trigger is for, and then says one of its responses.
func (a *attempt) act() {
	switch a.rule.builtIn {
	case builtInClip:
		a.clip(a.wish, !a.branch.speaks)
	case builtInPing:
		if !a.branch.speaks {
			a.say(a.message("ping", pingText(a.name), ""))
		}
	case builtInManage:
		a.carryOut()
	}
	for i := range a.branch.actions {
		d := &a.branch.actions[i]
		switch d.kind {
		case definition.DoReply:
			a.answer(&d.text, d.mode)
		case definition.DoClip:
			w := a.wishOf(d)
			w.title = wishedTitle(d.text.Render(a))
			a.clip(w, !a.branch.speaks)
		case definition.DoCounter:
			a.changeCounter(d)
		}
	}
	if n := int64(len(a.branch.responses)); n > 0 {
		a.answer(&a.branch.responses[a.pick(n)], a.rule.mode)
	}
}

// pick chooses one of n responses.
func (a *attempt) pick(n int64) int64 {
	switch {
	case n == 1:
		return 0
	case a.rule.pick == definition.Random:
		return a.Random(n, "response")
	default:
		return max(0, a.uses("").Total-1) % n
	}
}

func (a *attempt) changeCounter(d *deed) {
	value := addPoints(a.counter(d.counter), d.add)
	if d.set != nil {
		value = *d.set
	}
	a.out.Counters = append(a.out.Counters, Counter{d.counter, value, a.userKey, a.clock})
}

// answer says a line, unless nothing of it is left.
func (a *attempt) answer(l *line, mode definition.ReplyMode) {
	text := strings.TrimSpace(l.Render(a))
	if !l.orders {
		// Nobody in chat makes the bot give orders to the platform.
		text = strings.TrimLeft(text, "/. ")
	}
	if text == "" || a.channel == "" {
		return
	}
	clipID := ""
	if n := len(a.clips); n > 0 {
		clipID = a.clips[n-1].ClipID
	}
	m := a.message(a.nextKind(), text, clipID)
	if mode == definition.AsSay {
		m.ReplyTo = ""
	}
	a.say(m)
}

// nextKind begins the key of one of a trigger's answers to a message: each has its
// own, whatever else the message triggers.
func (a *attempt) nextKind() string {
	a.answers++
	return "reply/" + a.rule.id + "/" + strconv.Itoa(a.answers)
}

// message is an answer to the attempt's message.
func (a *attempt) message(kind, text, clipID string) Message {
	return Message{
		Key:      kind + ":" + string(a.platform) + ":" + a.key.MessageID,
		Platform: a.platform, Channel: a.channel, Text: text, ReplyTo: a.replyTo, ClipID: clipID,
		NotAfter: a.received.Add(a.rules.settings.ReplyWithin),
	}
}

func (a *attempt) say(m Message) {
	m.Text = shorten(m.Text, roomOn(m.Platform))
	a.out.Messages = append(a.out.Messages, m)
}

// deny records a refusal. It starts no cooldown of the trigger and spends nothing;
// at most it reserves the right to answer.
func (a *attempt) deny(no *refusal) {
	a.decide(false, no.step, no.detail)
	if a.operator {
		return
	}
	answer := a.rule.onDenied
	switch no.step {
	case StepCooldownGroup, StepCooldownGlobal, StepCooldownUser:
		answer = a.rule.onCooldown
	}
	throttle := a.rule.id + "//denied" // no trigger or subcommand is called so
	if answer != Reply && no.say == "" || a.throttled(throttle) {
		return
	}
	a.out.Cooldowns = append(a.out.Cooldowns, Cooldown{throttle, globalScope, a.clock.Add(DeniedEvery), a.clock})
	text := deniedText(a.name, a.rule.label, no)
	if no.say != "" {
		text = mention(a.name) + " " + no.say
	}
	kind := "denied"
	if a.rule.builtIn == noBuiltIn {
		kind += "/" + a.rule.id
	}
	a.say(a.message(kind, text, ""))
}

// throttled reports whether a refusal was answered a moment ago. Whoever need not
// wait for cooldowns is always answered: a moderator who mistypes twice wants to
// know both times.
func (a *attempt) throttled(throttle string) bool {
	return !a.isExempt() && a.cooldown(throttle, globalScope).After(a.clock)
}
