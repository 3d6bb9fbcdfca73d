package manage

import (
	"strconv"
	"strings"

	"github.com/streamsuites/streamsuites/internal/match"
)

// parseCounter reads `NAME [+|-|+N|-N|set N|reset]`; a blank may stand between
// the sign and the number.
func parseCounter(rest string) (Order, error) {
	name, rest := match.FirstWord(rest)
	if name == "" {
		return Order{}, refuse("usage: counter NAME, then +, -, +N, -N, set N or reset")
	}
	word, more := match.FirstWord(rest)
	o := Order{Name: name}
	switch strings.ToLower(word) {
	case "":
		o.Verb = CounterShow
		return o, nil
	case "reset":
		o.Verb = CounterReset
		if more != "" {
			return Order{}, refuse("usage: counter NAME reset")
		}
		return o, nil
	case "set", "=":
		n, err := strconv.ParseInt(more, 10, 64)
		if err != nil || outside(n) {
			return Order{}, refuse("counter set takes a whole number of at most %d", MaxCounter)
		}
		o.Verb, o.Amount = CounterSet, n
		return o, nil
	}
	return parseStep(o, word+strings.TrimLeftFunc(more, match.Blank))
}

// parseStep reads a sign and a number; the sign alone, or doubled, means one.
func parseStep(o Order, step string) (Order, error) {
	o.Verb = CounterAdd
	switch step {
	case "+", "++":
		o.Amount = 1
		return o, nil
	case "-", "--":
		o.Amount = -1
		return o, nil
	}
	n, err := strconv.ParseInt(step, 10, 64)
	if err != nil || outside(n) || step[0] != '+' && step[0] != '-' {
		return Order{}, refuse("%s is not understood: behind a counter's name stands +, -, +N, -N, set N or reset", shown(step))
	}
	o.Amount = n
	return o, nil
}

// MaxCounter is the largest value that a counter has, and -MaxCounter the
// smallest. It is what a JSON number holds exactly everywhere.
const MaxCounter = 1<<53 - 1

func outside(n int64) bool { return n > MaxCounter || n < -MaxCounter }
