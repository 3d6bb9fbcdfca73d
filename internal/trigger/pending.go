package trigger

import (
	"strings"
	"time"
)

// One message can fire several triggers. Each of them sees the state as those
// before it will leave it: what is pending counts before what is known. There are
// never more than a few effects of one message to look through.

// cooldown returns until when a trigger is held back in a scope.
func (a *attempt) cooldown(id, scope string) time.Time {
	if id == "" {
		return time.Time{}
	}
	until := a.state.Cooldown(id, scope)
	for i := range a.out.Cooldowns {
		if c := &a.out.Cooldowns[i]; c.TriggerID == id && c.Scope == scope && c.Until.After(until) {
			until = c.Until
		}
	}
	return until
}

// uses returns how often the rule has fired, for everybody or for an author.
func (a *attempt) uses(user string) Use {
	for i := len(a.out.Uses) - 1; i >= 0; i-- {
		if u := &a.out.Uses[i]; u.TriggerID == a.rule.id && u.UserKey == user {
			return *u
		}
	}
	return a.state.Uses(a.rule.id, user)
}

// streamTotal is how often the rule has fired in this stream.
func (a *attempt) streamTotal(user string) int64 {
	if u := a.uses(user); u.StreamRef == a.state.StreamRef {
		return u.StreamTotal
	}
	return 0
}

// balance is what the author has to spend.
func (a *attempt) balance() int64 {
	for i := len(a.out.Points) - 1; i >= 0; i-- {
		if p := &a.out.Points[i]; p.UserKey == a.userKey {
			return p.Balance
		}
	}
	return a.state.balance(a.userKey, a.rules)
}

// counter is a named counter's value.
func (a *attempt) counter(name string) int64 {
	for i := len(a.out.Counters) - 1; i >= 0; i-- {
		if c := &a.out.Counters[i]; c.Name == name {
			return c.Value
		}
	}
	return a.state.Counters[name]
}

func compareUses(a, b Use) int {
	if c := strings.Compare(a.TriggerID, b.TriggerID); c != 0 {
		return c
	}
	return strings.Compare(a.UserKey, b.UserKey)
}
