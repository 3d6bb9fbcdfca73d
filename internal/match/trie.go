package match

import "slices"

// trie is the automaton while it is built.
type trie struct {
	class [256]uint8
	shift uint
	nodes []node
	next  []int32 // by node<<shift | class; while stems are added 0 means none
	order []int32 // nodes, the shallow ones first
}

type node struct {
	stems   []int32 // that end here
	fail    int32   // the node of the longest other stem that this one ends with
	shorter int32   // the nearest one along the fails where stems end, or 0
}

func newTrie(stems []string) *trie {
	t := &trie{shift: shiftFor(classesOf(stems))}
	t.classify(stems)
	t.grow()
	for i, stem := range stems {
		at := int32(0)
		for j := range len(stem) {
			edge := int(at)<<t.shift | int(t.class[stem[j]])
			if t.next[edge] == 0 {
				t.next[edge] = t.grow()
			}
			at = t.next[edge]
		}
		t.nodes[at].stems = append(t.nodes[at].stems, int32(i))
	}
	return t
}

// classify numbers the bytes that occur. Upper-case ASCII shares the class of
// its lower case, so that such text need not be folded.
func (t *trie) classify(stems []string) {
	n := uint8(0)
	for _, stem := range stems {
		for i := range len(stem) {
			if b := stem[i]; t.class[b] == 0 {
				n++
				t.class[b] = n
			}
		}
	}
	for b := byte('a'); b <= 'z'; b++ {
		t.class[b-'a'+'A'] = t.class[b]
	}
}

func (t *trie) grow() int32 {
	t.nodes = append(t.nodes, node{})
	t.next = append(t.next, make([]int32, 1<<t.shift)...)
	return int32(len(t.nodes) - 1)
}

// link turns the trie into an automaton: where a node has no edge, the text read
// so far ends with something shorter that may have one.
func (t *trie) link() {
	t.order = append(make([]int32, 0, len(t.nodes)), 0)
	for i := 0; i < len(t.order); i++ {
		at := t.order[i]
		fail := t.nodes[at].fail
		if len(t.nodes[fail].stems) > 0 {
			t.nodes[at].shorter = fail
		} else {
			t.nodes[at].shorter = t.nodes[fail].shorter
		}
		for class := range 1 << t.shift {
			edge, other := int(at)<<t.shift|class, t.next[int(fail)<<t.shift|class]
			child := t.next[edge]
			switch {
			case child == 0:
				t.next[edge] = other
			case at == 0:
				t.order = append(t.order, child)
			default:
				t.nodes[child].fail = other
				t.order = append(t.order, child)
			}
		}
	}
}

func (t *trie) accepts(at int32) bool {
	return len(t.nodes[at].stems) > 0 || t.nodes[at].shorter != 0
}

// automaton numbers the nodes anew, the shallow ones first because text seldom
// leaves them, and those that end a stem last.
func (t *trie) automaton(stems []string) automaton {
	order := slices.Clone(t.order)
	slices.SortStableFunc(order, func(a, b int32) int { return boolInt(t.accepts(a)) - boolInt(t.accepts(b)) })
	number := make([]int32, len(order))
	a := automaton{class: t.class, shift: t.shift, next: make([]uint16, len(t.next)), accepting: len(order)}
	for n, at := range order {
		number[at] = int32(n)
		if a.accepting == len(order) && t.accepts(at) {
			a.accepting = n
		}
	}
	for n, at := range order {
		for class := range 1 << t.shift {
			a.next[n<<t.shift|class] = uint16(number[t.next[int(at)<<t.shift|class]])
		}
		if n < a.accepting {
			continue
		}
		from := int32(len(a.entries))
		a.entries = append(a.entries, t.nodes[at].stems...)
		a.ends = append(a.ends, ending{from: from, to: int32(len(a.entries)), shorter: number[t.nodes[at].shorter]})
	}
	return a
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
