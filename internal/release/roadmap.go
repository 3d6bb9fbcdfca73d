package release

import (
	"errors"
	"fmt"
	"strings"
)

// Status says how far a goal is.
type Status string

// The statuses, as the dashboard shows them.
const (
	Complete Status = "complete"
	Partial  Status = "partial"
	Active   Status = "active"
	Paused   Status = "paused"
	Planned  Status = "planned"
)

// Goal is one row of the roadmap. Its id is permanent.
type Goal struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description"`
	// Now says whether somebody works on it: active, paused, or empty.
	Now Status `json:"now,omitempty"`
	// Done and Open are its parts; how far the goal is follows from them.
	Done []string `json:"done"`
	Open []string `json:"open"`
}

// Status follows from the parts: with none open a goal is complete.
func (g Goal) Status() Status {
	switch {
	case len(g.Open) == 0:
		return Complete
	case g.Now != "":
		return g.Now
	case len(g.Done) == 0:
		return Planned
	}
	return Partial
}

// Percent is the share of its parts that are done, rounded down.
func (g Goal) Percent() int32 {
	return int32(100 * len(g.Done) / (len(g.Done) + len(g.Open)))
}

// Count says in words how many parts are done.
func (g Goal) Count() string {
	return fmt.Sprintf("%d of %d parts", len(g.Done), len(g.Done)+len(g.Open))
}

// Parts names the parts, those that are done first.
func (g Goal) Parts() string {
	var text []string
	if len(g.Done) > 0 {
		text = append(text, "Done: "+strings.Join(g.Done, ", ")+".")
	}
	if len(g.Open) > 0 {
		text = append(text, "To come: "+strings.Join(g.Open, ", ")+".")
	}
	return strings.Join(text, " ")
}

// ParseRoadmap reads roadmap.json: a list of goals in the order in which they are
// shown. The error names everything that is wrong.
func ParseRoadmap(data []byte) ([]Goal, error) {
	var goals []Goal
	if err := strictly("roadmap.json", data, &goals); err != nil {
		return nil, err
	}
	var wrong []error
	seen := ids{}
	for _, g := range goals {
		c := &checks{where: fmt.Sprintf("roadmap.json: %s", g.ID)}
		seen.check(c, g.ID)
		c.text("title", g.Title)
		c.text("description", g.Description)
		c.that(g.Now == "" || g.Now == Active || g.Now == Paused, "now is %q: choose active or paused, or leave it out", g.Now)
		c.that(g.Now == "" || len(g.Open) > 0, "nothing is open, so nobody works on it now")
		c.that(len(g.Done)+len(g.Open) > 0, "a goal has parts")
		for _, part := range append(append([]string{}, g.Done...), g.Open...) {
			c.text("a part", part)
		}
		wrong = append(wrong, c.found...)
	}
	return goals, errors.Join(wrong...)
}
