package recording

import (
	"hash/maphash"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// seenCapacity is how many of the newest messages are recognised at least when
// they come again: far more than a platform delivers twice, in some 40 MB.
const seenCapacity = 1 << 19

// seen recognises messages as 64-bit hashes; that two different ones of the
// newest million look alike is not to be expected in a million recordings.
type seen struct {
	seed     maphash.Seed
	now, old map[uint64]struct{}
	limit    int
}

func newSeen(limit int) *seen {
	return &seen{seed: maphash.MakeSeed(), now: map[uint64]struct{}{}, old: map[uint64]struct{}{}, limit: limit}
}

// add reports whether the message is new, and remembers it.
func (s *seen) add(k chat.Key) bool {
	const odd = 0x9e3779b97f4a7c15
	n := maphash.String(s.seed, k.MessageID) ^ maphash.String(s.seed, string(k.Platform))*odd
	if _, ok := s.now[n]; ok {
		return false
	}
	if _, ok := s.old[n]; ok {
		return false
	}
	if len(s.now) >= s.limit {
		s.now, s.old = s.old, s.now
		clear(s.now)
	}
	s.now[n] = struct{}{}
	return true
}
