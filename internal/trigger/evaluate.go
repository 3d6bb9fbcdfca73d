package trigger

import (
	"slices"
	"time"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// MaxSkew is how far a platform's clock may run ahead of ours: a message from
// further in the future counts as said MaxSkew after it was received.
const MaxSkew = 2 * time.Second

// Scopes of cooldowns: for everybody, or userScope and a user key.
const (
	globalScope = "global"
	userScope   = "user:"
)

// Evaluate decides what an input does. It changes nothing that decisions depend
// on: State.Apply moves the state on. Messages are expected once each; whoever
// calls it drops duplicates first.
func Evaluate(s *State, in Input, r *Rules) Outcome {
	switch {
	case in.Message != nil:
		return evaluateMessage(s, in.Message, r)
	case in.Request != nil:
		return evaluateRequest(s, in, r)
	case in.Result != nil:
		return Outcome{Clock: s.Clock, Effects: resultEffects(s, in, r)}
	case in.Waits != nil:
		return Outcome{Clock: s.Clock, Effects: &Effects{ClipWaits: in.Waits.ClipID}}
	case in.Live != nil:
		return Outcome{Clock: s.Clock, Effects: &Effects{StreamLive: in.Live}}
	case in.Over != nil:
		return Outcome{Clock: s.Clock, Effects: &Effects{StreamOver: in.Over}}
	case in.Config != nil:
		return Outcome{Clock: s.Clock, Effects: configEffects(in)}
	case in.Grant != nil:
		return Outcome{Clock: s.Clock, Effects: grantEffects(s, in, r)}
	case in.Order != nil:
		return Outcome{Clock: s.Clock, Effects: orderEffects(s, in, r)}
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
	v := newView(e, r.settings.Prefix)
	found := r.index.find(&s.scratch, &v)
	if len(found) == 0 {
		return out
	}
	out.Effects = r.attempt(s, &v, clock, found)
	return out
}

// attempt tries the triggers that a message may have matched, in their order,
// until one stops it. Each of them sees what the ones before it did.
func (r *Rules) attempt(s *State, v *view, clock time.Time, found []hit) *Effects {
	var pending *Effects
	tried := -1
	for _, h := range found {
		rule := &r.rules[h.rule()]
		if h.rule() == tried || !rule.listens(v.e) {
			continue
		}
		rest, ok := v.text, true
		if !h.certain() {
			rest, ok = rule.look.confirm(v)
		}
		if !ok {
			continue
		}
		tried = h.rule()
		if pending == nil {
			pending = &Effects{}
		}
		a := newAttempt(s, r, rule, v.e, clock, pending)
		a.text, a.word = v.text, v.word
		no := a.run(rest)
		if rule.stop && (no == nil || no.step != StepEnabled) {
			break
		}
	}
	if pending != nil && len(pending.Decisions) > 1 {
		slices.SortStableFunc(pending.Uses, compareUses) // as they are loaded
	}
	return pending
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

// ignores reports whether a message cannot trigger anything, whatever it says.
func (r *Rules) ignores(e *chat.Event) bool {
	if e.History || e.Kind.Inert() || e.Self && !r.index.self || e.SharedFrom != "" && !r.index.shared {
		return true
	}
	return len(r.ignored) > 0 && !e.Self && r.ignoresAuthor(e)
}

// listens reports whether the rule looks at a message at all.
func (r *rule) listens(e *chat.Event) bool {
	switch {
	case e.Self && !r.self, e.SharedFrom != "" && !r.shared, r.noOwner && e.Author.Roles.Any(chat.Broadcaster):
		return false
	default:
		return len(r.platforms) == 0 || slices.Contains(r.platforms, e.Platform)
	}
}
