package twitch

import (
	"errors"

	irc "github.com/gempir/go-twitch-irc/v4"
)

// Kinds of broken lines, as they are counted and logged.
const (
	brokenTooLong = "too_long"   // over the limit of a line
	brokenEmpty   = "no_command" // nothing that could be routed
	brokenPanic   = "parser"     // the library's parser gave up on it
	brokenChat    = "incomplete" // chat without channel, author or text
)

var errParser = errors.New("parser panicked")

// parse runs the library's parser, which reads what is rare: states and notices.
// It panics on hostile tags, for example on a badge without a version; such a
// line is reported as an error without its text.
func parse(line string) (message irc.Message, err error) {
	defer func() {
		if recover() != nil {
			message, err = nil, errParser
		}
	}()
	return irc.ParseMessage(line), nil
}
