package release

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/streamsuites/streamsuites/internal/version"
)

// Scope says whom a change concerns.
type Scope string

// The scopes, as the dashboard filters by them.
const (
	Dashboard Scope = "dashboard"
	Runtime   Scope = "runtime"
	Global    Scope = "global"
)

// Change is one entry of the changelog. Its id is permanent: never used for
// something else, never changed.
type Change struct {
	ID string `json:"id"`
	// Date (YYYY-MM-DD) and Version are those of the release; both are empty while
	// there is none.
	Date    string   `json:"date,omitempty"`
	Version string   `json:"version,omitempty"`
	Scope   Scope    `json:"scope"`
	Title   string   `json:"title"`
	Summary string   `json:"summary"`
	Details []string `json:"details"`
	Tags    []string `json:"tags"`
}

// Released reports whether the change is part of a release.
func (c Change) Released() bool { return c.Version != "" }

// In returns the change as part of a release.
func (c Change) In(r version.Release) Change {
	c.Version, c.Date = r.Version, r.Date.Format(dayForm)
	return c
}

// Release returns the changes with those that had no release made part of this
// one. A release that the changelog tells of already stays as it is: what came
// since waits for the next one.
func Release(changes []Change, r version.Release) []Change {
	if slices.ContainsFunc(changes, func(c Change) bool { return c.Version == r.Version }) {
		return changes
	}
	all := slices.Clone(changes)
	for i, c := range all {
		if !c.Released() {
			all[i] = c.In(r)
		}
	}
	return all
}

// hidden is the title that the dashboard does not show.
const hidden = "runtime resumed"

// ParseChangelog reads changelog.json: a list of changes, the newest first. The
// error names everything that is wrong.
func ParseChangelog(data []byte) ([]Change, error) {
	var changes []Change
	if err := strictly("changelog.json", data, &changes); err != nil {
		return nil, err
	}
	var wrong []error
	seen := ids{}
	for i, change := range changes {
		c := &checks{where: fmt.Sprintf("changelog.json: %s", change.ID)}
		seen.check(c, change.ID)
		change.check(c)
		if i > 0 {
			c.that(!olderFirst(changes[i-1], change), "stands below an older change")
		}
		wrong = append(wrong, c.found...)
	}
	return changes, errors.Join(wrong...)
}

func (c Change) check(is *checks) {
	is.that(c.Released() == (c.Date != ""), "date and version belong together")
	if c.Released() {
		is.day("date", c.Date)
		plain, err := version.Parse(c.Version)
		is.that(err == nil && plain == c.Version, "version is %q: write X.Y.Z or X.Y.Z-label", c.Version)
	}
	is.that(slices.Contains([]Scope{Dashboard, Runtime, Global}, c.Scope), "scope is %q: choose dashboard, runtime or global", c.Scope)
	is.text("title", c.Title)
	is.that(!strings.EqualFold(c.Title, hidden), "the dashboard hides the title %q", hidden)
	is.text("summary", c.Summary)
	is.that(c.Details != nil && c.Tags != nil, "details and tags are lists, maybe empty ones")
	for i, detail := range c.Details {
		is.text(fmt.Sprintf("details[%d]", i), detail)
	}
	for i, tag := range c.Tags {
		is.that(idForm.MatchString(tag), "tags[%d] has other characters than a-z, 0-9 and single hyphens", i)
		is.that(!slices.Contains(c.Tags[:i], tag), "the tag %s stands twice", tag)
	}
}

// olderFirst reports whether a change stands above a newer one. What is not
// released is newer than everything.
func olderFirst(above, below Change) bool {
	if !above.Released() || !below.Released() {
		return above.Released() && !below.Released()
	}
	return above.Date < below.Date
}

// encodeChangelog returns changelog.json as it is kept in the repository.
func encodeChangelog(changes []Change) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(changes); err != nil {
		return nil, fmt.Errorf("encode changelog.json: %w", err)
	}
	return text.Bytes(), nil
}
