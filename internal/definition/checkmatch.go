package definition

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/match"
)

// maxPrefixBytes is how much longer a name may be as long as it is written with
// its prefix.
const maxPrefixBytes = 8

// matching checks what the trigger looks for.
func (c *checker) matching(d Definition) {
	c.matchWord(d)
	switch d.Type {
	case Command:
		c.command(d)
	case Keyword:
		if len(d.Keywords) == 0 {
			c.add("keywords", "nothing", "list the words")
		}
	case Regex:
		if d.Pattern == "" {
			c.add("pattern", "nothing", "write a pattern in RE2's syntax")
		}
	case Event:
		if len(d.Events) == 0 {
			c.add("events", "nothing", "list "+strings.Join(eventNames(), ", "))
		}
	case Threshold:
		switch {
		case d.Threshold == nil:
			c.add("threshold", "nothing", `write {"users": 3, "window_s": 30}`)
		case d.Command == "" && len(d.Keywords) == 0 && d.Pattern == "":
			c.add("type", "threshold without anything to count", "give command, keywords or pattern")
		case d.Command != "":
			c.command(d)
		}
	}
	c.keywords(d)
	if d.Pattern != "" {
		c.pattern("pattern", d.Pattern)
	}
	c.size("events", len(d.Events))
	for i, kind := range d.Events {
		if !slices.Contains(chat.Kinds[:], kind) {
			c.add(fmt.Sprintf("events[%d]", i), quote(string(kind)), "write "+strings.Join(eventNames(), ", "))
		}
	}
}

func (c *checker) matchWord(d Definition) {
	oneOf(c, "match", d.Match, Start, Exact, Anywhere, RegexIs, Contains)
	if d.Type == Command && d.Match == Contains {
		c.add("match", `"contains" for a command`, "write start, exact, anywhere or regex")
	}
}

func eventNames() []string {
	names := make([]string, len(chat.Kinds))
	for i, kind := range chat.Kinds {
		names[i] = string(kind)
	}
	return names
}

func (c *checker) command(d Definition) {
	if d.Match == RegexIs {
		if d.Command == "" {
			c.add("command", "nothing", "write a pattern for the command's name")
			return
		}
		c.pattern("command", d.Command)
		return
	}
	c.name("command", d.Command)
	if len(d.Aliases) > MaxAliases {
		c.add("aliases", fmt.Sprintf("%d entries", len(d.Aliases)), fmt.Sprintf("use at most %d", MaxAliases))
	}
	taken := map[string]bool{plainName(d.Command): true}
	for i, alias := range d.Aliases {
		field := fmt.Sprintf("aliases[%d]", i)
		c.name(field, alias)
		if key := plainName(alias); taken[key] {
			c.add(field, quote(alias)+" twice", "name each alias once")
		} else {
			taken[key] = true
		}
	}
}

// name checks a command's name, which may stand with its prefix.
func (c *checker) name(field, name string) {
	switch {
	case plainName(name) == "":
		c.add(field, quoteOrNothing(name), "write the command's name")
	case len(name) > MaxNameBytes+maxPrefixBytes:
		c.add(field, fmt.Sprintf("%d bytes", len(name)), fmt.Sprintf("use at most %d", MaxNameBytes))
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		c.add(field, quote(name), "write one word; further words are arguments or subcommands")
	}
}

func quoteOrNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return quote(text)
}

// plainName is a name as it is compared here: without prefix, in lower case.
// Which names are the same in chat is for internal/match to say.
func plainName(name string) string {
	return strings.TrimLeft(strings.ToLower(strings.TrimSpace(name)), prefixes)
}

// prefixes are the characters that stand in front of commands.
const prefixes = `!?.,;:+-~#$%&*/\=<>@^|`

func (c *checker) keywords(d Definition) {
	c.size("keywords", len(d.Keywords))
	for i, word := range d.Keywords {
		field := fmt.Sprintf("keywords[%d]", i)
		switch {
		case d.Match == RegexIs:
			c.pattern(field, word)
		case strings.TrimSpace(word) == "":
			c.add(field, quoteOrNothing(word), "write a word")
		case len(word) > maxWordBytes:
			c.add(field, fmt.Sprintf("%d bytes", len(word)), fmt.Sprintf("use at most %d", maxWordBytes))
		}
	}
}

// pattern checks a regular expression. Its error says what RE2 does not have, as
// patterns often come from engines that backtrack.
func (c *checker) pattern(field, pattern string) {
	_, err := match.CompilePattern(pattern, true)
	var wrong *match.PatternError
	switch {
	case err == nil:
	case errors.As(err, &wrong) && wrong.Place > 0:
		c.add(field, fmt.Sprintf("a pattern that cannot be used (character %d, %q: %s)", wrong.Place, wrong.Near, wrong.Finding), wrong.Remedy)
	case wrong != nil:
		c.add(field, "a pattern that cannot be used ("+wrong.Finding+")", wrong.Remedy)
	default:
		c.add(field, "a pattern that cannot be used ("+err.Error()+")", "write it in RE2's syntax")
	}
}
