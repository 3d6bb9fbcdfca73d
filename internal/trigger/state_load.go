package trigger

// Spend is what an author paid for a clip that is not over, to be given back if
// the clip fails.
type Spend struct {
	ClipID    string
	UserKey   string
	TriggerID string
	Points    int64
}

// AddUse notes how often a trigger has fired. Loading adds the least recent use
// first (by the row's last_seq, then trigger id, then user key); no more than the
// newest 100,000 of authors are kept, whatever their triggers.
func (s *State) AddUse(u Use) { s.uses.add(u) }

// Uses returns how often a trigger has fired, for everybody (userKey "") or for an
// author; zero when nothing is known.
func (s *State) Uses(triggerID, userKey string) Use { return s.uses.get(triggerID, userKey) }

// AddVote notes a part in a threshold, or takes it back. Loading may add votes in
// any order.
func (s *State) AddVote(v Vote) { s.vote(v) }

// AddSpend notes what was paid for a clip that is not over. When loading: for each
// active clip the PointChange with reason PointsSpent that names it, with Points =
// -Delta.
func (s *State) AddSpend(p Spend) { s.spends[p.ClipID] = p }
