package trigger

import (
	"strconv"
	"strings"

	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/match"
)

// maxArgs is how many arguments are told apart; what is behind them is part of
// $(query) alone.
const maxArgs = 64

// arguments is what a command asks its caller for.
type arguments struct {
	least int
	types []definition.ArgType
	usage string
}

func newArguments(least int, args []definition.Arg, usage, label string) arguments {
	a := arguments{least: least, usage: usage}
	words := []string{label}
	for i, arg := range args {
		a.types = append(a.types, arg.Type)
		if arg.Optional {
			words = append(words, "["+arg.Name+"]")
			continue
		}
		a.least = max(a.least, i+1)
		words = append(words, "<"+arg.Name+">")
	}
	for len(words) <= least {
		words = append(words, "<"+strconv.Itoa(len(words))+">")
	}
	if a.usage == "" {
		a.usage = strings.Join(words, " ")
	}
	return a
}

// read splits the text behind a command and checks that it has what is asked for.
// Names of users lose their @.
func (a *arguments) read(rest string, quoted bool) (args []string, ok bool) {
	args = splitArgs(rest, quoted)
	if len(args) < a.least {
		return args, false
	}
	for i, kind := range a.types {
		if i >= len(args) {
			break
		}
		switch kind {
		case definition.Number:
			if _, err := strconv.ParseInt(args[i], 10, 64); err != nil {
				return args, false
			}
		case definition.User:
			if args[i] = strings.TrimPrefix(args[i], "@"); args[i] == "" {
				return args, false
			}
		}
	}
	return args, true
}

// splitArgs splits text into words. When quoted, what stands between straight
// quotation marks is one of them.
func splitArgs(rest string, quoted bool) []string {
	var args []string
	rest = strings.TrimLeftFunc(rest, match.Blank)
	for rest != "" && len(args) < maxArgs {
		if quoted && rest[0] == '"' {
			if word, behind, ok := strings.Cut(rest[1:], `"`); ok {
				args = append(args, word)
				rest = strings.TrimLeftFunc(behind, match.Blank)
				continue
			}
		}
		var word string
		word, rest = match.FirstWord(rest)
		args = append(args, word)
	}
	return args
}
