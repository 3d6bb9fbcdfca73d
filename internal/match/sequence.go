package match

import "unicode/utf8"

// sequence gathers the facts of expressions that follow each other. What is known
// exactly is joined to longer literals, a stretch, until something comes of which
// nothing exact is known; of the stretches and of what interrupts them the best
// counts.
type sequence struct {
	stretch []string // what the expressions since the last interruption match; nil: nothing yet
	broken  bool     // there was an interruption
	best    []string
}

func (s *sequence) add(f facts) {
	if f.exact == nil {
		s.end()
		s.consider(f.holds)
		s.broken = true
		return
	}
	if s.stretch == nil {
		s.stretch = []string{""}
	}
	if len(s.stretch)*len(f.exact) > maxAlternatives || longest(s.stretch)+longest(f.exact) > maxStretch {
		s.end()
		s.consider(f.holds)
		s.broken = true
		s.stretch = f.exact
		return
	}
	joined := make([]string, 0, len(s.stretch)*len(f.exact))
	for _, head := range s.stretch {
		for _, tail := range f.exact {
			joined = append(joined, head+tail)
		}
	}
	s.stretch = distinct(joined)
}

// end closes the stretch.
func (s *sequence) end() {
	s.consider(s.stretch)
	s.stretch = nil
}

func (s *sequence) consider(literals []string) {
	if better(literals, s.best) {
		s.best = literals
	}
}

// facts are those of all that was added.
func (s *sequence) facts() facts {
	if !s.broken {
		if s.stretch == nil {
			return zeroWidth()
		}
		return facts{exact: s.stretch, holds: s.best}
	}
	s.end()
	return facts{holds: s.best}
}

func longest(texts []string) int {
	most := 0
	for _, text := range texts {
		most = max(most, utf8.RuneCountInString(text))
	}
	return most
}
