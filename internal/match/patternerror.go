package match

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// PatternError says why a pattern cannot be used, where, and what to do.
type PatternError struct {
	Place   int    // in characters, from 1; 0 when it is the pattern as a whole
	Near    string // what stands there
	Finding string
	Remedy  string
}

// Error implements error.
func (e *PatternError) Error() string {
	if e.Place == 0 {
		return fmt.Sprintf("the pattern cannot be used: %s; %s", e.Finding, e.Remedy)
	}
	return fmt.Sprintf("the pattern cannot be used: character %d, %q: %s; %s", e.Place, e.Near, e.Finding, e.Remedy)
}

func tooLong(pattern string) error {
	return &PatternError{
		Finding: fmt.Sprintf("it has %d bytes and %d is the most", len(pattern), MaxPattern),
		Remedy:  "shorten it or make several triggers of it",
	}
}

func tooLarge(pattern string) error {
	return &PatternError{
		Finding: fmt.Sprintf("its repetitions and classes make more than %d steps of its %d bytes", maxProgram, len(pattern)),
		Remedy:  "repeat less, such as with + in place of {100}, or make several triggers of it",
	}
}

// advice is the finding and the remedy for each of the errors of regexp/syntax.
var advice = map[syntax.ErrorCode][2]string{
	syntax.ErrInvalidCharClass:      {"no class of characters", `write \ before [ if it is meant as a character`},
	syntax.ErrInvalidCharRange:      {"no range of characters", "write the lower end first, as in a-z; a - that is meant as a character comes last"},
	syntax.ErrInvalidEscape:         {"RE2 does not know this", `to mean the character itself leave out the \; a group's text cannot be asked for again`},
	syntax.ErrInvalidNamedCapture:   {"no name for a group", "write (?P<name>…) with letters, digits and _ of ASCII"},
	syntax.ErrInvalidPerlOp:         {"RE2 does not look ahead or back", "write what has to be there without (?=, (?!, (?<= and (?<!"},
	syntax.ErrInvalidRepeatOp:       {"a repetition of a repetition", "put brackets around the inner one"},
	syntax.ErrInvalidRepeatSize:     {"too many repetitions", "repeat at most 1000 times in all"},
	syntax.ErrInvalidUTF8:           {"bytes that are no UTF-8", "write the pattern in UTF-8"},
	syntax.ErrMissingBracket:        {"a class of characters without end", `close it with ], or write \[ to mean the character`},
	syntax.ErrMissingParen:          {"a bracket that is not closed", `close it with ), or write \( to mean the character`},
	syntax.ErrMissingRepeatArgument: {"nothing that could be repeated", `put something before it, or write \ before it to mean the character`},
	syntax.ErrTrailingBackslash:     {`a \ at the end`, `write \\ to mean the character`},
	syntax.ErrUnexpectedParen:       {"a closing bracket that was not opened", `write \) to mean the character`},
	syntax.ErrNestingDepth:          {"brackets too deep in each other", "use fewer brackets"},
	syntax.ErrLarge:                 {"too large", "repeat less or make several triggers of it"},
}

// wrong explains an error of regexp/syntax.
func wrong(pattern string, err error) error {
	var cause *syntax.Error
	if !errors.As(err, &cause) {
		return &PatternError{Finding: err.Error(), Remedy: "see https://github.com/google/re2/wiki/Syntax"}
	}
	code := cause.Code
	if strings.HasPrefix(cause.Expr, "(?<=") || strings.HasPrefix(cause.Expr, "(?<!") {
		code = syntax.ErrInvalidPerlOp // regexp/syntax takes it for the name of a group
	}
	known, ok := advice[code]
	if !ok {
		known = [2]string{string(code), "see https://github.com/google/re2/wiki/Syntax"}
	}
	e := &PatternError{Finding: known[0], Remedy: known[1], Near: cause.Expr}
	at := strings.Index(pattern, cause.Expr)
	switch {
	case code == syntax.ErrMissingParen || code == syntax.ErrUnexpectedParen:
		// regexp/syntax names the pattern as a whole.
		if at = oddBracket(pattern); at >= 0 {
			e.Near = pattern[at : at+1]
		}
	case cause.Expr == "" || code == syntax.ErrInvalidUTF8 || code == syntax.ErrLarge || code == syntax.ErrNestingDepth:
		at = -1
	}
	if at >= 0 {
		e.Place = utf8.RuneCountInString(pattern[:at]) + 1
	}
	return e
}

// oddBracket finds the round bracket that closes nothing, or else the last one
// that is not closed; -1 when there is none.
func oddBracket(pattern string) int {
	var opened []int
	class := false
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case strings.HasPrefix(pattern[i:], `\Q`):
			quoted, _, _ := strings.Cut(pattern[i:], `\E`)
			i += len(quoted) + 1
		case c == '\\':
			i++
		case class:
			class = c != ']'
		case c == '[':
			class = true
		case c == '(':
			opened = append(opened, i)
		case c == ')' && len(opened) == 0:
			return i
		case c == ')':
			opened = opened[:len(opened)-1]
		}
	}
	if len(opened) == 0 {
		return -1
	}
	return opened[len(opened)-1]
}
