package template

import "slices"

// span is where a variable stands, with its brackets.
type span struct{ from, to int }

// open is a bracket that waits for its end.
type open struct {
	at       int
	closer   byte
	variable bool
}

// spans finds what is written like a variable, $(…) and ${…}, in the order in which
// they begin; those inside of others are among them. Brackets inside are balanced;
// one that is never closed begins nothing. It takes time linear in the text but
// for sorting.
func spans(text string) []span {
	var found []span
	var waiting []open
	pending := map[byte]int{} // how many wait, by closer
	push := func(o open) {
		waiting = append(waiting, o)
		pending[o.closer]++
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '$' && i+1 < len(text) && closerOf(text[i+1]) != 0:
			push(open{i, closerOf(text[i+1]), true})
			i++
		case closerOf(c) != 0 && len(waiting) > 0 && waiting[len(waiting)-1].closer == closerOf(c):
			push(open{i, closerOf(c), false})
		case pending[c] > 0:
			// What waits above the bracket's own beginning is never closed.
			for {
				last := waiting[len(waiting)-1]
				waiting = waiting[:len(waiting)-1]
				pending[last.closer]--
				if last.closer == c {
					if last.variable {
						found = append(found, span{last.at, i + 1})
					}
					break
				}
			}
		}
	}
	slices.SortFunc(found, func(a, b span) int { return a.from - b.from })
	return found
}

func closerOf(c byte) byte {
	switch c {
	case '(':
		return ')'
	case '{':
		return '}'
	}
	return 0
}

// covered tells which bytes of text belong to variables.
func covered(text string) func(at int) bool {
	marks := make([]bool, len(text))
	done := 0
	for _, s := range spans(text) {
		for i := max(s.from, done); i < s.to; i++ {
			marks[i] = true
		}
		done = max(done, s.to)
	}
	return func(at int) bool { return marks[at] }
}

// outside lists where c stands in text outside of variables.
func outside(text string, c byte) []int {
	var places []int
	inVariable := covered(text)
	for i := range len(text) {
		if text[i] == c && !inVariable(i) {
			places = append(places, i)
		}
	}
	return places
}
