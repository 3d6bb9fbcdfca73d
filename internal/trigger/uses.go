package trigger

import "container/list"

// maxUses is how many authors' uses are remembered; the least recent one is
// forgotten first.
const maxUses = 100_000

type useKey struct{ trigger, user string }

// uses counts how often triggers fired: for everybody, of whom there is one count
// a trigger, and for each author, of whom only the most recent are kept.
type uses struct {
	all    map[string]Use
	byUser map[useKey]*list.Element // of Use
	recent *list.List               // least recent first
	limit  int
}

func newUses(limit int) uses {
	return uses{all: map[string]Use{}, byUser: map[useKey]*list.Element{}, recent: list.New(), limit: limit}
}

// add notes a use, which becomes the most recent one.
func (u *uses) add(use Use) {
	if use.UserKey == "" {
		u.all[use.TriggerID] = use
		return
	}
	key := useKey{use.TriggerID, use.UserKey}
	if known, ok := u.byUser[key]; ok {
		known.Value = use
		u.recent.MoveToBack(known)
		return
	}
	u.byUser[key] = u.recent.PushBack(use)
	for u.recent.Len() > u.limit {
		oldest := u.recent.Remove(u.recent.Front()).(Use)
		delete(u.byUser, useKey{oldest.TriggerID, oldest.UserKey})
	}
}

// get returns the count of a trigger for everybody (user "") or an author; the
// zero Use when there is none.
func (u *uses) get(triggerID, user string) Use {
	if user == "" {
		return u.all[triggerID]
	}
	if known, ok := u.byUser[useKey{triggerID, user}]; ok {
		return known.Value.(Use)
	}
	return Use{}
}
