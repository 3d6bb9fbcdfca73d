package twitch

import (
	"bytes"
	"errors"
	"fmt"

	irc "github.com/gempir/go-twitch-irc/v4"
)

// Kinds of broken lines, as they are counted and logged.
const (
	brokenTooLong = "too_long"   // over the limit of a line
	brokenEmpty   = "no_command" // nothing that could be routed
	brokenPanic   = "parser"     // the parser gave up on it
	brokenChat    = "incomplete" // a chat message without channel, author or text
)

var errParser = errors.New("parser panicked")

// parse runs the library's parser. It panics on hostile tags, for example on a
// badge without a version; such a line is reported as an error without its
// text.
func parse(line string) (message irc.Message, err error) {
	defer func() {
		if recover() != nil {
			message, err = nil, errParser
		}
	}()
	return irc.ParseMessage(line), nil
}

// The tags that an event is made of.
var chatTags = [...]string{
	"badges", "display-name", "id", "mod", "reply-parent-msg-id", "room-id",
	"source-room-id", "tmi-sent-ts", "user-id",
}

// chatParser parses PRIVMSG lines. The library pays for every tag and compiles
// a regular expression for every source, so it is given a line reduced to what
// an event needs; that makes it twice as fast and spares chat messages its
// panics over emotes and foreign badges.
type chatParser struct{ scratch []byte }

func (p *chatParser) parse(h head) (*irc.PrivateMessage, error) {
	buf := append(p.scratch[:0], '@')
	for rest := h.tags; len(rest) > 0; {
		var tag []byte
		tag, rest, _ = bytes.Cut(rest, []byte{';'})
		if wanted(tag) {
			buf = append(append(buf, tag...), ';')
		}
	}
	if len(buf) > 1 {
		buf[len(buf)-1] = ' '
	} else {
		buf = buf[:0]
	}
	buf = append(buf, h.bare...)
	p.scratch = buf
	message, err := parse(string(buf))
	if err != nil {
		return nil, err
	}
	chat, ok := message.(*irc.PrivateMessage)
	if !ok {
		return nil, fmt.Errorf("parsed as %T", message)
	}
	return chat, nil
}

func wanted(tag []byte) bool {
	key, _, _ := bytes.Cut(tag, []byte{'='})
	for _, name := range chatTags {
		if string(key) == name {
			return true
		}
	}
	return false
}
