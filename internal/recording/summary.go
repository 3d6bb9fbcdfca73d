package recording

import (
	"maps"
	"slices"
)

// Summary counts what two replays of one recording made of it.
type Summary struct {
	Messages    int `json:"messages"`    // repeated ones left out
	Inputs      int `json:"inputs"`      // besides chat
	Differences int `json:"differences"` // moments of which the sides made something different
	// Triggers counts by the trigger's id.
	Triggers map[string]*Count `json:"triggers"`
}

// Count is how often a trigger was decided about.
type Count struct {
	FiredBefore  int `json:"fired_before"`
	FiredAfter   int `json:"fired_after"`
	DeniedBefore int `json:"denied_before"`
	DeniedAfter  int `json:"denied_after"`
	Changed      int `json:"changed"` // decided differently
}

// IDs lists the triggers in their order.
func (s *Summary) IDs() []string { return slices.Sorted(maps.Keys(s.Triggers)) }

func (s *Summary) add(m *Moment, a, b Side, changed []string, differs bool) {
	switch {
	case m.Message != nil:
		s.Messages++
	case m.Input != nil:
		s.Inputs++
	}
	if differs {
		s.Differences++
	}
	for _, v := range a.Verdicts {
		if c := s.count(v.Trigger); v.Fired {
			c.FiredBefore++
		} else {
			c.DeniedBefore++
		}
	}
	for _, v := range b.Verdicts {
		if c := s.count(v.Trigger); v.Fired {
			c.FiredAfter++
		} else {
			c.DeniedAfter++
		}
	}
	for _, id := range changed {
		s.count(id).Changed++
	}
}

func (s *Summary) count(id string) *Count {
	c := s.Triggers[id]
	if c == nil {
		c = &Count{}
		s.Triggers[id] = c
	}
	return c
}
