package ingest

import (
	"hash/maphash"

	"github.com/streamsuites/streamsuites/internal/chat"
)

// How many of the newest messages and inbox rows a lane recognises at least.
const (
	seenCapacity  = 8192
	knownCapacity = 1024
)

// seenSet recognises messages that a lane took in before, as 64-bit hashes: a
// million messages a second would have to pass for decades before two different
// ones are expected to look alike, and no text of the platform's lines is kept
// alive. The database's primary key decides about everything older.
type seenSet struct {
	seed   maphash.Seed
	hashes recent
}

func newSeenSet(limit int) *seenSet {
	return &seenSet{seed: maphash.MakeSeed(), hashes: newRecent(limit)}
}

// add reports whether the key is new, and remembers it.
func (s *seenSet) add(p chat.Platform, messageID string) bool {
	const odd = 0x9e3779b97f4a7c15
	return s.hashes.add(maphash.String(s.seed, messageID) ^ maphash.String(s.seed, string(p))*odd)
}

// recent remembers between one and two times limit of the newest numbers.
type recent struct {
	now, old map[uint64]struct{}
	limit    int
}

func newRecent(limit int) recent {
	return recent{now: map[uint64]struct{}{}, old: map[uint64]struct{}{}, limit: limit}
}

// add reports whether the number is new, and remembers it.
func (r *recent) add(n uint64) bool {
	if _, ok := r.now[n]; ok {
		return false
	}
	if _, ok := r.old[n]; ok {
		return false
	}
	if len(r.now) >= r.limit {
		r.now, r.old = r.old, r.now
		clear(r.now)
	}
	r.now[n] = struct{}{}
	return true
}

func (r *recent) clear() {
	clear(r.now)
	clear(r.old)
}
