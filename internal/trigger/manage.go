package trigger

import (
	"errors"
	"strings"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/clip"
	"github.com/streamsuites/streamsuites/internal/manage"
	"github.com/streamsuites/streamsuites/internal/match"
)

// understand reads an order to the triggers and finds out what it changes.
func (a *attempt) understand(command, rest string) *refusal {
	order, err := manage.Parse(command, rest)
	if err == nil {
		var result manage.Result
		result, err = manage.Apply(order, catalog{a}, a.who())
		a.order = &result
	}
	if err == nil {
		return nil
	}
	say := "that did not work"
	if usage := (*manage.UsageError)(nil); errors.As(err, &usage) {
		say = usage.Sentence
	}
	return &refusal{step: StepArgs, detail: "the order is refused", say: oneLine(say)}
}

// who says what the author may do. The room of an answer is what a mention leaves.
func (a *attempt) who() manage.Who {
	room := roomOn(a.platform) - len([]rune(mention(a.name))) - 1
	return manage.Who{
		Manages: a.operator || a.roles.Any(chat.Moderator|chat.Editor|chat.Broadcaster),
		Roles:   a.roles, Room: max(room, manage.DefaultRoom/2),
	}
}

// carryOut writes down what an order changes and answers it.
func (a *attempt) carryOut() {
	by, at := a.userKey, a.clock
	if a.operator {
		by, at = string(Operator)+":"+a.name, a.received
	}
	o := a.order
	for _, l := range o.Overlays {
		a.out.Overlays = append(a.out.Overlays, OverlayChange{
			Overlay: Overlay{TriggerID: l.TriggerID, Patch: l.Patch, By: by, At: at}, Drop: l.Drop,
		})
	}
	for _, c := range o.Changes {
		a.out.Changes = append(a.out.Changes, Change{
			Subject: c.Subject, Action: c.Action, By: by, Name: clip.Clean(a.name), At: at, Before: c.Before, After: c.After,
		})
	}
	for _, c := range o.Counters {
		a.out.Counters = append(a.out.Counters, Counter{c.Name, c.Value, by, at})
	}
	for _, u := range o.Uses {
		use := a.state.Uses(u.TriggerID, "")
		use.TriggerID, use.Total = u.TriggerID, u.Total
		a.out.Uses = append(a.out.Uses, use)
	}
	if o.Paused != nil {
		a.out.Paused = o.Paused
	}
	if !a.operator && o.Reply != "" {
		a.say(a.message(a.nextKind(), mention(a.name)+" "+oneLine(o.Reply), ""))
	}
}

// orderEffects carries out an operator's order. Its decision says what became of
// it: the answer stands in Detail.
func orderEffects(s *State, in Input, r *Rules) *Effects {
	order := in.Order
	by := clip.Clean(order.By)
	if by == "" {
		by = string(Operator)
	}
	a := attempt{
		state: s, rules: r, rule: r.manager, branch: &r.manager.plain, clock: s.Clock, out: &Effects{}, operator: true,
		said: in.At, received: in.At, user: by, name: by,
	}
	a.key = chat.Key{Platform: Operator, MessageID: order.RequestID}
	if no := a.understand(a.command(order.Text)); no != nil {
		a.decide(false, StepArgs, no.say)
		return a.out
	}
	a.decide(true, "", oneLine(a.order.Reply))
	a.carryOut()
	return a.out
}

// command tells which of the managing commands an operator means: the words are
// those behind !cmd unless they begin with another one.
func (a *attempt) command(text string) (command, rest string) {
	word, rest := match.FirstWord(strings.TrimSpace(text))
	switch name := strings.ToLower(strings.TrimPrefix(word, a.rules.settings.Prefix)); name {
	case CmdID, CommandsID, CounterID, PauseID:
		return name, rest
	default:
		return CmdID, text
	}
}
