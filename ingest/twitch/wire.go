package twitch

import (
	"bytes"
	"strings"
)

// head is the outside of an IRC line, cut without copying: enough to route it.
type head struct {
	source  []byte // without ':'
	command []byte
	params  []byte // everything after the command
	tags    []byte // without '@'
}

// peek cuts a line. It reports false when there is no command in it.
func peek(line []byte) (head, bool) {
	var h head
	if len(line) > 0 && line[0] == '@' {
		h.tags, line = cut(line[1:])
	}
	if len(line) > 0 && line[0] == ':' {
		h.source, line = cut(line[1:])
	}
	h.command, h.params = cut(line)
	return h, len(h.command) > 0
}

func cut(line []byte) (before, after []byte) {
	end := bytes.IndexByte(line, ' ')
	if end < 0 {
		return line, nil
	}
	before, after = line[:end], line[end+1:]
	for len(after) > 0 && after[0] == ' ' {
		after = after[1:]
	}
	return before, after
}

// login is the account name in the source "nick!user@host", or empty.
func (h head) login() []byte {
	end := bytes.IndexByte(h.source, '!')
	if end < 0 {
		return nil
	}
	return h.source[:end]
}

// param returns the n-th parameter; the trailing one comes without its colon.
func (h head) param(n int) string {
	rest := h.params
	for {
		if len(rest) > 0 && rest[0] == ':' {
			if n == 0 {
				return string(rest[1:])
			}
			return ""
		}
		before, after := cut(rest)
		if n == 0 {
			return string(before)
		}
		if len(after) == 0 {
			return ""
		}
		rest = after
		n--
	}
}

// room is the first parameter without its '#', as it is written; nothing when
// there is none.
func (h head) room() []byte {
	first, _ := cut(h.params)
	return bytes.TrimPrefix(bytes.TrimPrefix(first, []byte{':'}), []byte{'#'})
}

// text is the second of exactly two parameters.
func (h head) text() ([]byte, bool) {
	if len(h.params) > 0 && h.params[0] == ':' {
		return nil, false
	}
	_, rest := cut(h.params)
	if len(rest) > 0 && rest[0] == ':' {
		return rest[1:], true
	}
	return rest, len(rest) > 0 && bytes.IndexByte(rest, ' ') < 0
}

// channel is the n-th parameter as a channel name.
func (h head) channel(n int) string {
	return strings.ToLower(strings.TrimPrefix(h.param(n), "#"))
}

// channelName turns what people write for a channel into its name.
func channelName(text string) (string, error) {
	name := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(text), "#"))
	if name == "" || len(name) > 64 {
		return "", ErrChannelName
	}
	for _, c := range []byte(name) {
		if c <= ' ' || c > '~' || strings.IndexByte("#,:;!@*", c) >= 0 {
			return "", ErrChannelName
		}
	}
	return name, nil
}
