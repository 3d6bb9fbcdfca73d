package match

import (
	"regexp"
	"regexp/syntax"
	"slices"
)

// MaxPattern bounds a pattern, in bytes; it is definition.MaxPattern.
const MaxPattern = 500

// maxProgram bounds the instructions that a pattern compiles to: the time that a
// text takes is at worst its length times these, and repetitions of repetitions
// make many of few bytes.
const maxProgram = 1_000

// Pattern is a compiled pattern in RE2's syntax. A match takes time linear in the
// text. Patterns see the text as it was written, ignorable characters and all:
// whoever writes one can say what is between two letters. Bytes that are no UTF-8
// are U+FFFD to it. It is safe for use by several goroutines.
type Pattern struct {
	re       *regexp.Regexp
	literals []string
	groups   []group
}

// group is a named group and where regexp keeps it.
type group struct {
	name  string
	index int
}

// CompilePattern compiles a pattern, which sees no case unless it is
// caseSensitive or has flags of its own. An error is a *PatternError.
func CompilePattern(pattern string, caseSensitive bool) (*Pattern, error) {
	switch {
	case pattern == "":
		return nil, &PatternError{Finding: "it is empty and would match every message", Remedy: "write what to look for"}
	case len(pattern) > MaxPattern:
		return nil, tooLong(pattern)
	}
	parsed, err := syntax.Parse(pattern, flags(caseSensitive))
	if err != nil {
		return nil, wrong(pattern, err)
	}
	if n := instructions(parsed.Simplify(), maxProgram); n > maxProgram {
		return nil, tooLarge(pattern)
	}
	if !caseSensitive {
		pattern = "(?i)" + pattern
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, wrong(pattern, err)
	}
	p := &Pattern{re: re}
	if needed := factsOf(parsed).needed(); needed != nil {
		p.literals = withoutLonger(needed)
	}
	for i, name := range re.SubexpNames() {
		if name != "" {
			p.groups = append(p.groups, group{name, i})
		}
	}
	return p, nil
}

// Literals are those of the function of that name; ok is false when the pattern
// has to be run on every message.
func (p *Pattern) Literals() (alternatives []string, ok bool) {
	return p.literals, len(p.literals) > 0
}

// Names lists the names of the pattern's groups, each once, in their order.
func (p *Pattern) Names() []string {
	var names []string
	for _, g := range p.groups {
		if !slices.Contains(names, g.name) {
			names = append(names, g.name)
		}
	}
	return names
}

// Match reports whether text matches. It allocates nothing.
func (p *Pattern) Match(text string) bool { return p.re.MatchString(text) }

// Groups gives what the named groups of the first match hold, by their names;
// false when text does not match. A group that took no part is empty; of several of
// one name the first that holds something counts.
func (p *Pattern) Groups(text string) (map[string]string, bool) {
	at := p.re.FindStringSubmatchIndex(text)
	if at == nil {
		return nil, false
	}
	groups := make(map[string]string, len(p.groups))
	for _, g := range p.groups {
		held := ""
		if from, to := at[2*g.index], at[2*g.index+1]; from >= 0 {
			held = text[from:to]
		}
		if groups[g.name] == "" {
			groups[g.name] = held
		}
	}
	return groups, true
}
