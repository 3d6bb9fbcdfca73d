package trigger

import (
	"cmp"
	"slices"
	"strings"
)

// maxCooldowns bounds the cooldowns of authors that a creator's state remembers:
// with a cooldown of a day, a crowd would fill it for a day.
const maxCooldowns = 100_000

// sweep drops the cooldowns that are over, and of authors' more than there may be
// those that would be over first.
func (s *State) sweep() {
	for key, c := range s.cooldowns {
		if !c.Until.After(s.Clock) {
			delete(s.cooldowns, key)
		}
	}
	if len(s.cooldowns) > maxCooldowns {
		s.dropSoonest(len(s.cooldowns) - maxCooldowns*9/10)
	}
	s.sweepAt = max(firstSweep, min(2*len(s.cooldowns), maxCooldowns+1))
}

// dropSoonest forgets so many of the authors' cooldowns. The order is that of time,
// then of names, so that a replay forgets the same ones.
func (s *State) dropSoonest(n int) {
	authors := make([]cooldownKey, 0, len(s.cooldowns))
	for key := range s.cooldowns {
		if strings.HasPrefix(key.scope, userScope) {
			authors = append(authors, key)
		}
	}
	slices.SortFunc(authors, func(a, b cooldownKey) int {
		return cmp.Or(s.cooldowns[a].Until.Compare(s.cooldowns[b].Until), cmp.Compare(a.trigger, b.trigger), cmp.Compare(a.scope, b.scope))
	})
	for _, key := range authors[:min(n, len(authors))] {
		delete(s.cooldowns, key)
	}
}
