package manage

import (
	"encoding/json"
	"strings"
)

// Apply checks an order against what there is and returns what it changes. An
// error is a *UsageError; it changes nothing.
func Apply(o Order, c Catalog, who Who) (Result, error) {
	if !o.ReadOnly() && !who.Manages {
		return Result{}, refuse("only moderators can change that")
	}
	k := clerk{Catalog: c}
	result, err := k.carryOut(o)
	room := who.Room
	if room <= 0 {
		room = DefaultRoom
	}
	if err != nil {
		return Result{}, &UsageError{cut(err.Error(), room)}
	}
	if o.Verb == List {
		result.Reply = k.list(who, room)
	}
	result.Reply = cut(clean(result.Reply), room)
	return result, nil
}

// clerk carries out orders with a catalog at hand.
type clerk struct{ Catalog }

func (k clerk) carryOut(o Order) (Result, error) {
	switch o.Verb {
	case Add:
		return k.add(o)
	case Edit:
		return k.edit(o)
	case SetOptions:
		return k.setOptions(o)
	case Enable, Disable:
		return k.enable(o)
	case Remove:
		return k.remove(o)
	case Reset:
		return k.reset(o)
	case Show:
		return k.show(o)
	case AliasAdd:
		return k.addAliases(o)
	case AliasRemove:
		return k.removeAliases(o)
	case AliasList:
		return k.aliases(o)
	case List:
		return Result{}, nil // the answer depends on its room
	case CounterShow, CounterAdd, CounterSet, CounterReset:
		return k.count(o)
	case Pause, Resume, Toggle:
		return k.pause(o)
	default:
		return Result{}, refuse("%s is not something to do", shown(string(o.Verb)))
	}
}

func (k clerk) pause(o Order) (Result, error) {
	was := k.Paused()
	paused := o.Verb == Pause || o.Verb == Toggle && !was
	verb, reply := Resume, "commands work again"
	if paused {
		verb, reply = Pause, "commands are paused"
	}
	if paused == was {
		return Result{Reply: reply + " already"}, nil
	}
	return Result{
		Reply:   reply,
		Paused:  &paused,
		Changes: []Change{{Subject: "pause", Action: string(verb), Before: jsonOf(was), After: jsonOf(paused)}},
	}, nil
}

// action is what the audit calls a verb: one word.
func action(v Verb) string {
	first, second, two := strings.Cut(string(v), " ")
	if two && first == "counter" {
		return second
	}
	return first
}

// jsonOf marshals values of plain types, which cannot fail.
func jsonOf(value any) json.RawMessage {
	raw, _ := json.Marshal(value)
	return raw
}
