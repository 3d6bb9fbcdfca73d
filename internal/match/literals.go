package match

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// minLiteral is the least length in characters of a literal that is worth looking
	// for: shorter ones are in every other message.
	minLiteral = 3
	// maxAlternatives is how many literals a pattern may be reached through.
	maxAlternatives = 32
	// maxClass is how many characters of a class are told apart.
	maxClass = 8
	// maxStretch bounds a literal, in characters: repetitions of repetitions would
	// make huge ones.
	maxStretch = 64
	// enough is the length from which on a longer literal is no better.
	enough = 6
)

// Literals gives texts of at least three characters of which every text that
// matches the pattern holds at least one, folded and without ignorable
// characters, so that Words finds them as parts. ok is false when there are none:
// the pattern then has to be run on every message. That is so, too, for patterns
// that CompilePattern refuses.
func Literals(pattern string, caseSensitive bool) (alternatives []string, ok bool) {
	re, err := syntax.Parse(pattern, flags(caseSensitive))
	if err != nil {
		return nil, false
	}
	needed := factsOf(re).needed()
	if needed == nil {
		return nil, false
	}
	return withoutLonger(needed), true
}

func flags(caseSensitive bool) syntax.Flags {
	if caseSensitive {
		return syntax.Perl
	}
	return syntax.Perl | syntax.FoldCase
}

// facts are what is known about the texts that an expression matches.
type facts struct {
	exact []string // it matches nothing but these, folded; nil when that is not known
	holds []string // each text that it matches holds one of these; nil when that is not known
}

// zeroWidth are the facts of what matches a place and no character.
func zeroWidth() facts { return facts{exact: []string{""}} }

// needed is the better one of the sets of which every match holds a literal, or
// nil when there is none that is worth looking for.
func (f facts) needed() []string {
	if better(f.exact, f.holds) {
		return f.exact
	}
	return f.holds
}

func factsOf(re *syntax.Regexp) facts {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return zeroWidth()
	case syntax.OpLiteral:
		return facts{exact: []string{string(appendFolded(nil, string(re.Rune)))}}
	case syntax.OpCharClass:
		return facts{exact: classOf(re.Rune)}
	case syntax.OpCapture:
		return factsOf(re.Sub[0])
	case syntax.OpConcat:
		var s sequence
		for _, sub := range re.Sub {
			s.add(factsOf(sub))
		}
		return s.facts()
	case syntax.OpAlternate:
		return either(re.Sub)
	case syntax.OpQuest:
		return optional(factsOf(re.Sub[0]))
	case syntax.OpPlus:
		return repeated(factsOf(re.Sub[0]), 1, -1)
	case syntax.OpRepeat:
		return repeated(factsOf(re.Sub[0]), re.Min, re.Max)
	default: // any character, any number of times, nothing at all
		return facts{}
	}
}

// classOf gives the characters of a class if they are few.
func classOf(ranges []rune) []string {
	var texts []string
	for i := 0; i+1 < len(ranges); i += 2 {
		if int(ranges[i+1]-ranges[i]) >= 4*maxClass {
			return nil
		}
		for r := ranges[i]; r <= ranges[i+1]; r++ {
			texts = append(texts, string(appendFoldedRune(nil, r)))
		}
	}
	if texts = distinct(texts); len(texts) > maxClass {
		return nil
	}
	return texts
}

func optional(f facts) facts {
	if f.exact == nil || len(f.exact) >= maxAlternatives {
		return facts{}
	}
	return facts{exact: distinct(append([]string{""}, f.exact...))}
}

// repeated are the facts of something that follows itself.
func repeated(f facts, least, most int) facts {
	if least == 0 {
		return facts{}
	}
	var s sequence
	for range min(least, maxStretch) {
		s.add(f)
	}
	if most != least || least > maxStretch {
		s.add(facts{})
	}
	return s.facts()
}

// either are the facts of an alternation: what is known of all its branches.
func either(branches []*syntax.Regexp) facts {
	var f facts
	exact, needed := true, true
	for _, branch := range branches {
		of := factsOf(branch)
		best := of.needed()
		exact, needed = exact && of.exact != nil, needed && best != nil
		f.exact, f.holds = append(f.exact, of.exact...), append(f.holds, best...)
	}
	if f.exact = distinct(f.exact); !exact || len(f.exact) > maxAlternatives {
		f.exact = nil
	}
	if f.holds = distinct(f.holds); !needed || len(f.holds) > maxAlternatives {
		f.holds = nil
	}
	return f
}

// better reports whether the literals of a are worth more than those of b.
func better(a, b []string) bool {
	if len(a) == 0 || shortest(a) < minLiteral {
		return false
	}
	if len(b) == 0 {
		return true
	}
	lengthA, lengthB := min(shortest(a), enough), min(shortest(b), enough)
	return lengthA > lengthB || lengthA == lengthB && len(a) < len(b)
}

func shortest(texts []string) int {
	least := utf8.RuneCountInString(texts[0])
	for _, text := range texts[1:] {
		least = min(least, utf8.RuneCountInString(text))
	}
	return least
}

func distinct(texts []string) []string {
	slices.Sort(texts)
	return slices.Compact(texts)
}

// withoutLonger leaves out literals that hold another one: where they are, that
// one is, too.
func withoutLonger(texts []string) []string {
	var kept []string
	for i, text := range texts {
		holdsOther := slices.ContainsFunc(texts, func(other string) bool {
			return other != text && strings.Contains(text, other)
		})
		if !holdsOther {
			kept = append(kept, texts[i])
		}
	}
	return kept
}
