package twitch

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// maxLine is the longest client line in bytes, without tags, with its CRLF.
const maxLine = 512

// errEmptyLine is a line without a command.
var errEmptyLine = errors.New("line without a command")

// Line is a parsed line of IRC as a client sends it.
type Line struct {
	Tags    map[string]string // unescaped; nil without tags
	Command string            // upper-case
	Params  []string          // the trailing parameter, if any, is the last
}

// param returns the i-th parameter or nothing.
func (l *Line) param(i int) string {
	if i < len(l.Params) {
		return l.Params[i]
	}
	return ""
}

// ParseLine parses one line without its line end. A line above 512 bytes
// without its tags is cut at a character's boundary first.
func ParseLine(raw string) (Line, error) {
	var line Line
	if strings.HasPrefix(raw, "@") {
		tags, rest, _ := strings.Cut(raw[1:], " ")
		line.Tags = parseTags(tags)
		raw = strings.TrimLeft(rest, " ")
	}
	raw = cutBytes(raw, maxLine-len("\r\n"))
	if strings.HasPrefix(raw, ":") { // a client's own prefix says nothing
		_, raw, _ = strings.Cut(raw, " ")
		raw = strings.TrimLeft(raw, " ")
	}
	command, rest, _ := strings.Cut(raw, " ")
	if command == "" {
		return Line{}, errEmptyLine
	}
	line.Command = strings.ToUpper(command)
	for {
		rest = strings.TrimLeft(rest, " ")
		if rest == "" {
			return line, nil
		}
		if rest[0] == ':' {
			line.Params = append(line.Params, rest[1:])
			return line, nil
		}
		var param string
		param, rest, _ = strings.Cut(rest, " ")
		line.Params = append(line.Params, param)
	}
}

func parseTags(block string) map[string]string {
	tags := map[string]string{}
	for item := range strings.SplitSeq(block, ";") {
		key, value, _ := strings.Cut(item, "=")
		if key != "" {
			tags[key] = unescape(value)
		}
	}
	return tags
}

// cutBytes shortens text to at most limit bytes without splitting a character.
func cutBytes(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}

// cutCharacters shortens text to at most limit code points.
func cutCharacters(text string, limit int) string {
	count := 0
	for i := range text {
		if count == limit {
			return text[:i]
		}
		count++
	}
	return text
}

var escaper = strings.NewReplacer(`\`, `\\`, ";", `\:`, " ", `\s`, "\r", `\r`, "\n", `\n`)

// escape makes a value fit for a tag.
func escape(value string) string { return escaper.Replace(value) }

// unescape reads a tag's value. A lone backslash at the end is dropped, one
// before any other character means that character.
func unescape(value string) string {
	if !strings.Contains(value, `\`) {
		return value
	}
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		if value[i] != '\\' {
			b.WriteByte(value[i])
			continue
		}
		i++
		if i == len(value) {
			break
		}
		switch value[i] {
		case ':':
			b.WriteByte(';')
		case 's':
			b.WriteByte(' ')
		case 'r':
			b.WriteByte('\r')
		case 'n':
			b.WriteByte('\n')
		default:
			b.WriteByte(value[i])
		}
	}
	return b.String()
}
