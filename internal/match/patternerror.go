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
	syntax.ErrInvalidNamedCapture:   {"no name for a group", "write (?P<name>…) with letters, digits and _, and each name once"},
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
	known, ok := advice[cause.Code]
	if !ok {
		known = [2]string{string(cause.Code), "see https://github.com/google/re2/wiki/Syntax"}
	}
	e := &PatternError{Finding: known[0], Remedy: known[1], Near: cause.Expr}
	if at := strings.Index(pattern, cause.Expr); at >= 0 && cause.Expr != "" && cause.Expr != pattern {
		e.Place = utf8.RuneCountInString(pattern[:at]) + 1
	}
	return e
}
