package seen

import "hash/maphash"

// Numbers recognise between one and two times a limit of the newest numbers. They
// are for one goroutine.
type Numbers struct {
	now, old map[uint64]struct{}
	limit    int
}

// NewNumbers returns an empty set.
func NewNumbers(limit int) Numbers {
	return Numbers{now: map[uint64]struct{}{}, old: map[uint64]struct{}{}, limit: limit}
}

// Add reports whether the number is new, and remembers it.
func (n *Numbers) Add(number uint64) bool {
	if _, ok := n.now[number]; ok {
		return false
	}
	if _, ok := n.old[number]; ok {
		return false
	}
	if len(n.now) >= n.limit {
		n.now, n.old = n.old, n.now
		clear(n.now)
	}
	n.now[number] = struct{}{}
	return true
}

// Clear forgets everything.
func (n *Numbers) Clear() {
	clear(n.now)
	clear(n.old)
}

// IDs recognise between one and two times a limit of the newest ids, each within a
// scope such as a platform, as 64-bit hashes: a million a second would have to pass
// for decades before two different ones are expected to look alike, and no text is
// kept alive. They are for one goroutine.
type IDs struct {
	seed   maphash.Seed
	hashes Numbers
}

// NewIDs returns an empty set.
func NewIDs(limit int) *IDs { return &IDs{maphash.MakeSeed(), NewNumbers(limit)} }

// Add reports whether the id is new in its scope, and remembers it.
func (s *IDs) Add(scope, id string) bool {
	const odd = 0x9e3779b97f4a7c15 // tells the two strings' places apart
	return s.hashes.Add(maphash.String(s.seed, id) ^ maphash.String(s.seed, scope)*odd)
}

// Clear forgets everything.
func (s *IDs) Clear() { s.hashes.Clear() }
