package trigger

import (
	"fmt"
	"slices"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/definition"
	"github.com/streamsuites/streamsuites/internal/match"
)

// index finds the few rules that a message may match without asking each of them.
type index struct {
	commands map[string][]hit // by normalised name
	patterns []hit            // commands whose name is a pattern
	words    *match.Words     // keywords, and literals of patterns; owners are hits
	scans    []hit            // patterns without literals
	events   map[chat.Kind][]hit
	self     bool // a rule looks at the bot's own messages
	shared   bool // a rule looks at a shared chat's other rooms
}

// hit names a rule that a message may match: twice its place in matching order,
// and one more when the rule has to look closer. A certain hit comes before an
// uncertain one of the same rule.
type hit int

func certainHit(rule int) hit   { return hit(2 * rule) }
func uncertainHit(rule int) hit { return hit(2*rule + 1) }
func (h hit) rule() int         { return int(h) / 2 }
func (h hit) certain() bool     { return h%2 == 0 }

// scratch is memory that finding needs and that is used again for each message.
type scratch struct {
	hits  match.Hits
	found []hit
	name  []byte
}

// longestWord has room for every word that may be a name, before it is normalised.
const longestWord = 1200

// find returns the rules that a message may match, in matching order. It allocates
// nothing once scratch has grown.
func (x *index) find(s *scratch, v *view) []hit {
	found := s.found[:0]
	if v.word != "" {
		found = x.named(found, s, v)
	}
	if x.words != nil {
		x.words.Find(v.text, &s.hits)
		for _, owner := range s.hits.Owners() {
			found = append(found, hit(owner))
		}
	}
	found = append(found, x.scans...)
	if v.e.Kind != chat.Message {
		found = append(found, x.events[v.e.Kind]...)
	}
	s.found = found
	if len(found) > 1 {
		slices.Sort(found)
	}
	return found
}

func (x *index) named(found []hit, s *scratch, v *view) []hit {
	if s.name == nil {
		s.name = make([]byte, 0, longestWord)
	}
	if name, ok := match.AppendName(s.name, v.word); ok {
		v.name = name
		found = append(found, x.commands[string(name)]...)
	}
	return append(found, x.patterns...)
}

// fill enters rules in matching order and says which cannot be found.
func (x *index) fill(rules []rule, prefix string) []Problem {
	x.commands, x.events = map[string][]hit{}, map[chat.Kind][]hit{}
	problems := x.fillWords(rules, prefix)
	for i := range rules {
		if r := &rules[i]; !r.unfit {
			x.self, x.shared = x.self || r.self, x.shared || r.shared
			x.enter(i, r)
		}
	}
	return problems
}

// fillWords compiles all words into one set. When that does not work, it leaves out
// the rules whose words are why.
func (x *index) fillWords(rules []rule, prefix string) (problems []Problem) {
	words := allWords(rules, prefix)
	if len(words) == 0 {
		return nil
	}
	set, err := match.NewWords(words)
	if err != nil {
		for i := range rules {
			r := &rules[i]
			if _, err := match.NewWords(r.look.wordsOf(i, prefix)); !r.unfit && err != nil {
				r.unfit = true
				problems = append(problems, Problem{r.id, err.Error()})
			}
		}
		if set, err = match.NewWords(allWords(rules, prefix)); err != nil {
			return append(problems, Problem{"", fmt.Sprintf("no keyword is looked for: %v", err)})
		}
	}
	x.words = set
	return problems
}

func allWords(rules []rule, prefix string) (words []match.Word) {
	for i := range rules {
		if !rules[i].unfit {
			words = append(words, rules[i].look.wordsOf(i, prefix)...)
		}
	}
	return words
}

// enter enters one rule under what is looked up. One that is switched off does not
// have to look at every message.
func (x *index) enter(i int, r *rule) {
	l, this := &r.look, uncertainHit(i)
	for _, name := range l.names {
		if known := x.commands[name]; l.how != definition.Anywhere && !slices.Contains(known, this) {
			x.commands[name] = append(known, this)
		}
	}
	for _, kind := range l.events {
		if known := x.events[kind]; !slices.Contains(known, this) {
			x.events[kind] = append(known, this)
		}
	}
	if len(l.namePatterns) > 0 {
		x.patterns = append(x.patterns, this)
	}
	if l.scan && r.enabled {
		x.scans = append(x.scans, this)
	}
}

// wordsOf are the words by which a rule is found.
func (l *look) wordsOf(i int, prefix string) (words []match.Word) {
	if l.how == definition.Anywhere {
		for _, name := range l.names {
			words = append(words, match.Word{Text: prefix + name, Owner: int(uncertainHit(i))})
		}
	}
	for _, word := range l.words {
		w := match.Word{Text: word, Owner: int(certainHit(i)), CaseSensitive: l.sensible, Part: l.how == definition.Contains}
		if l.how == definition.Start || l.how == definition.Exact {
			w.Owner = int(uncertainHit(i))
		}
		words = append(words, w)
	}
	for _, literal := range l.literals {
		words = append(words, match.Word{Text: literal, Owner: int(uncertainHit(i)), Part: true})
	}
	return words
}
