package manage

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/streamsuites/streamsuites/internal/definition"
)

// count shows or changes a counter. A change makes it when there is none.
func (k clerk) count(o Order) (Result, error) {
	name, err := k.counterName(o.Name)
	if err != nil {
		return Result{}, err
	}
	was, known := k.Counter(name)
	if o.Verb == CounterShow {
		if !known {
			return Result{}, refuse("there is no counter %s: %scounter %s + makes it", shown(o.Name), k.Prefix(), name)
		}
		return Result{Reply: fmt.Sprintf("%s: %d", name, was)}, nil
	}
	now := o.Amount
	switch o.Verb {
	case CounterAdd:
		now = min(max(was+o.Amount, -MaxCounter), MaxCounter)
	case CounterReset:
		now = 0
	}
	reply := fmt.Sprintf("%s: %d", name, now)
	if known && now == was {
		return Result{Reply: reply + " already"}, nil
	}
	if known && o.Verb != CounterAdd {
		reply += fmt.Sprintf(", was %d", was)
	}
	change := Change{Subject: "counter:" + name, Action: action(o.Verb), After: jsonOf(now)}
	if known {
		change.Before = jsonOf(was)
	}
	return Result{Reply: reply, Counters: []Counter{{name, now}}, Changes: []Change{change}}, nil
}

// counterName normalises a counter's name and refuses what a template could not
// name.
func (k clerk) counterName(typed string) (string, error) {
	name := k.plain(typed)
	switch {
	case name == "" || strings.ContainsFunc(name, func(c rune) bool {
		return unicode.IsControl(c) || strings.ContainsRune("$(){}/|", c)
	}):
		return "", refuse("%s is not a name for a counter", shown(typed))
	case len(name) > definition.MaxNameBytes:
		return "", refuse("%s is too long for a counter's name: %d letters are enough", shown(typed), definition.MaxNameBytes)
	}
	return name, nil
}
