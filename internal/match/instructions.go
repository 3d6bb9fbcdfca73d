package match

import "regexp/syntax"

// instructions counts about what a simplified expression compiles to, without
// compiling it; it stops counting beyond limit.
func instructions(re *syntax.Regexp, limit int) int {
	n := 1
	switch re.Op {
	case syntax.OpLiteral:
		n = len(re.Rune)
	case syntax.OpCapture:
		n = 2
	}
	for _, sub := range re.Sub {
		if n > limit {
			return n
		}
		n += instructions(sub, limit-n)
	}
	return n
}
