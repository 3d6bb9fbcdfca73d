package trigger

import (
	"slices"
	"strings"
)

// vote keeps the votes of each trigger in the order of their times, so that it
// does not matter in which order they were loaded.
func (s *State) vote(v Vote) {
	votes := slices.DeleteFunc(s.votes[v.TriggerID], func(old Vote) bool {
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

// castVote counts the author in and returns how many distinct users have asked
// within the time. What no longer counts is taken back, so that there are never
// more votes than users are needed.
func (a *attempt) castVote() int {
	id, count := a.rule.id, 1
	votes := a.state.votes[id]
	since := a.clock.Add(-a.rule.holdWindow)
	for i := len(votes) - 1; i >= 0; i-- { // newest first
		switch v := votes[i]; {
		case v.UserKey == a.userKey:
		case count < a.rule.holdUsers && !v.At.Before(since):
			count++
		default:
			a.out.Votes = append(a.out.Votes, Vote{TriggerID: id, UserKey: v.UserKey, At: a.clock, Clear: true})
		}
	}
	a.out.Votes = append(a.out.Votes, Vote{TriggerID: id, UserKey: a.userKey, At: a.clock})
	return count
}

// settleVotes ends a threshold that was reached: everybody has to ask again.
func (a *attempt) settleVotes() {
	if a.rule.holdUsers == 0 || a.operator {
		return
	}
	a.out.Votes = slices.DeleteFunc(a.out.Votes, func(v Vote) bool { return v.TriggerID == a.rule.id })
	a.out.Votes = append(a.out.Votes, Vote{TriggerID: a.rule.id, At: a.clock, Clear: true})
}
