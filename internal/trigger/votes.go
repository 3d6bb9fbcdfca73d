package trigger

import (
	"slices"
	"strings"
)

// vote keeps the votes of each trigger in the order of their times, so that it
// does not matter in which order they were loaded.
func (s *State) vote(v Vote) {
	votes := s.votes[v.TriggerID]
	votes = slices.DeleteFunc(votes, func(old Vote) bool {
		return old.UserKey == v.UserKey || v.Clear && v.UserKey == ""
	})
	if !v.Clear {
		at, _ := slices.BinarySearchFunc(votes, v, compareVotes)
		votes = slices.Insert(votes, at, v)
	}
	if len(votes) == 0 {
		delete(s.votes, v.TriggerID)
		return
	}
	s.votes[v.TriggerID] = votes
}

func compareVotes(a, b Vote) int {
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	return strings.Compare(a.UserKey, b.UserKey)
}
