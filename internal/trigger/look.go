package trigger

import (
	"fmt"
	"strings"

	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/match"
)

// compileLook compiles what a definition looks for.
func compileLook(d *definition.Definition, prefix string) (look, []string) {
	l := look{how: d.Match, sensible: d.CaseSensitive}
	var problems []string
	switch d.Type {
	case definition.Command:
		problems = l.addCommand(d, prefix)
	case definition.Keyword:
		problems = l.addKeywords(d.Keywords)
	case definition.Regex:
		problems = l.addPattern(d.Pattern)
	case definition.Event:
		l.events, l.minimum = d.Events, d.Minimum
	case definition.Threshold:
		if d.Command != "" {
			problems = l.addCommand(d, prefix)
		}
		problems = append(problems, l.addKeywords(d.Keywords)...)
		if d.Pattern != "" {
			problems = append(problems, l.addPattern(d.Pattern)...)
		}
	}
	return l, problems
}

func (l *look) addCommand(d *definition.Definition, prefix string) (problems []string) {
	for _, written := range append([]string{d.Command}, d.Aliases...) {
		if d.Match == definition.RegexIs {
			pattern, err := l.compile(`^(?:` + written + `)$`)
			if err != nil {
				problems = append(problems, err.Error())
				continue
			}
			l.namePatterns = append(l.namePatterns, pattern)
			continue
		}
		written = withoutPrefix(written, prefix)
		name := match.Name(written)
		if name == "" || len(name) > definition.MaxNameBytes {
			problems = append(problems, fmt.Sprintf("command name %q: has to be 1 to %d bytes that can be seen", written, definition.MaxNameBytes))
			continue
		}
		l.names = append(l.names, name)
		l.spelling = append(l.spelling, written)
	}
	return problems
}

// withoutPrefix drops the prefix of a name that was written with it: the
// creator's, or the usual one.
func withoutPrefix(name, prefix string) string {
	name = strings.TrimSpace(name)
	for _, p := range []string{prefix, "!"} {
		if rest, ok := strings.CutPrefix(name, p); ok && rest != "" {
			return rest
		}
	}
	return name
}

func (l *look) addKeywords(words []string) (problems []string) {
	for _, word := range words {
		if l.how == definition.RegexIs {
			problems = append(problems, l.addPattern(word)...)
			continue
		}
		if folded(word) == "" {
			problems = append(problems, fmt.Sprintf("keyword %q: nothing of it can be seen", word))
			continue
		}
		l.words = append(l.words, word)
	}
	return problems
}

func (l *look) addPattern(pattern string) []string {
	compiled, err := l.compile(pattern)
	if err != nil {
		return []string{err.Error()}
	}
	l.patterns = append(l.patterns, compiled)
	literals, ok := compiled.Literals()
	l.literals = append(l.literals, literals...)
	l.scan = l.scan || !ok
	return nil
}

func (l *look) compile(pattern string) (*match.Pattern, error) {
	compiled, err := match.CompilePattern(pattern, l.sensible)
	if err != nil {
		return nil, fmt.Errorf("pattern %q: %w", pattern, err)
	}
	return compiled, nil
}
