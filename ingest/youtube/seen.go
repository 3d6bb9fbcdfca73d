package youtube

import "hash/maphash"

// seenMax is how many ids are remembered of a chat: more than the two pages that
// can overlap.
const seenMax = 4096

// seen remembers the newest ids of a chat by their hashes.
type seen struct {
	seed  maphash.Seed
	known map[uint64]struct{}
	ring  []uint64
	next  int
}

func newSeen() *seen {
	return &seen{seed: maphash.MakeSeed(), known: map[uint64]struct{}{}}
}

// has reports whether an id is remembered.
func (s *seen) has(id string) bool {
	_, known := s.known[maphash.String(s.seed, id)]
	return known
}

// first reports whether an id is new, and remembers it.
func (s *seen) first(id string) bool {
	hash := maphash.String(s.seed, id)
	if _, known := s.known[hash]; known {
		return false
	}
	s.known[hash] = struct{}{}
	if len(s.ring) < seenMax {
		s.ring = append(s.ring, hash)
		return true
	}
	delete(s.known, s.ring[s.next])
	s.ring[s.next] = hash
	s.next = (s.next + 1) % seenMax
	return true
}

// recent is a bounded map whose oldest entries are forgotten first.
type recent[V any] struct {
	values map[string]V
	order  []string
	limit  int
}

func newRecent[V any](limit int) *recent[V] {
	return &recent[V]{values: map[string]V{}, limit: limit}
}

func (r *recent[V]) set(key string, value V) {
	if _, known := r.values[key]; !known {
		if len(r.order) >= r.limit {
			delete(r.values, r.order[0])
			r.order = r.order[1:]
		}
		r.order = append(r.order, key)
	}
	r.values[key] = value
}

func (r *recent[V]) get(key string) (V, bool) {
	value, known := r.values[key]
	return value, known
}
