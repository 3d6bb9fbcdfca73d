package match

import "slices"

// automaton recognises stems in one pass: the algorithm of Aho and Corasick
// (CACM 18:6, 1975) with its failure links resolved, so that each byte of folded
// text costs one look into a table.
//
// Bytes that no stem holds are all the same class, 0; states that end a stem have
// the highest numbers, so that one comparison finds them; state 0 is the start.
type automaton struct {
	class     [256]uint8
	shift     uint     // of a state's number to its row
	next      []uint16 // by state<<shift | class
	accepting int      // the first state that ends a stem
	ends      []ending // by state-accepting
	entries   []int32  // of which each ending has a span
}

// ending says which stems end in a state.
type ending struct {
	from, to int32 // in entries; the stems that are as long as the state is deep
	shorter  int32 // the state in which the next shorter ones end, or 0
}

const maxStates = 1 << 16

// fits reports whether the stems make an automaton that is small enough.
func fits(stems []string) bool {
	classes := classesOf(stems)
	states := countStates(stems)
	return states <= maxStates && states<<shiftFor(classes)*2 <= maxAutomaton
}

// countStates counts the distinct beginnings of stems, the empty one with them.
func countStates(stems []string) int {
	sorted := slices.Clone(stems)
	slices.Sort(sorted)
	states, last := 1, ""
	for _, stem := range sorted {
		same := 0
		for same < min(len(last), len(stem)) && last[same] == stem[same] {
			same++
		}
		states += len(stem) - same
		last = stem
	}
	return states
}

// classesOf counts the classes of bytes: those that occur, and all others.
func classesOf(stems []string) int {
	var seen [256]bool
	n := 1
	for _, stem := range stems {
		for i := range len(stem) {
			if !seen[stem[i]] {
				seen[stem[i]] = true
				n++
			}
		}
	}
	return n
}

// shiftFor is the number of bits that hold a class.
func shiftFor(classes int) uint {
	shift := uint(0)
	for 1<<shift < classes {
		shift++
	}
	return shift
}

func newAutomaton(stems []string) automaton {
	t := newTrie(stems)
	t.link()
	return t.automaton(stems)
}

func (a *automaton) bytes() int {
	return len(a.class) + 2*len(a.next) + 12*len(a.ends) + 4*len(a.entries)
}
